// SPDX-License-Identifier: GPL-2.0-or-later
// Every lossless encoding against a decoder of its own, pixel for pixel.
#include "rfb/encoder.h"

#include "fakes/pictures.h"
#include "fakes/rfb_decoder.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace gds {
namespace {

using fakes::Content;

const std::vector<const Encoder*>& encoders()
{
    static const std::vector<const Encoder*> all{
        &raw_encoder(), &hextile_encoder(), &zlib_encoder(), &zrle_encoder(), &tight_encoder()};
    return all;
}

// True when every pixel of `rect` came out as the frame has it.
::testing::AssertionResult same(fakes::RfbDecoder& decoder, const Frame& frame, const Rect& rect,
                                const PixelFormat& format)
{
    for (int y = rect.y; y < rect.bottom(); ++y) {
        const std::uint32_t* const sent = frame.row(y);
        const std::uint32_t* const got = &decoder.picture.at(0, y);
        for (int x = rect.x; x < rect.right(); ++x) {
            const std::uint32_t expected = fakes::value_of(sent[x], format);
            if (got[x] != expected) {
                return ::testing::AssertionFailure()
                       << "pixel " << x << "," << y << ": " << std::hex << got[x] << " instead of "
                       << expected;
            }
        }
    }
    return ::testing::AssertionSuccess();
}

TEST(RoundTrip, EveryFormatContentAndSize)
{
    for (const Size size : {Size{1, 1}, Size{1, 70}, Size{70, 1}, Size{13, 5}, Size{65, 65}}) {
        std::vector<std::pair<Content, Frame>> pictures;
        for (const Content content : fakes::k_all_contents) {
            pictures.emplace_back(content, fakes::picture(content, size, 9));
        }
        for (const PixelFormat& format : fakes::all_formats()) {
            for (const Encoder* encoder : encoders()) {
                // One decoder: its streams go on from rectangle to rectangle.
                fakes::RfbDecoder decoder(size, format);
                for (const auto& [content, frame] : pictures) {
                    EncodeParams params;
                    params.format = format;
                    for (const auto& rect :
                         fakes::encode_rect(*encoder, frame, Rect::of(size), params)) {
                        ASSERT_NO_THROW(decoder.decode(rect));
                    }
                    ASSERT_TRUE(same(decoder, frame, Rect::of(size), format))
                        << "encoding " << encoder->encoding() << " " << fakes::text_of(format)
                        << " " << fakes::name_of(content) << " " << size.width << "x"
                        << size.height;
                }
            }
        }
    }
}

TEST(RoundTrip, PiecesOfBigRectangles)
{
    const PixelFormat format;
    for (const Size size : {Size{257, 3}, Size{3, 257}, Size{520, 300}}) {
        for (const Content content : {Content::text, Content::many_colours, Content::photo}) {
            const Frame frame = fakes::picture(content, size, 2);
            for (const Encoder* encoder : encoders()) {
                fakes::RfbDecoder decoder(size, format);
                for (const auto& rect : fakes::encode_rect(*encoder, frame, Rect::of(size), {})) {
                    ASSERT_NO_THROW(decoder.decode(rect));
                }
                ASSERT_TRUE(same(decoder, frame, Rect::of(size), format)) << encoder->encoding();
            }
        }
    }
}

// As a session runs: one client, one stream, rectangles of all kinds in any order and encoding.
TEST(RoundTrip, ThousandsOfRandomRectangles)
{
    const Size size{150, 140};
    std::vector<Frame> frames;
    for (const Content content : fakes::k_all_contents) {
        frames.push_back(fakes::picture(content, size, 21));
    }
    const auto formats = fakes::all_formats();
    fakes::Dice dice(77);
    for (std::size_t client = 0; client < formats.size(); ++client) {
        const PixelFormat& format = formats[client];
        fakes::RfbDecoder decoder(size, format);
        for (int i = 0; i < 120; ++i) {
            const Frame& frame = frames[dice.next() % frames.size()];
            const Rect rect{dice.below(140), dice.below(130), 1 + dice.below(40),
                            1 + dice.below(20)};
            const Rect inside = rect.intersected(Rect::of(size));
            EncodeParams params;
            params.format = format;
            params.compress_level = dice.below(10);
            const Encoder& encoder = *encoders()[dice.next() % encoders().size()];
            for (const auto& encoded : fakes::encode_rect(encoder, frame, inside, params)) {
                ASSERT_NO_THROW(decoder.decode(encoded));
            }
            ASSERT_TRUE(same(decoder, frame, inside, format))
                << "encoding " << encoder.encoding() << " " << fakes::text_of(format);
        }
    }
}

// The octets are shared between clients: they may depend on nothing but the arguments.
TEST(RoundTrip, SameArgumentsSameOctets)
{
    for (const Content content : fakes::k_all_contents) {
        const Frame frame = fakes::picture(content, {100, 80}, 3);
        Frame other = frame;
        for (std::uint32_t& pixel : other.pixels) {
            pixel ^= 0xff000000; // not the colour's
        }
        for (const Encoder* encoder : encoders()) {
            for (const int quality : {-1, 5}) {
                EncodeParams params;
                params.quality_level = quality;
                const Rect rect{3, 2, 90, 70};
                const auto one = fakes::encode_rect(*encoder, frame, rect, params);
                const auto two = fakes::encode_rect(*encoder, other, rect, params);
                ASSERT_EQ(one.size(), two.size());
                for (std::size_t i = 0; i < one.size(); ++i) {
                    EXPECT_EQ(one[i].rect, two[i].rect);
                    EXPECT_EQ(one[i].payload, two[i].payload) << encoder->encoding();
                }
            }
        }
    }
}

// A client that joins later gets the bodies that were made for another.
TEST(RoundTrip, BodiesServeClientsThatJoinLater)
{
    const PixelFormat format;
    const Size size{200, 100};
    for (const Encoder* encoder :
         {&hextile_encoder(), &zlib_encoder(), &zrle_encoder(), &tight_encoder()}) {
        fakes::RfbDecoder early(size, format);
        fakes::RfbDecoder late(size, format);
        for (std::uint64_t i = 0; i < 6; ++i) {
            const Frame frame = fakes::picture(Content::text, size, i);
            for (const auto& rect : fakes::encode_rect(*encoder, frame, Rect::of(size), {})) {
                ASSERT_NO_THROW(early.decode(rect));
                if (i >= 3) {
                    ASSERT_NO_THROW(late.decode(rect));
                }
            }
            ASSERT_TRUE(same(early, frame, Rect::of(size), format));
            if (i >= 3) {
                ASSERT_TRUE(same(late, frame, Rect::of(size), format));
            }
        }
    }
}

TEST(RoundTrip, NoiseCostsLittleMoreThanItself)
{
    const Frame frame = fakes::picture(Content::noise, {300, 200}, 8);
    for (const Encoder* encoder : encoders()) {
        std::size_t octets = 0;
        for (const auto& rect : fakes::encode_rect(*encoder, frame, Rect::of(frame.size), {})) {
            octets += rect.payload.size();
        }
        EXPECT_LT(octets, 300U * 200 * 4 + 1000) << encoder->encoding();
        if (encoder == &zrle_encoder() || encoder == &tight_encoder()) {
            EXPECT_LT(octets, 300U * 200 * 3 + 1000) << encoder->encoding();
        }
    }
}

// Who is told that others have the same needs gets the same octets.
TEST(RoundTrip, WhatIsNotRelevantMakesNoDifference)
{
    const Frame text = fakes::picture(Content::text, {100, 70}, 8);
    const Frame photo = fakes::picture(Content::photo, {100, 70}, 8);
    for (const Encoder* encoder : encoders()) {
        for (const PixelFormat& format : fakes::all_formats()) {
            for (int level = 0; level <= 9; ++level) {
                const EncodeParams params{format, level, level};
                const EncodeParams relevant = encoder->relevant(params);
                EXPECT_EQ(encoder->relevant(relevant), relevant);
                for (const Frame* frame : {&text, &photo}) {
                    const Rect all = Rect::of(frame->size);
                    EXPECT_EQ(encoder->encode(*frame, all, params),
                              encoder->encode(*frame, all, relevant))
                        << encoder->encoding() << " at level " << level;
                }
            }
        }
    }
}

} // namespace
} // namespace gds
