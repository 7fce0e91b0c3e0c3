// SPDX-License-Identifier: GPL-2.0-or-later
// One clipboard among the desktop and several viewers.
#include "server/shared_clipboard.h"

#include "fakes/fake_clipboard.h"
#include "fakes/main_loop.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;
using Types = std::vector<std::string>;

ClipDataPtr data_of(const std::string& text)
{
    return std::make_shared<const Bytes>(text.begin(), text.end());
}

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

ClipKinds kinds_of(std::initializer_list<ClipKind> list)
{
    ClipKinds kinds;
    for (const auto kind : list) {
        kinds.add(kind);
    }
    return kinds;
}

struct Peer final : ClipboardPeer {
    int changes = 0;
    int openings = 0;
    std::map<ClipKind, ClipResultPtr> asked;
    void on_clipboard_changed() override { ++changes; }
    void on_clipboard_open_changed() override { ++openings; }
    ClipResultPtr ask_viewer(ClipKind kind) override
    {
        return asked[kind] = std::make_shared<ClipResult>();
    }
};

class SharedClipboardTest : public ::testing::Test {
protected:
    SharedClipboardTest()
    {
        clipboard.add(alice);
        clipboard.add(bob);
        desktop.set_there(true);
    }
    ~SharedClipboardTest() override
    {
        clipboard.remove(alice);
        clipboard.remove(bob);
    }

    // What a read gives, waited for; "(failed)" when it cannot be had.
    static std::string outcome(const ClipResultPtr& result)
    {
        if (!test::spin_until([&] { return result->ready(); })) {
            return "(nothing comes)";
        }
        try {
            return std::string{as_text(*result->get())};
        } catch (const ClipboardError&) {
            return "(failed)";
        } catch (const std::exception& error) {
            return error.what();
        }
    }
    // What an application gets that pastes; `meanwhile` once that is under way.
    std::string paste(const std::string& mime_type, const std::function<void()>& meanwhile = {})
    {
        std::optional<std::string> pasted;
        TaskScope scope;
        scope.spawn(paste_task(*desktop.observer, mime_type, pasted),
                    [&](std::exception_ptr error) {
                        if (error) {
                            pasted = "(failed)";
                        }
                    });
        if (meanwhile) {
            meanwhile();
        }
        test::spin_until([&] { return pasted.has_value(); });
        return pasted.value_or("(nothing comes)");
    }
    static Task<> paste_task(ClipboardObserver& observer, std::string mime_type,
                             std::optional<std::string>& pasted)
    {
        auto data = co_await observer.on_pasted(std::move(mime_type));
        pasted = std::string{as_text(*data)};
    }

    WorkerPool pool{1};
    test::FakeClipboard desktop;
    SharedClipboard clipboard{desktop, pool, {50ms, 30ms}};
    Peer alice;
    Peer bob;
};

TEST_F(SharedClipboardTest, ViewersCanPasteWhatTheDesktopHasCopied)
{
    desktop.copy({{"text/plain", bytes_of("worse")},
                  {"text/plain;charset=utf-8", bytes_of("hello")},
                  {"text/html", bytes_of("<b>")},
                  {"x-special/other", {}}});
    EXPECT_EQ(alice.changes, 1);
    EXPECT_EQ(clipboard.kinds_for(alice), kinds_of({ClipKind::text, ClipKind::html}));
    EXPECT_TRUE(desktop.reads.empty());
    EXPECT_EQ(outcome(clipboard.read(ClipKind::text)), "hello");
    EXPECT_EQ(outcome(clipboard.read(ClipKind::text)), "hello");
    EXPECT_EQ(desktop.reads, (Types{"text/plain;charset=utf-8"})); // once
}

TEST_F(SharedClipboardTest, OthersCanPasteWhatAViewerHasCopied)
{
    clipboard.offer(alice, {kinds_of({ClipKind::text}), {}});
    EXPECT_EQ(desktop.offered, (Types{"text/plain;charset=utf-8", "UTF8_STRING", "text/plain"}));
    EXPECT_EQ(alice.changes, 0);
    EXPECT_EQ(bob.changes, 1);
    EXPECT_TRUE(clipboard.kinds_for(alice).empty());
    EXPECT_EQ(clipboard.kinds_for(bob), kinds_of({ClipKind::text}));
    EXPECT_TRUE(alice.asked.empty());
    EXPECT_EQ(paste("text/plain", [&] { alice.asked.at(ClipKind::text)->set(data_of("hers")); }),
              "hers");
    EXPECT_EQ(outcome(clipboard.read(ClipKind::text)), "hers");
}

TEST_F(SharedClipboardTest, WhatWasNotOfferedIsNotGiven)
{
    desktop.copy({{"text/plain", bytes_of("of the desktop")}});
    EXPECT_EQ(paste("text/plain"), "(failed)");
    clipboard.offer(alice, {kinds_of({ClipKind::text}), {}});
    EXPECT_EQ(paste("text/html"), "(failed)");
    EXPECT_EQ(paste("x-special/other"), "(failed)");
}

