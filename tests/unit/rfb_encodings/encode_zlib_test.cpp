// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/encoder.h"

#include "fakes/pictures.h"
#include "fakes/rfb_decoder.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using fakes::Content;

TEST(Zlib, NumberIsSix) { EXPECT_EQ(zlib_encoder().encoding(), 6); }

// Whole pixels of the client's format, row by row, whatever the depth.
TEST(Zlib, HoldsWhatRawHolds)
{
    const Frame frame = fakes::picture(Content::text, {50, 40}, 1);
    const Rect rect{3, 2, 45, 37};
    for (const PixelFormat& format : fakes::all_formats()) {
        EncodeParams params;
        params.format = format;
        fakes::ZlibStream stream;
        stream.feed(Bytes{0x78, 0x01});
        EXPECT_EQ(stream.feed(zlib_encoder().encode(frame, rect, params)),
                  raw_encoder().encode(frame, rect, params));
    }
}

TEST(Zlib, CompressesAsTheClientAsks)
{
    const Frame frame = fakes::picture(Content::text, {256, 256}, 1);
    const auto octets = [&](int level) {
        EncodeParams params;
        params.compress_level = level;
        return zlib_encoder().encode(frame, Rect::of(frame.size), params).size();
    };
    EXPECT_GT(octets(0), 256U * 256 * 4);
    EXPECT_LT(octets(1), 256U * 256);
    EXPECT_LT(octets(9), octets(1));
}

} // namespace
} // namespace gds
