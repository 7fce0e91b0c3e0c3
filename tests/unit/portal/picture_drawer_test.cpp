// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/picture_drawer.h"

#include "fakes/main_loop.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace gds {
namespace {

constexpr Size k_big{640, 480};

class PictureDrawerTest : public testing::Test {
protected:
    PictureDrawerTest()
    {
        picture.begin({{.node_id = 1, .position = Point{}, .size = k_big, .id = {}}});
    }

    BufferContent content(std::uint32_t colour)
    {
        pixels.assign(static_cast<std::size_t>(k_big.width * k_big.height), colour);
        BufferContent content;
        content.pixels =
            PixelView{reinterpret_cast<const std::uint8_t*>(pixels.data()),
                      static_cast<std::size_t>(k_big.width) * 4, k_big, PixelOrder::bgrx};
        return content;
    }
    BufferLoan loan()
    {
        lease = std::make_shared<BufferLease>();
        return BufferLoan{lease, [this](bool taken) { given_back.push_back(taken); }};
    }
    bool spin_until_idle()
    {
        return test::spin_until([this] { return !drawer.busy(); });
    }

    std::vector<std::uint32_t> pixels;
    std::shared_ptr<BufferLease> lease;
    std::vector<bool> given_back;
    std::vector<FramePtr> drawn;
    DesktopPicture picture;
    PictureDrawer drawer{picture, [this](std::size_t, const FramePtr& frame) {
                             // The compositor has its buffer by then.
                             EXPECT_TRUE(!frame || !given_back.empty());
                             drawn.push_back(frame);
                         }};
};

TEST_F(PictureDrawerTest, ABigPictureIsDrawnWhileTheMainLoopGoesOn)
{
    drawer.draw(0, content(0x123456), loan());
    EXPECT_TRUE(drawer.busy());
    EXPECT_TRUE(given_back.empty());
    ASSERT_TRUE(spin_until_idle());
    ASSERT_EQ(drawn.size(), 1U);
    EXPECT_EQ(drawn[0]->pixels, pixels);
    EXPECT_EQ(given_back, std::vector<bool>{true});
}

TEST_F(PictureDrawerTest, ALittleOneIsDrawnAtOnce)
{
    const auto little = [&](std::uint32_t colour) {
        auto made = content(colour);
        made.damage = Region{Rect{8, 8, 100, 20}};
        return made;
    };
    drawer.draw(0, content(1), loan());
    ASSERT_TRUE(spin_until_idle());
    drawer.draw(0, little(2), loan());
    EXPECT_TRUE(drawer.busy()); // into a new frame, the first one is held
    ASSERT_TRUE(spin_until_idle());
    drawn.clear();
    test::spin_ready(); // the task that drew holds it, too
    drawer.draw(0, little(3), loan());
    EXPECT_FALSE(drawer.busy());
    ASSERT_EQ(drawn.size(), 1U);
    EXPECT_EQ(drawn[0]->damage, (Region{Rect{8, 8, 100, 20}}));
}

TEST_F(PictureDrawerTest, WhatTheFrameBeforeHeldIsFreeWhenTheNextOneComes)
{
    std::weak_ptr<int> first;
    std::vector<bool> first_was_held;
    DesktopPicture own;
    own.begin({{.node_id = 1, .position = Point{}, .size = k_big, .id = {}}});
    PictureDrawer holding{own, [&](std::size_t, const FramePtr& frame) {
                              ASSERT_TRUE(frame);
                              first_was_held.push_back(!first.expired());
                          }};
    const auto draw = [&](const BufferContent& shown, std::shared_ptr<int> token) {
        holding.draw(0, shown,
                     BufferLoan{std::make_shared<BufferLease>(), [](bool) {},
                                [token = std::move(token)] { return token; }});
    };
    const auto one = content(1);
    const auto kept = pixels; // another buffer
    auto other = one;
    other.pixels->data = reinterpret_cast<const std::uint8_t*>(kept.data());
    auto token = std::make_shared<int>();
    first = token;
    draw(other, std::move(token));
    ASSERT_TRUE(test::spin_until([&] { return !holding.busy(); }));
    test::spin_ready();
    draw(content(2), std::make_shared<int>());
    ASSERT_TRUE(test::spin_until([&] { return !holding.busy(); }));
    EXPECT_EQ(first_was_held, (std::vector<bool>{true, false}));
}

TEST_F(PictureDrawerTest, WhatTheCompositorTookAwayIsNotRead)
{
    auto taken = loan();
    lease->end();
    drawer.draw(0, content(1), std::move(taken));
    pixels.clear();
    pixels.shrink_to_fit(); // for AddressSanitizer
    ASSERT_TRUE(spin_until_idle());
    EXPECT_EQ(drawn, std::vector<FramePtr>{nullptr});
    EXPECT_TRUE(given_back.empty());
    drawer.draw(0, content(2), loan());
    ASSERT_TRUE(spin_until_idle());
    ASSERT_EQ(drawn.size(), 2U);
    EXPECT_EQ(drawn[1]->pixels, pixels);
}

TEST_F(PictureDrawerTest, WhatIsCancelledIsNotReadAnyMoreAndNeverWas)
{
    drawer.draw(0, content(1), loan());
    drawer.cancel();
    pixels.clear();
    pixels.shrink_to_fit();
    EXPECT_FALSE(drawer.busy());
    EXPECT_EQ(given_back, std::vector<bool>{false});
    given_back.clear();
    drawer.draw(0, content(2), loan());
    ASSERT_TRUE(spin_until_idle());
    ASSERT_EQ(drawn.size(), 1U);
    EXPECT_EQ(drawn[0]->pixels, pixels);
    EXPECT_EQ(drawn[0]->damage, Region{Rect::of(k_big)});
}

} // namespace
} // namespace gds
