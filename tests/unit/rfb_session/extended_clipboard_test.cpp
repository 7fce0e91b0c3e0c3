// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/extended_clipboard.h"

#include "base/errors.h"
#include "io/stream_writer.h"

#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

namespace gds {
namespace {

using namespace std::string_literals;
using Contents = std::map<ClipKind, ClipDataPtr>;

ClipDataPtr data_of(const std::string& text)
{
    return std::make_shared<const Bytes>(text.begin(), text.end());
}

std::string text_of(const Contents& contents, ClipKind kind)
{
    const auto found = contents.find(kind);
    return found == contents.end() ? "(nothing)" : std::string{as_text(*found->second)};
}

Bytes packed(ByteView plain)
{
    uLongf length = compressBound(plain.size());
    Bytes out(length);
    compress(out.data(), &length, plain.data(), plain.size());
    out.resize(length);
    return out;
}

Bytes sized(std::initializer_list<std::string> contents)
{
    StreamWriter out;
    for (const auto& each : contents) {
        out.put_u32(static_cast<std::uint32_t>(each.size()));
        out.put_text(each);
    }
    return out.take();
}

// Of a message as it goes out: what follows the length.
Bytes body_of(const Bytes& message)
{
    EXPECT_EQ(message[0], 3);
    const std::uint32_t length = 0U - (static_cast<std::uint32_t>(message[4]) << 24 |
                                       static_cast<std::uint32_t>(message[5]) << 16 |
                                       static_cast<std::uint32_t>(message[6]) << 8 | message[7]);
    EXPECT_EQ(length, message.size() - 8);
    return {message.begin() + 8, message.end()};
}

TEST(ExtendedClipboard, ActionsAndTheirFormats)
{
    for (const auto action : {clip::k_request, clip::k_notify}) {
        const auto message = parse_clip_message(body_of(clip_action_message(action, 5)));
        EXPECT_EQ(message.action, action);
        EXPECT_EQ(clip_formats(clip_kinds(message.formats)), clip::k_text | clip::k_html);
    }
}

TEST(ExtendedClipboard, NoneOrSeveralActionsAreNone)
{
    for (const std::uint32_t flags : {1U, clip::k_request | clip::k_notify, 1U << 30}) {
        EXPECT_EQ(parse_clip_message(body_of(clip_action_message(flags, 1))).action, 0U) << flags;
    }
}

TEST(ExtendedClipboard, CapsHaveTheirSizes)
{
    const Bytes caps = body_of(clip_caps_message(clip::k_text | clip::k_dib | clip::k_notify));
    EXPECT_EQ(caps.size(), 4U + 2 * 4);
    const auto message = parse_clip_message(caps);
    EXPECT_EQ(message.action, clip::k_caps);
    EXPECT_EQ(message.caps.flags, clip::k_caps | clip::k_text | clip::k_dib | clip::k_notify);
    EXPECT_EQ(message.caps.unsolicited_text, 0U);
    EXPECT_THROW(parse_clip_message(ByteView{caps}.first(11)), ProtocolError);
    EXPECT_THROW(parse_clip_message(ByteView{caps}.first(3)), ProtocolError);
}

TEST(ExtendedClipboard, ContentsThereAndBack)
{
    Contents contents;
    contents[ClipKind::text] = data_of("Grüße\n🐧\n");
    contents[ClipKind::rtf] = data_of("{\\rtf1}");
    contents[ClipKind::html] = data_of("<b>x</b>");
    const Bytes body = body_of(clip_provide_message(contents));
    const auto message = parse_clip_message(body);
    EXPECT_EQ(message.action, clip::k_provide);
    const auto back = unpack_clip_contents(message.packed, message.formats, 1000);
    EXPECT_EQ(back.size(), 3U);
    for (const auto& [kind, content] : contents) {
        EXPECT_EQ(text_of(back, kind), as_text(*content));
    }
}

TEST(ExtendedClipboard, NothingIsAnAnswer)
{
    const Bytes body = body_of(clip_provide_message({}));
    const auto message = parse_clip_message(body);
    EXPECT_TRUE(unpack_clip_contents(message.packed, message.formats, 1000).empty());
}

TEST(ExtendedClipboard, FormatsThatNobodyKnowsAreSkipped)
{
    const Bytes stream = packed(sized({"text\0"s, "files?", "reserved"}));
    const auto contents = unpack_clip_contents(stream, clip::k_text | 1U << 4 | 1U << 15, 1000);
    EXPECT_EQ(contents.size(), 1U);
    EXPECT_EQ(text_of(contents, ClipKind::text), "text");
}

TEST(ExtendedClipboard, TheLimitIsOfEachContent)
{
    const Bytes stream =
        packed(sized({std::string(101, 'x'), std::string(100, 'y'), std::string(5000, 'z')}));
    const auto formats = clip::k_text | clip::k_rtf | clip::k_html;
    const auto contents = unpack_clip_contents(stream, formats, 100);
    EXPECT_EQ(contents.size(), 1U);
    EXPECT_EQ(text_of(contents, ClipKind::rtf), std::string(100, 'y'));
    // With a line's end in two octets it is still what it was before.
    std::string lines;
    for (int i = 0; i < 100; ++i) {
        lines += "\r\n";
    }
    const Bytes doubled = packed(sized({lines + '\0'}));
    EXPECT_EQ(text_of(unpack_clip_contents(doubled, clip::k_text, 100), ClipKind::text),
              std::string(100, '\n'));
}

TEST(ExtendedClipboard, FourTimesTheLimitIsInflatedInAll)
{
    std::string lines;
    for (int i = 0; i < 9500; ++i) {
        lines += "\r\n";
    }
    lines += '\0';
    const Bytes stream = packed(sized({lines, std::string(17'000, 'y'), std::string(9000, 'z')}));
    const auto formats = clip::k_text | clip::k_rtf | clip::k_html;
    const auto contents = unpack_clip_contents(stream, formats, 10'000);
    EXPECT_TRUE(contents.contains(ClipKind::text));
    EXPECT_EQ(contents.size(), 1U);
}

TEST(ExtendedClipboard, ABombIsNotInflated)
{
    const Bytes stream = packed(sized({std::string(20U << 20, 'x')}));
    EXPECT_LT(stream.size(), 32U << 10);
    EXPECT_TRUE(unpack_clip_contents(stream, clip::k_text, 1U << 20).empty());
}

TEST(ExtendedClipboard, WhatDoesNotInflateIsAnError)
{
    const Bytes good = packed(sized({"hello\0"s}));
    const ByteView all{good};
    for (std::size_t length = 0; length < good.size() - 5; ++length) { // the last 4: the checksum
        EXPECT_THROW(unpack_clip_contents(all.first(length), clip::k_text, 100), ProtocolError)
            << length;
    }
    EXPECT_THROW(unpack_clip_contents(as_bytes("no zlib at all"), clip::k_text, 100),
                 ProtocolError);
    // Formats that are not in it.
    EXPECT_THROW(unpack_clip_contents(good, clip::k_text | clip::k_html, 100), ProtocolError);
    // A size that lies.
    StreamWriter lie;
    lie.put_u32(50);
    lie.put_text("short");
    EXPECT_THROW(unpack_clip_contents(packed(lie.take()), clip::k_text, 100), ProtocolError);
}

TEST(ExtendedClipboard, PlainTextOfLatin1)
{
    const Bytes message = latin1_cut_text_message("5 €ä");
    EXPECT_EQ(as_text(message), "\3\0\0\0\0\0\0\4"s + "5 ?\xe4");
}

} // namespace
} // namespace gds
