// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/deflate.h"

#include "fakes/pictures.h"
#include "fakes/rfb_decoder.h"

#include <thread>

#include <gtest/gtest.h>

namespace gds {
namespace {

Bytes noise(std::size_t length, std::uint64_t seed)
{
    fakes::Dice dice(seed);
    Bytes bytes(length);
    for (std::uint8_t& octet : bytes) {
        octet = static_cast<std::uint8_t>(dice.next());
    }
    return bytes;
}

Bytes repeats(std::size_t length)
{
    Bytes bytes(length);
    for (std::size_t i = 0; i < length; ++i) {
        bytes[i] = static_cast<std::uint8_t>((i * i / 97) % 7);
    }
    return bytes;
}

Bytes block(const Bytes& in, int level = 1)
{
    Bytes out;
    deflate_block(in, level, out);
    return out;
}

TEST(Deflate, BlocksFollowEachOtherInOneStream)
{
    fakes::ZlibStream stream;
    EXPECT_TRUE(stream.feed(Bytes(k_zlib_header.begin(), k_zlib_header.end())).empty());
    std::uint64_t seed = 1;
    for (const std::size_t length : {0U, 1U, 11U, 300U, 4096U, 70000U, 200000U}) {
        for (const int level : {1, 6, 0, 9, 1}) {
            const Bytes random = noise(length, seed++);
            EXPECT_EQ(stream.feed(block(random, level)), random);
            EXPECT_EQ(stream.feed(block(repeats(length), level)), repeats(length));
        }
    }
}

// What makes a block fit any viewer's stream: it is the same whatever was compressed before.
TEST(Deflate, RefersToNothingBefore)
{
    const Bytes text = repeats(5000);
    const Bytes first = block(text);
    block(text);
    block(noise(1000, 3), 6);
    EXPECT_EQ(block(text), first);
    fakes::ZlibStream fresh;
    fresh.feed(Bytes(k_zlib_header.begin(), k_zlib_header.end()));
    EXPECT_EQ(fresh.feed(first), text);
    EXPECT_EQ(fresh.feed(first), text);
}

TEST(Deflate, IsInflatedWholeWithoutWhatFollows)
{
    for (const int level : {0, 1, 6, 9}) {
        for (const std::size_t length : {0U, 1U, 5U, 511U, 512U, 5000U, 70000U}) {
            for (const Bytes& in : {repeats(length), noise(length, 9), Bytes(length)}) {
                fakes::ZlibStream stream;
                stream.feed(Bytes(k_zlib_header.begin(), k_zlib_header.end()));
                EXPECT_EQ(stream.feed(block(in, level)), in) << level << " " << length;
            }
        }
    }
}

TEST(Deflate, AppendsToWhatIsThere)
{
    Bytes out{1, 2, 3};
    deflate_block(repeats(100), 1, out);
    Bytes expected{1, 2, 3};
    const Bytes alone = block(repeats(100));
    expected.insert(expected.end(), alone.begin(), alone.end());
    EXPECT_EQ(out, expected);
}

TEST(Deflate, NoiseHardlyGrows)
{
    for (const int level : {0, 1, 6, 9}) {
        for (const std::size_t length : {1U, 1000U, 16384U, 196608U}) {
            const Bytes out = block(noise(length, 5), level);
            EXPECT_LE(out.size(), length + length / 1000 + 32) << level << " " << length;
        }
    }
}

TEST(Deflate, LevelsOutOfRangeAreBroughtWithin)
{
    EXPECT_EQ(block(repeats(9000), 99), block(repeats(9000), 9));
    EXPECT_EQ(block(repeats(9000), -5), block(repeats(9000), 0));
    EXPECT_LT(block(repeats(9000), 1).size(), 2000U);
}

TEST(Deflate, EveryThreadGivesTheSame)
{
    const Bytes expected = block(repeats(50000));
    Bytes other;
    std::thread thread([&] { other = block(repeats(50000)); });
    thread.join();
    EXPECT_EQ(other, expected);
}

} // namespace
} // namespace gds
