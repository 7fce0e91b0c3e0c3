// SPDX-License-Identifier: GPL-2.0-or-later
// The clipboard through a whole session.
#include "rfb/extended_clipboard.h"
#include "session_fixture.h"

namespace gds::test {
namespace {

using namespace std::string_literals;

constexpr std::int32_t k_extended = encoding::k_extended_clipboard;
constexpr std::uint32_t k_every_format = clip::k_text | clip::k_rtf | clip::k_html | clip::k_dib;

ClipDataPtr data_of(const std::string& text)
{
    return std::make_shared<const Bytes>(text.begin(), text.end());
}

ClipResultPtr ready(const std::string& text)
{
    auto result = std::make_shared<ClipResult>();
    result->set(data_of(text));
    return result;
}

// What a client says: what the server would say, but for the type.
Bytes from_client(Bytes message)
{
    message[0] = 6;
    return message;
}
Bytes client_action(std::uint32_t action, std::uint32_t formats)
{
    return from_client(clip_action_message(action, formats));
}
Bytes client_provides(const std::map<ClipKind, ClipDataPtr>& contents)
{
    return from_client(clip_provide_message(contents));
}

class SessionClipboardTest : public SessionTest {
protected:
    SessionClipboardTest() { host.clipboard = {true, true, 1000}; }

    void set_text(const std::string& text)
    {
        host.clips[ClipKind::text] = ready(text);
        session->clipboard_changed();
    }
    // The next message of the clipboard, as the client's parser has it.
    ClipMessage next_clip()
    {
        const auto seen = next();
        if (!seen || seen->type != 3 || !seen->extended) {
            ADD_FAILURE() << "no clipboard message";
            return {};
        }
        body = seen->text;
        return parse_clip_message(as_bytes(body));
    }
    // With the Extended Clipboard; says its caps.
    void admit_extended(std::uint32_t caps = k_every_format | clip::k_request | clip::k_notify |
                                             clip::k_provide)
    {
        admit();
        say(set_encodings({0, k_extended}));
        EXPECT_EQ(next_clip().action, clip::k_caps);
        EXPECT_EQ(next_clip().action, clip::k_notify); // what there is from before
        say(from_client(clip_caps_message(caps)));
        EXPECT_EQ(next_clip().action, clip::k_notify);
    }
    std::string text_of(const ClipMessage& message)
    {
        const auto contents = unpack_clip_contents(message.packed, message.formats, 1000);
        const auto text = contents.find(ClipKind::text);
        return text == contents.end() ? "(none)" : std::string{as_text(*text->second)};
    }

