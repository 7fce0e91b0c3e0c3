// SPDX-License-Identifier: GPL-2.0-or-later
// What moved is copied by the client (RFC 6143, 7.7.2), and its picture stays right.
#include "session_fixture.h"

namespace gds::test {
namespace {

class MovesTest : public SessionTest {
protected:
    static constexpr Size k_large{400, 300};
    static constexpr Rect k_whole{0, 0, 400, 300};

    MovesTest() { host.resize(k_large); }

    // CopyRect and Cursor, which the server does not draw then.
    void admit_copier(std::initializer_list<std::int32_t> encodings = {1, 0, -239})
    {
        admit();
        say(joined({set_encodings(encodings), request(false, k_whole)}));
        ASSERT_TRUE(next_picture());
        expect_picture();
    }
    // The updates for what the host has published; with the picture looked at.
    Seen update(bool incremental = true)
    {
        session->picture_changed();
        say(request(incremental, k_whole));
        Seen all;
        const auto add = [&all](const std::optional<Seen>& seen) {
            if (seen) {
                all.rects.insert(all.rects.end(), seen->rects.begin(), seen->rects.end());
            }
        };
        add(next());
        settle();
        while (const auto more = look()) {
            add(more);
        }
        expect_picture();
        return all;
    }
};

TEST_F(MovesTest, AScrollIsCopied)
{
    admit_copier();
    for (int i = 0; i < 5; ++i) {
        host.move({20, 30, 350, 250}, {0, -17}, 0x112233);
        const auto seen = update();
        ASSERT_TRUE(seen.has(encoding::k_copy_rect));
        EXPECT_LT(seen.pixels(), 350 * 17 + 40 * 250);
    }
}

TEST_F(MovesTest, OnlyForThoseThatListIt)
{
    admit_copier({0, -239});
    host.move({20, 30, 350, 250}, {0, -17}, 0x112233);
    EXPECT_FALSE(update().has(encoding::k_copy_rect));
}

TEST_F(MovesTest, NotWhereTheServerDrawsThePointer)
{
    admit_copier({1, 0});
    host.set_pointer({8, 8}, {0, 0}, 0xffff0000, {100, 100});
    session->cursor_changed();
    host.move({20, 30, 350, 250}, {0, -17}, 0x112233);
    say(request(true, k_whole));
    const auto seen = next_picture();
    ASSERT_TRUE(seen);
    EXPECT_FALSE(seen->has(encoding::k_copy_rect));
}

// Who asks for it whole may have lost it.
TEST_F(MovesTest, ARefreshIsNotMadeOfCopies)
{
    admit_copier();
    host.move({20, 30, 350, 250}, {0, -17}, 0x112233);
    const auto seen = update(false);
    EXPECT_FALSE(seen.has(encoding::k_copy_rect));
    EXPECT_EQ(seen.pixels(), k_whole.area());
}

TEST_F(MovesTest, WhatTheClientLacksIsNotCopied)
{
    admit_copier();
    // Half of it is not asked for.
    host.paint({0, 0, 400, 150}, 0x445566);
    session->picture_changed();
    say(request(true, {0, 200, 400, 100}));
    EXPECT_TRUE(silent());
    host.move({20, 30, 350, 250}, {0, 60}, 0x112233);
    update();
}

TEST_F(MovesTest, SkippedFramesAreOneMove)
{
    admit_copier();
    for (int i = 0; i < 4; ++i) {
        host.move({20, 30, 350, 250}, {0, -9}, 0x112233);
    }
    EXPECT_TRUE(update().has(encoding::k_copy_rect));
}

TEST_F(MovesTest, AnotherSizeIsAnotherPicture)
{
    admit_copier({1, 0, -239, -223});
    host.resize({410, 300});
    session->picture_changed();
    say(request(true, k_whole));
    ASSERT_TRUE(next());
    say(request(true, {0, 0, 410, 300}));
    ASSERT_TRUE(next_picture());
    expect_picture();
}

TEST_F(MovesTest, AClientThatDoesNotReadKeepsNoFrameForLong)
{
    limits.shown_kept = std::chrono::milliseconds{20};
    server->set_write_capacity(10'000'000);
    admit_copier();
    host.paint(k_whole, 0x111111);
    const std::weak_ptr<const Frame> sent = host.frame();
    server->set_write_capacity(64);
    session->picture_changed();
    say(request(true, k_whole));
    ASSERT_TRUE(spin_until([this] { return client->arrived().size() == 64; }));
    host.paint({0, 0, 1, 1}, 0x222222);
    EXPECT_TRUE(spin_until([&] { return sent.expired(); }));
}

// Anything may happen between two updates; the picture is right after each.
TEST_F(MovesTest, AnythingMixedStaysRight)
{
    admit_copier();
    std::uint64_t state = 42;
    const auto dice = [&state](int sides) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<int>((state >> 33) % static_cast<std::uint64_t>(sides));
    };
    int copies = 0;
    for (int round = 0; round < 60; ++round) {
        for (int i = dice(3); i >= 0; --i) {
            const Rect area{dice(100), dice(80), 150 + dice(150), 120 + dice(100)};
            if (dice(3) == 0) {
                host.paint({dice(300), dice(200), 1 + dice(90), 1 + dice(90)},
                           static_cast<std::uint32_t>(dice(1 << 24)));
            } else if (dice(2) == 0) {
                host.move(area, {0, dice(80) - 40}, static_cast<std::uint32_t>(dice(1 << 24)));
            } else {
                host.move(area, {dice(80) - 40, 0}, static_cast<std::uint32_t>(dice(1 << 24)));
            }
        }
        session->picture_changed();
        if (dice(4) == 0) {
            say(request(true, {dice(200), dice(150), 1 + dice(200), 1 + dice(150)}));
            next(std::chrono::milliseconds{30});
        }
        const auto seen = update(dice(10) != 0);
        copies += seen.has(encoding::k_copy_rect) ? 1 : 0;
        ASSERT_FALSE(HasFatalFailure()) << "round " << round;
    }
    EXPECT_GT(copies, 5);
}

} // namespace
} // namespace gds::test
