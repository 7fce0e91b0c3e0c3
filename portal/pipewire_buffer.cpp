// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/pipewire_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include <spa/buffer/meta.h>
#include <sys/stat.h>

namespace gds {
namespace {

// The producer may write while we read: each field is read once, and what was checked is what is
// used.
template <typename T>
T read_once(const T& field)
{
    return *const_cast<const volatile T*>(&field);
}

// The first metadata of that type with room for a T.
template <typename T>
std::pair<const T*, std::size_t> find_meta(const spa_buffer& buffer, std::uint32_t type)
{
    for (std::uint32_t i = 0; i < buffer.n_metas; ++i) {
        const spa_meta& meta = buffer.metas[i];
        if (meta.type == type && meta.data != nullptr && meta.size >= sizeof(T)) {
            return {static_cast<const T*>(meta.data), meta.size};
        }
    }
    return {nullptr, 0};
}

// Clipped to `size`, computed in 64 bits.
Rect clipped(const spa_meta_region& told, Size size)
{
    const std::int64_t x = read_once(told.region.position.x);
    const std::int64_t y = read_once(told.region.position.y);
    const std::int64_t right = x + read_once(told.region.size.width);
    const std::int64_t bottom = y + read_once(told.region.size.height);
    const auto within = [](std::int64_t value, int limit) {
        return static_cast<int>(std::clamp<std::int64_t>(value, 0, limit));
    };
    Rect rect;
    rect.x = within(x, size.width);
    rect.y = within(y, size.height);
    rect.width = within(right, size.width) - rect.x;
    rect.height = within(bottom, size.height) - rect.y;
    return rect.empty() ? Rect{} : rect;
}

// A file that shrank under its mapping kills whoever reads past the end.
bool file_reaches(const spa_data& data)
{
    if (data.type != SPA_DATA_MemFd) {
        return true;
    }
    struct stat status = {};
    const auto needed = std::uint64_t{data.mapoffset} + data.maxsize;
    return data.fd >= 0 && fstat(static_cast<int>(data.fd), &status) == 0 && status.st_size >= 0 &&
           static_cast<std::uint64_t>(status.st_size) >= needed;
}

bool paints_nothing(const spa_buffer& buffer)
{
    return buffer.n_datas > 0 && buffer.datas[0].chunk != nullptr &&
           read_once(buffer.datas[0].chunk->size) == 0;
}

std::optional<PixelView> read_pixels(const spa_buffer& buffer, const StreamFormat& format)
{
    if (buffer.n_datas < 1) {
        return std::nullopt;
    }
    const spa_data& data = buffer.datas[0];
    const bool readable = data.type == SPA_DATA_MemFd || data.type == SPA_DATA_MemPtr;
    if (!readable || data.data == nullptr || data.chunk == nullptr || data.maxsize == 0) {
        return std::nullopt;
    }
    const auto flags = static_cast<std::uint32_t>(read_once(data.chunk->flags));
    const std::uint64_t filled = read_once(data.chunk->size);
    if ((flags & std::uint32_t{SPA_CHUNK_FLAG_CORRUPTED}) != 0 || filled == 0) {
        return std::nullopt;
    }
    const auto width = static_cast<std::uint64_t>(format.size.width);
    const auto height = static_cast<std::uint64_t>(format.size.height);
    const std::int32_t told_stride = read_once(data.chunk->stride);
    const std::uint64_t row = width * 4;
    const std::uint64_t stride = told_stride == 0 ? row : static_cast<std::uint64_t>(told_stride);
    // PipeWire: "Should be taken modulo the data maxsize".
    const std::uint64_t offset = read_once(data.chunk->offset) % data.maxsize;
    if (told_stride < 0 || stride < row || offset + stride * (height - 1) + row > data.maxsize ||
        !file_reaches(data)) {
        return std::nullopt;
    }
    return PixelView{static_cast<const std::uint8_t*>(data.data) + offset,
                     static_cast<std::size_t>(stride), format.size, format.order};
}

std::optional<Region> read_damage(const spa_buffer& buffer, Size size)
{
    const auto [first, octets] = find_meta<spa_meta_region>(buffer, SPA_META_VideoDamage);
    if (first == nullptr) {
        return std::nullopt;
    }
    Region damage;
    const std::size_t count =
        std::min<std::size_t>(octets / sizeof(spa_meta_region), k_max_damage_rects);
    for (std::size_t i = 0; i < count; ++i) {
        if (read_once(first[i].region.size.width) == 0 ||
            read_once(first[i].region.size.height) == 0) {
            // An empty list says nothing: some producers never fill it.
            return i == 0 ? std::nullopt : std::optional{damage};
        }
        damage.add(clipped(first[i], size));
    }
    return damage;
}

// 0xAARRGGBB, colour never above alpha.
std::uint32_t cursor_pixel(const std::uint8_t* octets, std::uint32_t format)
{
    std::uint32_t red = octets[0];
    std::uint32_t green = octets[1];
    std::uint32_t blue = octets[2];
    std::uint32_t alpha = octets[3];
    if (format == SPA_VIDEO_FORMAT_BGRA) {
        std::swap(red, blue);
    } else if (format == SPA_VIDEO_FORMAT_ARGB) {
        alpha = octets[0];
        red = octets[1];
        green = octets[2];
        blue = octets[3];
    } else if (format == SPA_VIDEO_FORMAT_ABGR) {
        alpha = octets[0];
        blue = octets[1];
        green = octets[2];
        red = octets[3];
    }
    return alpha << 24 | std::min(red, alpha) << 16 | std::min(green, alpha) << 8 |
           std::min(blue, alpha);
}

bool is_cursor_format(std::uint32_t format)
{
    return format == SPA_VIDEO_FORMAT_RGBA || format == SPA_VIDEO_FORMAT_BGRA ||
           format == SPA_VIDEO_FORMAT_ARGB || format == SPA_VIDEO_FORMAT_ABGR;
}

// `octets` from the start of the cursor to the end of its metadata.
CursorShapePtr read_shape(const spa_meta_cursor& cursor, std::size_t octets)
{
    const std::uint64_t bitmap_at = read_once(cursor.bitmap_offset);
    if (bitmap_at < sizeof(spa_meta_cursor) || bitmap_at % alignof(spa_meta_bitmap) != 0 ||
        bitmap_at + sizeof(spa_meta_bitmap) > octets) {
        return nullptr;
    }
    const auto* base = reinterpret_cast<const std::uint8_t*>(&cursor) + bitmap_at;
    const auto& bitmap = *reinterpret_cast<const spa_meta_bitmap*>(base);
    const auto format = read_once(bitmap.format);
    const std::uint64_t width = read_once(bitmap.size.width);
    const std::uint64_t height = read_once(bitmap.size.height);
    const std::uint64_t pixels_at = read_once(bitmap.offset);
    if (!is_cursor_format(format) && format != 0) {
        return nullptr;
    }
    if (width == 0 || height == 0 || pixels_at == 0) {
        return std::make_shared<const CursorShape>();
    }
    const auto told_stride = read_once(bitmap.stride);
    const std::uint64_t row = width * 4;
    const std::uint64_t stride = told_stride == 0 ? row : static_cast<std::uint64_t>(told_stride);
    constexpr std::uint64_t most = k_max_cursor_side;
    if (format == 0 || width > most || height > most || told_stride < 0 || stride < row ||
        pixels_at < sizeof(spa_meta_bitmap) ||
        bitmap_at + pixels_at + stride * (height - 1) + row > octets) {
        return nullptr;
    }
    auto shape = std::make_shared<CursorShape>();
    shape->size = {static_cast<int>(width), static_cast<int>(height)};
    shape->hotspot = {std::clamp(read_once(cursor.hotspot.x), 0, shape->size.width - 1),
                      std::clamp(read_once(cursor.hotspot.y), 0, shape->size.height - 1)};
    shape->pixels.reserve(static_cast<std::size_t>(width * height));
    for (std::uint64_t y = 0; y < height; ++y) {
        const std::uint8_t* line = base + pixels_at + y * stride;
        for (std::uint64_t x = 0; x < width; ++x) {
            shape->pixels.push_back(cursor_pixel(line + x * 4, format));
        }
    }
    return shape;
}

std::optional<CursorUpdate> read_cursor(const spa_buffer& buffer)
{
    const auto [cursor, octets] = find_meta<spa_meta_cursor>(buffer, SPA_META_Cursor);
    // "An id of 0 ... means that there is no new cursor data."
    if (cursor == nullptr || read_once(cursor->id) == 0) {
        return std::nullopt;
    }
    CursorUpdate update;
    update.position = {std::clamp(read_once(cursor->position.x), -k_max_side, 2 * k_max_side),
                       std::clamp(read_once(cursor->position.y), -k_max_side, 2 * k_max_side)};
    update.shape = read_shape(*cursor, octets);
    return update;
}

// A crop narrows the pixels and moves everything that is told in buffer coordinates.
void apply_crop(BufferContent& content, const Rect& crop)
{
    PixelView& view = *content.pixels;
    view.data +=
        static_cast<std::size_t>(crop.y) * view.stride + static_cast<std::size_t>(crop.x) * 4;
    view.size = crop.size();
    if (content.damage) {
        content.damage->intersect(crop);
        content.damage->translate(-crop.x, -crop.y);
    }
}

} // namespace

BufferContent read_buffer(const spa_buffer& buffer, const StreamFormat& format)
{
    BufferContent content;
    content.cursor = read_cursor(buffer);
    content.pointer_only = paints_nothing(buffer);
    const auto [header, header_octets] = find_meta<spa_meta_header>(buffer, SPA_META_Header);
    if (header != nullptr) {
        content.sequence = read_once(header->seq);
        if ((read_once(header->flags) & SPA_META_HEADER_FLAG_CORRUPTED) != 0) {
            return content;
        }
    }
    if (content.pointer_only) {
        return content;
    }
    content.pixels = read_pixels(buffer, format);
    if (!content.pixels) {
        return content;
    }
    content.damage = read_damage(buffer, format.size);
    const auto [told_crop, crop_octets] = find_meta<spa_meta_region>(buffer, SPA_META_VideoCrop);
    if (told_crop != nullptr) {
        const Rect crop = clipped(*told_crop, format.size);
        if (!crop.empty() && crop != Rect::of(format.size)) {
            apply_crop(content, crop);
        }
    }
    const auto [turned, turned_octets] =
        find_meta<spa_meta_videotransform>(buffer, SPA_META_VideoTransform);
    if (turned != nullptr) {
        const auto told = read_once(turned->transform);
        if (told <= static_cast<std::uint32_t>(Orientation::flipped_270)) {
            content.orientation = static_cast<Orientation>(told);
        }
    }
    return content;
}

} // namespace gds