    std::string body;
};

TEST_F(SessionClipboardTest, CapsComeWithEachSetEncodingsThatListsIt)
{
    admit();
    say(set_encodings({0}));
    EXPECT_TRUE(silent());
    for (int i = 0; i < 2; ++i) {
        say(set_encodings({0, k_extended}));
        const auto caps = next_clip();
        EXPECT_EQ(caps.action, clip::k_caps);
        EXPECT_EQ(caps.caps.flags, clip::k_caps | k_every_format | clip::k_request | clip::k_peek |
                                       clip::k_notify | clip::k_provide);
        EXPECT_EQ(next_clip().action, clip::k_notify);
    }
}

TEST_F(SessionClipboardTest, NewsAreToldAndContentsGivenWhenAskedFor)
{
    admit_extended();
    set_text("hello\n");
    const auto news = next_clip();
    EXPECT_EQ(news.action, clip::k_notify);
    EXPECT_EQ(news.formats, clip::k_text);
    EXPECT_EQ(host.clip_reads, 0U);
    say(client_action(clip::k_request, clip::k_text | clip::k_html));
    const auto given = next_clip();
    EXPECT_EQ(given.action, clip::k_provide);
    EXPECT_EQ(given.formats, clip::k_text);
    EXPECT_EQ(text_of(given), "hello\n");
    say(client_action(clip::k_peek, 0));
    EXPECT_EQ(next_clip().action, clip::k_notify);
}

TEST_F(SessionClipboardTest, OnlyFormatsOfTheClientAreTold)
{
    admit_extended(clip::k_text | clip::k_notify | clip::k_request);
    host.clips[ClipKind::image] = ready("BM");
    set_text("x");
    EXPECT_EQ(next_clip().formats, clip::k_text);
}

TEST_F(SessionClipboardTest, HeWhoAsksAgainAndAgainIsAnsweredOnce)
{
    admit_extended();
    const auto slow = std::make_shared<ClipResult>();
    host.clips[ClipKind::text] = slow;
    for (int i = 0; i < 1000; ++i) {
        say(client_action(clip::k_request, clip::k_text));
    }
    settle();
    EXPECT_EQ(host.clip_reads, 1U);
    slow->set(data_of("late"));
    EXPECT_EQ(text_of(next_clip()), "late");
    EXPECT_EQ(text_of(next_clip()), "late"); // for those that came meanwhile
    EXPECT_TRUE(silent());
}

TEST_F(SessionClipboardTest, AFailureIsAnsweredByNothing)
{
    admit_extended();
    const auto broken = std::make_shared<ClipResult>();
    broken->fail(std::make_exception_ptr(ClipboardError{"hangs"}));
    host.clips[ClipKind::text] = broken;
    say(client_action(clip::k_request, clip::k_text));
    const auto given = next_clip();
    EXPECT_EQ(given.action, clip::k_provide);
    EXPECT_EQ(given.formats, 0U);
}

TEST_F(SessionClipboardTest, WhatTheViewerOffersIsAskedForWhenItIsWanted)
{
    admit_extended();
    say(client_action(clip::k_notify, clip::k_text | clip::k_html));
    ASSERT_TRUE(spin_until([this] { return !host.copied.empty(); }));
    EXPECT_TRUE(host.copied[0].kinds.has(ClipKind::html));
    EXPECT_TRUE(host.copied[0].contents.empty());
    EXPECT_TRUE(silent());
    const auto text = session->ask_clipboard(ClipKind::text);
    EXPECT_EQ(session->ask_clipboard(ClipKind::text), text); // once
    const auto question = next_clip();
    EXPECT_EQ(question.action, clip::k_request);
    EXPECT_EQ(question.formats, clip::k_text);
    say(client_provides({{ClipKind::text, data_of("from the viewer\n")}}));
    ASSERT_TRUE(spin_until([&] { return text->ready(); }));
    EXPECT_EQ(as_text(*text->get()), "from the viewer\n");
    EXPECT_EQ(host.copied.size(), 1U);
}

TEST_F(SessionClipboardTest, WhatIsNotAnsweredIsAskedForAgain)
{
    admit_extended();
    auto text = session->ask_clipboard(ClipKind::text);
    EXPECT_EQ(next_clip().action, clip::k_request);
    text.reset(); // nobody waits any more
    text = session->ask_clipboard(ClipKind::text);
    EXPECT_EQ(next_clip().action, clip::k_request);
    text.reset();
    say(client_provides({{ClipKind::text, data_of("late")}}));
    settle();
    EXPECT_TRUE(host.copied.empty());
    text = session->ask_clipboard(ClipKind::text);
    EXPECT_EQ(next_clip().action, clip::k_request);
    say(client_provides({{ClipKind::text, data_of("at last")}}));
    ASSERT_TRUE(spin_until([&] { return text->ready(); }));
    EXPECT_EQ(as_text(*text->get()), "at last");
}

TEST_F(SessionClipboardTest, AQuestionDoesNotWaitForWhatIsGiven)
{
    admit_extended();
    host.clips[ClipKind::text] = std::make_shared<ClipResult>(); // it hangs
    say(client_action(clip::k_request, clip::k_text));
    settle();
    const auto html = session->ask_clipboard(ClipKind::html);
    const auto question = next_clip();
    EXPECT_EQ(question.action, clip::k_request);
    EXPECT_EQ(question.formats, clip::k_html);
}

TEST_F(SessionClipboardTest, WhatComesUnaskedIsAnOffer)
{
    admit_extended();
    say(client_provides({{ClipKind::text, data_of("unasked")}}));
    ASSERT_TRUE(spin_until([this] { return !host.copied.empty(); }));
    EXPECT_EQ(as_text(*host.copied[0].contents.at(ClipKind::text)), "unasked");
}

TEST_F(SessionClipboardTest, WhatDoesNotComeFails)
{
    admit_extended();
    const auto html = session->ask_clipboard(ClipKind::html);
    next_clip();
    say(client_provides({}));
    settle();
    EXPECT_FALSE(html->ready()); // another answer, maybe
    say(client_provides({{ClipKind::html, data_of(std::string(1001, 'x'))}}));
    ASSERT_TRUE(spin_until([&] { return html->ready(); }));
    EXPECT_THROW(html->get(), ClipboardError);
    const auto text = session->ask_clipboard(ClipKind::text);
    scope.reset();
    session.reset();
    EXPECT_TRUE(text->ready());
    EXPECT_THROW(text->get(), ClipboardError);
}

TEST_F(SessionClipboardTest, WithoutRightsNothingGoesEitherWay)
{
    admit_extended();
    host.clipboard = {false, false, 1000};
    session->clipboard_rights_changed();
    EXPECT_EQ(next_clip().caps.flags, clip::k_caps);
    set_text("secret");
    say(client_action(clip::k_request, clip::k_text));
    say(client_action(clip::k_notify, clip::k_text));
    say(client_provides({{ClipKind::text, data_of("intruder")}}));
    say(cut_text(8, "intruder"));
    EXPECT_TRUE(silent());
    EXPECT_TRUE(host.copied.empty());
    host.clipboard = {true, false, 1000};
    session->clipboard_rights_changed();
    EXPECT_EQ(next_clip().caps.flags,
              clip::k_caps | k_every_format | clip::k_request | clip::k_peek);
    EXPECT_EQ(next_clip().formats, clip::k_text);
}

TEST_F(SessionClipboardTest, WhatIsOfferedBeforeThereIsAClipboardIsOfferedOnce)
{
    host.clipboard = {};
    admit();
    say(set_encodings({0, k_extended}));
    EXPECT_EQ(next_clip().caps.flags, clip::k_caps);
    say(client_action(clip::k_notify, clip::k_text));
    EXPECT_TRUE(silent());
    EXPECT_TRUE(host.copied.empty());
    host.clipboard = {true, true, 1000};
    session->clipboard_rights_changed();
    ASSERT_EQ(host.copied.size(), 1U);
    EXPECT_TRUE(host.copied[0].kinds.has(ClipKind::text));
    // And later never: who was shut out had nothing to say.
    host.clipboard = {};
    session->clipboard_rights_changed();
    say(client_action(clip::k_notify, clip::k_html));
    settle();
    host.clipboard = {true, true, 1000};
    session->clipboard_rights_changed();
    EXPECT_EQ(host.copied.size(), 1U);
}

TEST_F(SessionClipboardTest, Latin1BothWays)
{
    admit();
    say(set_encodings({0}));
    host.clips[ClipKind::text] = ready("from before");
    EXPECT_TRUE(silent());
    set_text("für 5 €");
    const auto seen = next();
    ASSERT_TRUE(seen);
    EXPECT_FALSE(seen->extended);
    EXPECT_EQ(seen->text, "f\xfcr 5 ?");
    say(cut_text(6, "\xc4rger"s + '\0'));
    ASSERT_TRUE(spin_until([this] { return !host.copied.empty(); }));
    EXPECT_EQ(as_text(*host.copied[0].contents.at(ClipKind::text)), "Ärger");
}

TEST_F(SessionClipboardTest, TooMuchIsDroppedAndTheSessionGoesOn)
{
    admit_extended();
    say(cut_text(1001, std::string(1001, 'x')));
    const std::string noise(20'000, 'x');
    say(cut_text(0U - 20'000, noise));
    say(client_action(clip::k_peek, 0));
    EXPECT_EQ(next_clip().action, clip::k_notify);
    EXPECT_TRUE(host.copied.empty());
}

TEST_F(SessionClipboardTest, NonsenseEndsTheSession)
{
    admit_extended();
    say(cut_text(0U - 9, "\x10\0\0\1nozip"s));
    EXPECT_EQ(outcome(), "protocol error");
}

} // namespace
} // namespace gds::test