TEST_F(SharedClipboardTest, AViewerThatDoesNotAnswerIsAskedAgainLater)
{
    clipboard.offer(alice, {kinds_of({ClipKind::text}), {}});
    EXPECT_EQ(paste("text/plain"), "(failed)");
    const auto first = alice.asked.at(ClipKind::text);
    EXPECT_EQ(paste("text/plain"), "(failed)");
    EXPECT_EQ(alice.asked.at(ClipKind::text), first);
    test::spin_for(50ms);
    EXPECT_EQ(paste("text/plain", [&] { alice.asked.at(ClipKind::text)->set(data_of("now")); }),
              "now");
}

TEST_F(SharedClipboardTest, TooLongATextIsNotRead)
{
    clipboard.set_limit(4);
    desktop.copy({{"text/plain", bytes_of("12345")}});
    EXPECT_EQ(outcome(clipboard.read(ClipKind::text)), "(failed)");
}

TEST_F(SharedClipboardTest, WhatAViewerHasGivenStaysWhenItLeaves)
{
    ClipOffer offer{kinds_of({ClipKind::text, ClipKind::html}), {}};
    offer.contents[ClipKind::text] = data_of("given");
    clipboard.offer(alice, std::move(offer));
    clipboard.remove(alice);
    EXPECT_EQ(clipboard.kinds_for(bob), kinds_of({ClipKind::text}));
    EXPECT_EQ(desktop.offered.size(), 3U);
    EXPECT_EQ(paste("text/plain"), "given");
    EXPECT_EQ(outcome(clipboard.read(ClipKind::html)), "(failed)");
}

TEST_F(SharedClipboardTest, WhatAViewerFailedToGiveDoesNotStay)
{
    clipboard.offer(alice, {kinds_of({ClipKind::text}), {}});
    const auto text = clipboard.read(ClipKind::text);
    EXPECT_EQ(outcome(text), "(failed)");
    clipboard.remove(alice);
    EXPECT_TRUE(clipboard.kinds_for(bob).empty());
    EXPECT_TRUE(desktop.offered.empty());
}

TEST_F(SharedClipboardTest, WhatAViewerTakesBackIsGone)
{
    clipboard.offer(alice, {kinds_of({ClipKind::text}), {}});
    clipboard.offer(bob, {}); // has no say in it
    EXPECT_FALSE(desktop.offered.empty());
    clipboard.offer(alice, {});
    EXPECT_TRUE(desktop.offered.empty());
    EXPECT_TRUE(clipboard.kinds_for(bob).empty());
}

TEST_F(SharedClipboardTest, ANewCopyEndsAnOldRead)
{
    clipboard.offer(alice, {kinds_of({ClipKind::text}), {}});
    const auto old = clipboard.read(ClipKind::text);
    desktop.copy({{"text/plain", bytes_of("new")}});
    EXPECT_EQ(outcome(clipboard.read(ClipKind::text)), "new");
    EXPECT_NE(outcome(old), "new");
}

TEST_F(SharedClipboardTest, ImagesArePngOnTheDesktop)
{
    const std::string bmp = std::string{"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0"
                                        "\1\0\x18\0\0\0\0\0",
                                        34} +
                            std::string(20, '\0') + std::string{"\1\2\3\0", 4};
    ClipOffer offer{kinds_of({ClipKind::image}), {}};
    offer.contents[ClipKind::image] = data_of(bmp);
    clipboard.offer(alice, std::move(offer));
    EXPECT_EQ(desktop.offered, (Types{"image/png", "image/bmp"}));
    EXPECT_EQ(paste("image/bmp"), bmp);
    const std::string png = paste("image/png");
    EXPECT_EQ(png.substr(1, 3), "PNG");
    desktop.copy({{"image/png", bytes_of(png)}});
    EXPECT_EQ(outcome(clipboard.read(ClipKind::image)).substr(138), "\1\2\3\xff");
    desktop.copy({{"image/png", bytes_of("no such thing")}});
    EXPECT_EQ(outcome(clipboard.read(ClipKind::image)), "(failed)");
}

TEST_F(SharedClipboardTest, ADesktopThatComesBackIsOfferedWhatThereIs)
{
    clipboard.offer(alice, {kinds_of({ClipKind::rtf}), {}});
    desktop.offered.clear();
    desktop.set_there(false);
    EXPECT_EQ(bob.openings, 2);
    desktop.set_there(true);
    EXPECT_EQ(desktop.offered, (Types{"text/rtf", "application/rtf"}));
    desktop.copy({{"text/plain", bytes_of("x")}});
    desktop.set_there(false);
    EXPECT_TRUE(clipboard.kinds_for(bob).empty());
}

} // namespace
} // namespace gds
