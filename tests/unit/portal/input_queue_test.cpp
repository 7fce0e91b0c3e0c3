// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/input_queue.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace gds {
namespace {

class InputQueueTest : public testing::Test {
protected:
    bool push(unsigned sender, InputKind kind, std::uint64_t what, const std::string& name)
    {
        return queue_.push(
            {kind, InputDevice::none, what, [this, name] { done_.push_back(name); }, sender});
    }
    bool press(unsigned sender, std::uint64_t key)
    {
        return push(sender, InputKind::press, key, "press " + std::to_string(key));
    }
    bool release(unsigned sender, std::uint64_t key)
    {
        return push(sender, InputKind::release, key, "release " + std::to_string(key));
    }
    void do_one() { queue_.take().send(); }
    std::vector<std::string> do_all()
    {
        while (queue_.next() != nullptr) {
            do_one();
        }
        return std::exchange(done_, {});
    }

    InputQueue queue_;
    std::vector<std::string> done_;
};

using Names = std::vector<std::string>;

TEST_F(InputQueueTest, KeepsTheOrder)
{
    press(1, 30);
    release(1, 30);
    push(2, InputKind::wheel, 0, "wheel");
    EXPECT_EQ(do_all(), (Names{"press 30", "release 30", "wheel"}));
}

TEST_F(InputQueueTest, MergesMotions)
{
    push(1, InputKind::motion, 0, "move 1");
    push(1, InputKind::motion, 0, "move 2");
    press(1, 30);
    push(1, InputKind::motion, 0, "move 3");
    EXPECT_EQ(do_all(), (Names{"move 2", "press 30", "move 3"}));
}

TEST_F(InputQueueTest, HasRoomForReleasesWhenItIsFull)
{
    for (std::size_t i = 0; i < InputQueue::k_most; ++i) {
        EXPECT_TRUE(press(1, i));
    }
    EXPECT_FALSE(press(1, 30));
    for (std::size_t i = 0; i < InputQueue::k_most; ++i) {
        EXPECT_TRUE(release(1, i));
    }
    EXPECT_FALSE(release(1, 30));
}

TEST_F(InputQueueTest, DropsWhatOneHasSent)
{
    press(1, 30);
    push(1, InputKind::motion, 0, "move");
    push(2, InputKind::wheel, 0, "of another");
    release(1, 30);
    push(1, InputKind::wheel, 0, "wheel");
    queue_.drop(1);
    EXPECT_EQ(do_all(), (Names{"of another"}));
}

TEST_F(InputQueueTest, ReleasesWhatIsDownAlready)
{
    press(1, 30);
    do_one();
    press(1, 31);
    release(1, 31);
    release(1, 30);
    press(1, 30);
    release(1, 30);
    queue_.drop(1);
    EXPECT_EQ(do_all(), (Names{"press 30", "release 30"}));
}

TEST_F(InputQueueTest, KeepsTheSameKeyOfAnother)
{
    press(1, 30);
    press(2, 30);
    release(2, 30);
    release(1, 30);
    queue_.drop(1);
    EXPECT_EQ(do_all(), (Names{"press 30", "release 30"}));
}

} // namespace
} // namespace gds
