// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/h264_encoder.h"

#include "fakes/h264_decoder.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using fakes::count_of;

constexpr Size k_screen{320, 240};
constexpr Rect k_area{34, 21, 200, 130};
constexpr int k_quality_level = 6;

Frame film(int turn)
{
    Frame frame{k_screen};
    fakes::paint_film(frame, k_area, turn);
    return frame;
}

std::unique_ptr<H264Encoder> opened()
{
    return open_h264_encoder(k_area.size(), video_quality(k_quality_level));
}

TEST(H264Encoder, IsFound)
{
    const auto support = find_h264_encoder();
    EXPECT_NE(support.encoder, "") << support.trouble;
    EXPECT_EQ(support.trouble, "");
}

TEST(H264Encoder, WhatIsDecodedIsThePicture)
{
    const auto encoder = opened();
    fakes::H264Decoder decoder;
    for (int turn = 0; turn < 10; ++turn) {
        const Frame frame = film(turn);
        const auto made = encoder->encode(frame, k_area, false);
        const auto seen = decoder.decode(made.octets);
        ASSERT_TRUE(seen) << turn; // at once: nothing is held back
        ASSERT_EQ(seen->size, k_area.size());
        EXPECT_GT(fakes::psnr(frame, *seen, k_area, {0, 0}), 34) << turn;
    }
}

TEST(H264Encoder, EachFrameIsOneSliceAndOnlyTheFirstIsAKey)
{
    const auto encoder = opened();
    for (int turn = 0; turn < 20; ++turn) {
        const auto made = encoder->encode(film(turn), k_area, false);
        EXPECT_EQ(made.key, turn == 0);
        EXPECT_EQ(count_of(made.octets, fakes::k_key_slice), turn == 0 ? 1 : 0);
        EXPECT_EQ(count_of(made.octets, fakes::k_slice), turn == 0 ? 0 : 1);
    }
}

TEST(H264Encoder, AKeyFrameStandsAlone)
{
    const auto encoder = opened();
    for (int turn = 0; turn < 5; ++turn) {
        encoder->encode(film(turn), k_area, false);
    }
    const Frame frame = film(5);
    const auto key = encoder->encode(frame, k_area, true);
    EXPECT_TRUE(key.key);
    EXPECT_EQ(count_of(key.octets, fakes::k_sequence_parameters), 1);
    EXPECT_EQ(count_of(key.octets, fakes::k_picture_parameters), 1);
    EXPECT_EQ(count_of(key.octets, fakes::k_key_slice), 1);
    fakes::H264Decoder joins;
    const auto seen = joins.decode(key.octets);
    ASSERT_TRUE(seen);
    EXPECT_GT(fakes::psnr(frame, *seen, k_area, {0, 0}), 34);
}

// What a viewer assumes otherwise differs.
TEST(H264Encoder, TheColourSpaceIsSaidAndTheProfileIsBaseline)
{
    fakes::H264Decoder decoder;
    ASSERT_TRUE(decoder.decode(opened()->encode(film(0), k_area, true).octets));
    const auto& context = decoder.context();
    EXPECT_EQ(context.color_range, AVCOL_RANGE_MPEG);
    EXPECT_EQ(context.colorspace, AVCOL_SPC_BT709);
    EXPECT_EQ(context.color_primaries, AVCOL_PRI_BT709);
    EXPECT_EQ(context.color_trc, AVCOL_TRC_BT709);
    // ITU-T H.264, A.2.1; libavcodec adds constraint_set1_flag.
    EXPECT_EQ(context.profile & 0xff, 66);
    EXPECT_EQ(context.has_b_frames, 0);
}

TEST(H264Encoder, PlainColoursAreRight)
{
    const Size size{64, 48};
    for (const std::uint32_t colour : {0x000000U, 0xffffffU, 0xc02010U, 0x10b030U, 0x2030d0U}) {
        Frame frame{size};
        std::ranges::fill(frame.pixels, colour | 0x5a000000U);
        fakes::H264Decoder decoder;
        const auto encoder = open_h264_encoder(size, video_quality(9));
        const auto seen = decoder.decode(encoder->encode(frame, Rect::of(size), true).octets);
        ASSERT_TRUE(seen);
        EXPECT_GT(fakes::psnr(frame, *seen, Rect::of(size), {0, 0}), 38) << std::hex << colour;
    }
}

TEST(H264Encoder, ABetterLevelIsBetterAndCostsMore)
{
    const Frame frame = film(3);
    std::size_t octets = 0;
    double quality = 0;
    for (const int level : {0, 2, 4, 6, 8}) {
        fakes::H264Decoder decoder;
        const auto made =
            open_h264_encoder(k_area.size(), video_quality(level))->encode(frame, k_area, true);
        const double now = fakes::psnr(frame, *decoder.decode(made.octets), k_area, {0, 0});
        EXPECT_GT(made.octets.size(), octets) << level;
        EXPECT_GT(now, quality) << level;
        octets = made.octets.size();
        quality = now;
    }
    EXPECT_EQ(video_quality(-1), video_quality(0));
    EXPECT_EQ(video_quality(99), video_quality(9));
}

TEST(H264Encoder, SizesThatAreNoneAreRefused)
{
    for (const Size size : {Size{0, 0}, Size{15, 16}, Size{160, 121}, Size{8, 120},
                            Size{k_most_video_side + 2, 160}}) {
        EXPECT_THROW(open_h264_encoder(size, 20), std::runtime_error) << size.width;
    }
}

} // namespace
} // namespace gds
