// SPDX-License-Identifier: GPL-2.0-or-later
// What moved is copied by the client (RFC 6143, 7.7.2), and its picture stays right.
#include "session_fixture.h"

#include <functional>

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
        expect_picture(drawn_pointer());
        return all;
    }
    Overlay drawn_pointer() const
    {
        return pointer_is_drawn ? draw_cursor(*host.frame(), host.cursor()) : Overlay{};
    }
    void point_at(Point where)
    {
        pointer_is_drawn = true;
        host.set_pointer({8, 8}, {0, 0}, 0x80ff0000, where);
        session->cursor_changed();
    }

    bool pointer_is_drawn = false;
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

TEST_F(MovesTest, UnderThePointerThatTheServerDraws)
{
    admit_copier({1, 0});
    for (const Point where : {Point{100, 100}, {100, 100}, {103, 90}, {0, 0}, {396, 299}}) {
        point_at(where);
        host.move({20, 30, 350, 250}, {0, -17}, 0x112233);
        const auto seen = update();
        ASSERT_TRUE(seen.has(encoding::k_copy_rect));
        EXPECT_LT(seen.pixels(), 350 * 17 + 40 * 250);
        ASSERT_FALSE(HasFailure()) << where.x;
    }
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

// The rows that came are from beyond what a client has that cannot be told of a new size.
TEST_F(MovesTest, NothingIsCopiedFromBeyondTheClientsFramebuffer)
{
    admit_copier();
    host.resize({400, 500});
    session->picture_changed();
    say(request(true, k_whole));
    ASSERT_TRUE(next_picture());
    host.move({0, 0, 400, 500}, {0, -150}, 0x112233);
    session->picture_changed();
    say(request(true, k_whole));
    ASSERT_TRUE(next_picture());
    ASSERT_EQ(viewer.size, k_large);
    for (int y = 0; y < k_large.height; ++y) {
        ASSERT_EQ(viewer.at(7, y), host.frame()->row(y)[7] & k_rgb_mask) << y;
    }
}

// What may happen to a picture, at random but the same in every run.
class Weather {
public:
    explicit Weather(FakeSessionHost& host) : host_(host) {}

    int dice(int sides)
    {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<int>((state_ >> 33) % static_cast<std::uint64_t>(sides));
    }
    void change()
    {
        for (int i = dice(3); i >= 0; --i) {
            const Rect area{dice(100), dice(80), 150 + dice(150), 120 + dice(100)};
            const auto colour = static_cast<std::uint32_t>(dice(1 << 24));
            if (dice(3) == 0) {
                host_.paint({dice(300), dice(200), 1 + dice(90), 1 + dice(90)}, colour);
            } else if (dice(2) == 0) {
                host_.move(area, {0, dice(80) - 40}, colour);
            } else {
                host_.move(area, {dice(80) - 40, 0}, colour);
            }
        }
    }

private:
    FakeSessionHost& host_;
    std::uint64_t state_ = 42;
};

// Anything may happen between two updates; the picture is right after each.
class MixedMovesTest : public MovesTest {
protected:
    void expect_right_after_each(const std::function<void()>& change)
    {
        int copies = 0;
        for (int round = 0; round < 60; ++round) {
            change();
            session->picture_changed();
            if (weather.dice(4) == 0) {
                say(request(true, {weather.dice(200), weather.dice(150), 1 + weather.dice(200),
                                   1 + weather.dice(150)}));
                next(std::chrono::milliseconds{30});
            }
            const auto seen = update(weather.dice(10) != 0);
            copies += seen.has(encoding::k_copy_rect) ? 1 : 0;
            ASSERT_FALSE(HasFailure()) << "round " << round;
        }
        EXPECT_GT(copies, 5);
    }

    Weather weather{host};
};

TEST_F(MixedMovesTest, StayRight)
{
    admit_copier();
    expect_right_after_each([this] { weather.change(); });
}

TEST_F(MixedMovesTest, StayRightUnderAPointerThatIsDrawn)
{
    admit_copier({1, 0});
    expect_right_after_each([this] {
        weather.change();
        if (weather.dice(3) != 0) {
            point_at({weather.dice(400), weather.dice(300)});
        }
    });
}

// On a line that stops anywhere, with updates that are cut short there.
TEST_F(MovesTest, CutShortAnywhereItStaysRight)
{
    constexpr Rect k_all_of_it{0, 0, 1000, 800};
    limits.long_update = std::chrono::milliseconds{0};
    host.resize(k_all_of_it.size());
    admit();
    server->set_write_capacity(100'000'000);
    say(joined({set_encodings({1, 0, -239, encoding::k_last_rect, encoding::k_fence}),
                request(false, k_all_of_it)}));
    ASSERT_TRUE(next_picture());
    Weather weather{host};
    int copies = 0;
    int updates = 0;
    for (int round = 0; round < 20; ++round) {
        host.move(k_all_of_it, {0, weather.dice(60) - 30}, 0x123456);
        host.paint({0, 300, 1000, 500}, static_cast<std::uint32_t>(weather.dice(1 << 24)));
        weather.change();
        session->picture_changed();
        server->set_write_capacity(static_cast<std::size_t>(1 + weather.dice(3'000'000)));
        say(request(true, k_all_of_it));
        settle();
        weather.change();
        session->picture_changed();
        settle();
        server->set_write_capacity(100'000'000);
        for (int before = -1; before != updates;) {
            before = updates;
            say(joined({request(true, k_all_of_it),
                        client_fence(fence::k_request | fence::k_block_before, "end")}));
            for (auto seen = next(); seen && seen->type == 0; seen = next()) {
                copies += seen->has(encoding::k_copy_rect) ? 1 : 0;
                updates += seen->pixels() > 0 ? 1 : 0;
            }
        }
        expect_picture();
        ASSERT_FALSE(HasFatalFailure()) << "round " << round;
    }
    EXPECT_GT(copies, 3);
    EXPECT_GT(updates, 30); // more than were changes: some were cut
}

} // namespace
} // namespace gds::test
