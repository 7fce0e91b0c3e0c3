// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/card.h"

#include "fakes/known_leaks.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

const std::string k_title = "No picture yet";
const std::string k_sentence =
    "The person at the desk has not allowed screen sharing. Ask them to answer the dialog.";

std::uint32_t background(const Frame& frame) { return frame.row(0)[0] & k_rgb_mask; }

int inked_pixels(const Frame& frame)
{
    const std::uint32_t none = background(frame);
    int count = 0;
    for (int y = 0; y < frame.size.height; ++y) {
        const std::uint32_t* const row = frame.row(y);
        for (int x = 0; x < frame.size.width; ++x) {
            count += (row[x] & k_rgb_mask) != none ? 1 : 0;
        }
    }
    return count;
}

std::uint32_t brightest(const Frame& frame)
{
    std::uint32_t most = 0;
    for (const std::uint32_t pixel : frame.pixels) {
        most = std::max(most, pixel & 255);
    }
    return most;
}

TEST(Card, IsReadableAtEverySize)
{
    for (const Size size : {Size{64, 64}, Size{100, 640}, Size{640, 64}, Size{320, 200},
                            Size{1280, 720}, Size{1920, 1080}, Size{3840, 2160}}) {
        const FramePtr card = draw_card(size, k_title, k_sentence);
        ASSERT_EQ(card->size, size);
        EXPECT_NE(background(*card), 0U);
        EXPECT_LT(background(*card), 0x404040U);
        EXPECT_GT(brightest(*card), 0xa0U) << size.width << "x" << size.height;
        EXPECT_GT(inked_pixels(*card), 60) << size.width << "x" << size.height;
        // Text, not a wall: most is background.
        EXPECT_LT(inked_pixels(*card), size.width * size.height / 2);
    }
}

TEST(Card, SaysWhatItIsTold)
{
    const Size size{640, 360};
    const FramePtr card = draw_card(size, k_title, k_sentence);
    EXPECT_NE(card->pixels, draw_card(size, k_title, "Something else.")->pixels);
    EXPECT_NE(card->pixels, draw_card(size, "Another title", k_sentence)->pixels);
}

TEST(Card, IsTheSameEveryTime)
{
    const FramePtr one = draw_card({500, 300}, k_title, k_sentence);
    const FramePtr two = draw_card({500, 300}, k_title, k_sentence);
    EXPECT_EQ(one->pixels, two->pixels);
}

TEST(Card, AllOfItIsDamage)
{
    const FramePtr card = draw_card({200, 100}, k_title, k_sentence, 42);
    EXPECT_EQ(card->damage, Region(Rect{0, 0, 200, 100}));
    EXPECT_EQ(card->serial, 42U);
    EXPECT_EQ(draw_card({200, 100}, k_title, k_sentence)->serial, 0U);
}

TEST(Card, KeepsAMarginAroundTooLongText)
{
    std::string endless;
    for (int i = 0; i < 2000; ++i) {
        endless += "more and more words ";
    }
    for (const Size size : {Size{64, 64}, Size{400, 300}}) {
        const FramePtr card = draw_card(size, k_title, endless);
        EXPECT_GT(inked_pixels(*card), 100);
        for (int x = 0; x < size.width; ++x) {
            EXPECT_EQ(card->row(size.height - 1)[x] & k_rgb_mask, background(*card));
        }
    }
}

TEST(Card, TakesAnyText)
{
    const FramePtr card = draw_card({300, 200}, "\xff\xfe", std::string("a\0b\xc3", 4));
    EXPECT_NE(background(*card), 0U);
    // A NUL ends nothing early in a way that leaves the card empty.
    EXPECT_GT(inked_pixels(*card), 0);
    EXPECT_EQ(inked_pixels(*draw_card({300, 200}, "", "")), 0);
    EXPECT_GT(inked_pixels(*draw_card({300, 200}, "", k_sentence)), 60);
    // Markup is text.
    EXPECT_GT(inked_pixels(*draw_card({300, 200}, "", "<b>x</b")), 10);
}

TEST(Card, BringsAnySizeWithinReason)
{
    EXPECT_EQ(draw_card({0, -5}, k_title, k_sentence)->size, (Size{1, 1}));
    EXPECT_EQ(draw_card({3, 2}, k_title, k_sentence)->size, (Size{3, 2}));
    EXPECT_EQ(draw_card({k_max_side + 5, 2}, k_title, k_sentence)->size, (Size{k_max_side, 2}));
}

} // namespace
} // namespace gds
