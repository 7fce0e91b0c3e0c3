// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/pointer_lock.h"

#include <gtest/gtest.h>

namespace gds::test {
namespace {

using namespace std::chrono_literals;

Cursor cursor_at(Point position, Size size = {})
{
    auto shape = std::make_shared<CursorShape>();
    shape->size = size;
    return {std::move(shape), position};
}

struct PointerLockTest : ::testing::Test {
    PointerLock lock;
    PointerLock::Clock::time_point now{};

    // Moves it about, ten times a second.
    void move_about(int times)
    {
        for (int i = 0; i < times; ++i) {
            now += 100ms;
            lock.moved({50 + 10 * i, 50}, now);
        }
    }
};

TEST_F(PointerLockTest, AHiddenPointerThatDoesNotFollowIsLocked)
{
    lock.see(cursor_at({10, 10}, {24, 24}));
    lock.see(cursor_at({10, 10}));
    move_about(3);
    EXPECT_FALSE(lock.locked());
    move_about(3);
    EXPECT_TRUE(lock.locked());
    lock.see(cursor_at({10, 10}, {24, 24}));
    EXPECT_FALSE(lock.locked());
}

TEST_F(PointerLockTest, OneThatIsVisibleOrFollowsIsNot)
{
    lock.see(cursor_at({10, 10}, {24, 24}));
    move_about(20);
    EXPECT_FALSE(lock.locked());
    for (int i = 0; i < 20; ++i) {
        now += 100ms;
        lock.moved({20 + 10 * i, 10}, now);
        lock.see(cursor_at({20 + 10 * i, 11}));
    }
    EXPECT_FALSE(lock.locked());
}

TEST_F(PointerLockTest, AFewMotionsWithinAMomentMeanNothing)
{
    lock.see(cursor_at({10, 10}));
    for (int i = 0; i < 50; ++i) {
        lock.moved({100 + i, 100}, now + std::chrono::milliseconds{i});
    }
    EXPECT_FALSE(lock.locked());
}

TEST_F(PointerLockTest, NothingIsKnownOfOneThatIsAPartOfThePicture)
{
    Cursor cursor = cursor_at({});
    cursor.in_picture = true;
    lock.see(cursor);
    move_about(20);
    EXPECT_FALSE(lock.locked());
}

TEST_F(PointerLockTest, ThatItMovesEndsIt)
{
    lock.see(cursor_at({10, 10}));
    move_about(10);
    EXPECT_TRUE(lock.locked());
    lock.see(cursor_at({300, 10}));
    EXPECT_FALSE(lock.locked());
}

} // namespace
} // namespace gds::test
