// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/pipewire_buffer.h"

#include "made_buffer.h"
#include "portal/pixel_copy.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace gds {
namespace {

constexpr Size k_size{8, 6};
constexpr StreamFormat k_format{k_size, PixelOrder::bgrx};

spa_region region(int x, int y, std::uint32_t width, std::uint32_t height)
{
    return {{x, y}, {width, height}};
}

TEST(PipeWireBuffer, TellsPixelsWithStrideAndOffset)
{
    MadeBuffer made{k_size, 48};
    made.memory = std::vector<std::uint8_t>(made.memory.size() + 16);
    made.data.data = made.memory.data();
    made.data.maxsize += 16;
    made.chunk.offset = 16;
    const auto content = read_buffer(made.buffer, k_format);
    ASSERT_TRUE(content.pixels);
    EXPECT_EQ(content.pixels->data, made.memory.data() + 16);
    EXPECT_EQ(content.pixels->stride, 48U);
    EXPECT_EQ(content.pixels->size, k_size);
    EXPECT_FALSE(content.damage);
    EXPECT_FALSE(content.cursor);
}

TEST(PipeWireBuffer, AStrideOfZeroIsAPackedOne)
{
    MadeBuffer made{k_size};
    made.chunk.stride = 0;
    const auto content = read_buffer(made.buffer, k_format);
    ASSERT_TRUE(content.pixels);
    EXPECT_EQ(content.pixels->stride, 32U);
}

TEST(PipeWireBuffer, RefusesPixelsOutOfBounds)
{
    struct Lie {
        const char* what;
        void (*tell)(MadeBuffer&);
    };
    const Lie lies[] = {
        {"one octet short", [](MadeBuffer& made) { made.data.maxsize -= 1; }},
        {"offset", [](MadeBuffer& made) { made.chunk.offset = 4; }},
        {"greatest offset",
         [](MadeBuffer& made) { made.chunk.offset = std::numeric_limits<std::uint32_t>::max(); }},
        {"stride too long", [](MadeBuffer& made) { made.chunk.stride += 4; }},
        {"stride too short", [](MadeBuffer& made) { made.chunk.stride = 31; }},
        {"negative stride", [](MadeBuffer& made) { made.chunk.stride = -32; }},
        {"least stride",
         [](MadeBuffer& made) { made.chunk.stride = std::numeric_limits<std::int32_t>::min(); }},
        {"greatest stride",
         [](MadeBuffer& made) { made.chunk.stride = std::numeric_limits<std::int32_t>::max(); }},
        {"no memory", [](MadeBuffer& made) { made.data.data = nullptr; }},
        {"no chunk", [](MadeBuffer& made) { made.data.chunk = nullptr; }},
        {"no room", [](MadeBuffer& made) { made.data.maxsize = 0; }},
        {"no data", [](MadeBuffer& made) { made.buffer.n_datas = 0; }},
        {"a type that was not offered", [](MadeBuffer& made) { made.data.type = SPA_DATA_DmaBuf; }},
    };
    for (const auto& lie : lies) {
        MadeBuffer made{k_size};
        lie.tell(made);
        EXPECT_FALSE(read_buffer(made.buffer, k_format).pixels) << lie.what;
    }
}

TEST(PipeWireBuffer, RefusesAFileThatShrank)
{
    const int fd = memfd_create("test", MFD_CLOEXEC);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(ftruncate(fd, 192), 0);
    MadeBuffer made{k_size};
    made.data.type = SPA_DATA_MemFd;
    made.data.fd = fd;
    EXPECT_TRUE(read_buffer(made.buffer, k_format).pixels);
    ASSERT_EQ(ftruncate(fd, 191), 0);
    EXPECT_FALSE(read_buffer(made.buffer, k_format).pixels);
    close(fd);
}

TEST(PipeWireBuffer, AnEmptyOrCorruptedOneTellsThePointer)
{
    for (int kind = 0; kind < 3; ++kind) {
        MadeBuffer made{k_size};
        auto& cursor = made.add_meta<spa_meta_cursor>(SPA_META_Cursor);
        cursor.id = 1;
        cursor.position = {3, 4};
        if (kind == 0) {
            made.chunk.size = 0;
        } else if (kind == 1) {
            made.chunk.flags = SPA_CHUNK_FLAG_CORRUPTED;
        } else {
            made.add_meta<spa_meta_header>(SPA_META_Header).flags = SPA_META_HEADER_FLAG_CORRUPTED;
        }
        const auto content = read_buffer(made.buffer, k_format);
        EXPECT_FALSE(content.pixels) << kind;
        EXPECT_EQ(content.pointer_only, kind == 0) << kind << ": a picture was lost";
        ASSERT_TRUE(content.cursor) << kind;
        EXPECT_EQ(content.cursor->position, (Point{3, 4})) << kind;
    }
}

TEST(PipeWireBuffer, ClipsDamageToThePixels)
{
    MadeBuffer made{k_size};
    made.add_damage({region(-2, -2, 4, 4), region(6, 5, 1000, 1000)});
    const auto content = read_buffer(made.buffer, k_format);
    ASSERT_TRUE(content.damage);
    Region expected{Rect{0, 0, 2, 2}};
    expected.add(Rect{6, 5, 2, 1});
    EXPECT_EQ(*content.damage, expected);
}

TEST(PipeWireBuffer, DamageAtTheEndsOfTheNumbersDoesNotWrap)
{
    constexpr int least = std::numeric_limits<std::int32_t>::min();
    constexpr int most = std::numeric_limits<std::int32_t>::max();
    constexpr std::uint32_t all = std::numeric_limits<std::uint32_t>::max();
    MadeBuffer made{k_size};
    made.add_damage({region(most, most, all, all), region(least, least, 1, 1)});
    const auto nothing = read_buffer(made.buffer, k_format);
    ASSERT_TRUE(nothing.damage);
    EXPECT_TRUE(nothing.damage->empty());

    MadeBuffer whole{k_size};
    whole.add_damage({region(least, least, all, all)});
    const auto everything = read_buffer(whole.buffer, k_format);
    ASSERT_TRUE(everything.damage);
    EXPECT_EQ(*everything.damage, Region{Rect::of(k_size)});
}

TEST(PipeWireBuffer, TheFirstInvalidDamageEndsTheList)
{
    MadeBuffer made{k_size};
    made.add_damage({region(0, 0, 1, 1), region(0, 0, 0, 0), region(5, 5, 1, 1)});
    EXPECT_EQ(*read_buffer(made.buffer, k_format).damage, (Region{Rect{0, 0, 1, 1}}));
}

TEST(PipeWireBuffer, AnEmptyDamageListTellsNothing)
{
    MadeBuffer made{k_size};
    made.add_damage({region(0, 0, 0, 0)});
    EXPECT_FALSE(read_buffer(made.buffer, k_format).damage);
}

TEST(PipeWireBuffer, ACropMovesPixelsAndDamage)
{
    MadeBuffer made{k_size};
    made.add_meta<spa_meta_region>(SPA_META_VideoCrop).region = region(2, 1, 4, 3);
    made.add_damage({region(0, 0, 3, 3)});
    const auto content = read_buffer(made.buffer, k_format);
    ASSERT_TRUE(content.pixels);
    EXPECT_EQ(content.pixels->size, (Size{4, 3}));
    EXPECT_EQ(content.pixels->data, made.memory.data() + 32 + 8);
    EXPECT_EQ(*content.damage, (Region{Rect{0, 0, 1, 2}}));
}

TEST(PipeWireBuffer, ACropBeyondThePixelsIsClipped)
{
    MadeBuffer made{k_size};
    made.add_meta<spa_meta_region>(SPA_META_VideoCrop).region = region(7, 5, 4000, 4000);
    const auto content = read_buffer(made.buffer, k_format);
    ASSERT_TRUE(content.pixels);
    EXPECT_EQ(content.pixels->size, (Size{1, 1}));
}

TEST(PipeWireBuffer, TellsOrientationAndIgnoresUnknownOnes)
{
    MadeBuffer made{k_size};
    auto& turned = made.add_meta<spa_meta_videotransform>(SPA_META_VideoTransform);
    turned.transform = SPA_META_TRANSFORMATION_270;
    EXPECT_EQ(read_buffer(made.buffer, k_format).orientation, Orientation::rotated_270);
    turned.transform = 8;
    EXPECT_EQ(read_buffer(made.buffer, k_format).orientation, Orientation::normal);
}

TEST(PipeWireBuffer, MetadataTooSmallForItsTypeIsNotRead)
{
    MadeBuffer made{k_size};
    made.add_meta<spa_meta_cursor>(SPA_META_Cursor, sizeof(spa_meta_cursor) - 1).id = 1;
    made.add_meta<spa_meta_header>(SPA_META_Header, 4).flags = SPA_META_HEADER_FLAG_CORRUPTED;
    const auto content = read_buffer(made.buffer, k_format);
    EXPECT_FALSE(content.cursor);
    EXPECT_TRUE(content.pixels);
}

TEST(PipeWireCursor, WithoutAnIdTellsNothing)
{
    MadeBuffer made{k_size};
    made.add_cursor(2, 2, SPA_VIDEO_FORMAT_RGBA).id = 0;
    EXPECT_FALSE(read_buffer(made.buffer, k_format).cursor);
}

TEST(PipeWireCursor, WithoutABitmapKeepsTheShape)
{
    MadeBuffer made{k_size};
    made.add_cursor(2, 2, SPA_VIDEO_FORMAT_RGBA).bitmap_offset = 0;
    const auto content = read_buffer(made.buffer, k_format);
    ASSERT_TRUE(content.cursor);
    EXPECT_EQ(content.cursor->shape, nullptr);
}

TEST(PipeWireCursor, AnEmptyBitmapHides)
{
    MadeBuffer made{k_size};
    made.add_cursor(0, 0, SPA_VIDEO_FORMAT_RGBA);
    const auto content = read_buffer(made.buffer, k_format);
    ASSERT_TRUE(content.cursor && content.cursor->shape);
    EXPECT_TRUE(content.cursor->shape->size.empty());
}

TEST(PipeWireCursor, ReadsEveryOrderOfOctets)
{
    struct Order {
        std::uint32_t format;
        std::uint8_t octets[4];
    };
    const Order orders[] = {
        {SPA_VIDEO_FORMAT_RGBA, {1, 2, 3, 200}},
        {SPA_VIDEO_FORMAT_BGRA, {3, 2, 1, 200}},
        {SPA_VIDEO_FORMAT_ARGB, {200, 1, 2, 3}},
        {SPA_VIDEO_FORMAT_ABGR, {200, 3, 2, 1}},
    };
    for (const auto& order : orders) {
        MadeBuffer made{k_size};
        auto& cursor = made.add_cursor(2, 1, order.format);
        cursor.hotspot = {1, 0};
        std::memcpy(MadeBuffer::pixels_of(cursor) + 4, order.octets, 4);
        const auto content = read_buffer(made.buffer, k_format);
        ASSERT_TRUE(content.cursor && content.cursor->shape);
        EXPECT_EQ(content.cursor->shape->size, (Size{2, 1}));
        EXPECT_EQ(content.cursor->shape->hotspot, (Point{1, 0}));
        EXPECT_EQ(content.cursor->shape->pixels, (std::vector<std::uint32_t>{0, 0xc8010203}));
    }
}

TEST(PipeWireCursor, ColourNeverExceedsAlpha)
{
    MadeBuffer made{k_size};
    auto& cursor = made.add_cursor(1, 1, SPA_VIDEO_FORMAT_RGBA);
    const std::uint8_t octets[] = {255, 16, 255, 16};
    std::memcpy(MadeBuffer::pixels_of(cursor), octets, 4);
    EXPECT_EQ(read_buffer(made.buffer, k_format).cursor->shape->pixels.front(), 0x10101010U);
}

TEST(PipeWireCursor, RefusesABitmapOutOfBounds)
{
    struct Lie {
        const char* what;
        void (*tell)(spa_meta_cursor&, spa_meta_bitmap&);
    };
    constexpr std::uint32_t all = std::numeric_limits<std::uint32_t>::max();
    const Lie lies[] = {
        {"wider", [](spa_meta_cursor&, spa_meta_bitmap& bitmap) { bitmap.size.width = 3; }},
        {"higher", [](spa_meta_cursor&, spa_meta_bitmap& bitmap) { bitmap.size.height = 3; }},
        {"huge",
         [](spa_meta_cursor&, spa_meta_bitmap& bitmap) {
             bitmap.size = {all, all};
         }},
        {"stride", [](spa_meta_cursor&, spa_meta_bitmap& bitmap) { bitmap.stride = 12; }},
        {"negative stride", [](spa_meta_cursor&, spa_meta_bitmap& bitmap) { bitmap.stride = -8; }},
        {"pixels further on",
         [](spa_meta_cursor&, spa_meta_bitmap& bitmap) { bitmap.offset += 4; }},
        {"pixels far away", [](spa_meta_cursor&, spa_meta_bitmap& bitmap) { bitmap.offset = all; }},
        {"pixels over the header",
         [](spa_meta_cursor&, spa_meta_bitmap& bitmap) { bitmap.offset = 4; }},
        {"unknown format",
         [](spa_meta_cursor&, spa_meta_bitmap& bitmap) { bitmap.format = SPA_VIDEO_FORMAT_I420; }},
        {"bitmap outside",
         [](spa_meta_cursor& cursor, spa_meta_bitmap&) { cursor.bitmap_offset = 60; }},
        {"bitmap far away",
         [](spa_meta_cursor& cursor, spa_meta_bitmap&) { cursor.bitmap_offset = all - 3; }},
        {"bitmap over the cursor",
         [](spa_meta_cursor& cursor, spa_meta_bitmap&) { cursor.bitmap_offset = 4; }},
        {"bitmap off alignment",
         [](spa_meta_cursor& cursor, spa_meta_bitmap&) { cursor.bitmap_offset += 1; }},
    };
    for (const auto& lie : lies) {
        MadeBuffer made{k_size};
        auto& cursor = made.add_cursor(2, 2, SPA_VIDEO_FORMAT_RGBA);
        lie.tell(cursor, MadeBuffer::bitmap_of(cursor));
        const auto content = read_buffer(made.buffer, k_format);
        ASSERT_TRUE(content.cursor) << lie.what;
        EXPECT_EQ(content.cursor->shape, nullptr) << lie.what;
    }
}

TEST(PipeWireCursor, AHotspotOutsideIsMovedInside)
{
    MadeBuffer made{k_size};
    auto& cursor = made.add_cursor(2, 2, SPA_VIDEO_FORMAT_RGBA);
    cursor.hotspot = {-5, 77};
    EXPECT_EQ(read_buffer(made.buffer, k_format).cursor->shape->hotspot, (Point{0, 1}));
}

// Whatever stands in the shared memory, everything that is told can be read. (The sanitizers
// judge.)
TEST(PipeWireBuffer, SurvivesAnything)
{
    std::mt19937 random{20240501};
    const auto any = [&random]() -> std::uint32_t {
        // The interesting numbers lie at the ends and around what is right.
        switch (random() % 5) {
        case 0:
            return static_cast<std::uint32_t>(random());
        case 1:
            return std::numeric_limits<std::uint32_t>::max() -
                   static_cast<std::uint32_t>(random() % 64);
        case 2:
            return 0x80000000U - 32U + static_cast<std::uint32_t>(random() % 64);
        default:
            return static_cast<std::uint32_t>(random() % 256);
        }
    };
    const auto scribble = [&](void* memory, std::size_t octets) {
        for (std::size_t at = 0; at + 4 <= octets; at += 4) {
            if (random() % 4 == 0) {
                const auto value = any();
                std::memcpy(static_cast<std::uint8_t*>(memory) + at, &value, 4);
            }
        }
    };
    Frame frame{{64, 64}};
    unsigned pictures = 0;
    unsigned shapes = 0;
    for (int round = 0; round < 20'000; ++round) {
        MadeBuffer made{k_size, 40};
        auto& cursor = made.add_cursor(3, 3, SPA_VIDEO_FORMAT_BGRA);
        scribble(&cursor, sizeof(spa_meta_cursor) + sizeof(spa_meta_bitmap));
        scribble(&made.add_meta<spa_meta_region>(SPA_META_VideoCrop), sizeof(spa_meta_region));
        made.add_damage({region(0, 0, 2, 2), region(1, 1, 7, 5)});
        scribble(made.metas().back().data, 2 * sizeof(spa_meta_region));
        scribble(&made.add_meta<spa_meta_videotransform>(SPA_META_VideoTransform), 4);
        scribble(&made.chunk, sizeof(made.chunk));
        const auto content = read_buffer(made.buffer, k_format);
        shapes += content.cursor && content.cursor->shape ? 1 : 0;
        if (content.pixels) {
            ++pictures;
            const Size size = upright_size(content.pixels->size, content.orientation);
            copy_pixels(*content.pixels, content.orientation, Rect::of(size), frame, {0, 0});
            EXPECT_TRUE(!content.damage || content.damage->bounds().intersected(Rect::of(
                                               content.pixels->size)) == content.damage->bounds());
        }
    }
    // Not all of it was refused.
    EXPECT_GT(pictures, 100U);
    EXPECT_GT(shapes, 100U);
}

} // namespace
} // namespace gds
