// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/buffer_returns.h"

#include <array>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <pipewire/stream.h>

namespace gds {
namespace {

class BufferReturnsTest : public testing::Test {
protected:
    BufferReturnsTest()
    {
        for (pw_buffer& buffer : buffers) {
            returns->add(&buffer);
        }
    }
    std::shared_ptr<const void> hold(pw_buffer& buffer) { return returns->hold(&buffer, pixels); }

    std::array<pw_buffer, 5> buffers{};
    std::vector<pw_buffer*> queued;
    std::shared_ptr<const int> pixels = std::make_shared<int>(7);
    std::shared_ptr<BufferReturns> returns =
        std::make_shared<BufferReturns>([this](pw_buffer* buffer) { queued.push_back(buffer); });
};

TEST_F(BufferReturnsTest, WhatIsHeldGoesBackWhenItIsReleased)
{
    auto held = hold(buffers[0]);
    ASSERT_TRUE(held);
    auto another = held;
    held.reset();
    EXPECT_TRUE(queued.empty());
    EXPECT_EQ(pixels.use_count(), 2);
    another.reset();
    EXPECT_EQ(queued, std::vector<pw_buffer*>{&buffers[0]});
    EXPECT_EQ(pixels.use_count(), 1);
    returns->give_back(&buffers[1]);
    EXPECT_EQ(queued, (std::vector<pw_buffer*>{&buffers[0], &buffers[1]}));
}

TEST_F(BufferReturnsTest, ThreeAreLeftToTheCompositor)
{
    auto first = hold(buffers[0]);
    const auto second = hold(buffers[1]);
    EXPECT_TRUE(first);
    EXPECT_TRUE(second);
    EXPECT_FALSE(hold(buffers[2]));
    first.reset();
    EXPECT_TRUE(hold(buffers[2]));
}

TEST_F(BufferReturnsTest, OfFewBuffersNoneIsHeld)
{
    returns->remove(&buffers[4]);
    returns->remove(&buffers[3]);
    EXPECT_FALSE(hold(buffers[0]));
}

TEST_F(BufferReturnsTest, WhatWasRemovedKeepsItsPixelsAndDoesNotGoBack)
{
    auto held = hold(buffers[0]);
    returns->remove(&buffers[0]);
    EXPECT_EQ(pixels.use_count(), 2);
    // Another buffer in the same place.
    returns->add(&buffers[0]);
    auto anew = hold(buffers[0]);
    ASSERT_TRUE(anew);
    held.reset();
    EXPECT_TRUE(queued.empty());
    anew.reset();
    EXPECT_EQ(queued, std::vector<pw_buffer*>{&buffers[0]});
}

TEST_F(BufferReturnsTest, OfAStreamThatEndedNothingGoesBack)
{
    auto held = hold(buffers[0]);
    returns->close();
    returns->give_back(&buffers[1]);
    EXPECT_FALSE(hold(buffers[2]));
    returns.reset();
    EXPECT_EQ(pixels.use_count(), 2);
    held.reset();
    EXPECT_EQ(pixels.use_count(), 1);
    EXPECT_TRUE(queued.empty());
}

TEST_F(BufferReturnsTest, AnyThreadReleases)
{
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 2; ++i) {
        threads.emplace_back([this, i] {
            for (int turn = 0; turn < 200; ++turn) {
                hold(buffers[i]).reset();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(queued.size(), 400U);
}

} // namespace
} // namespace gds
