// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/png_image.h"

#include <cstdint>
#include <cstdlib>
#include <initializer_list>

#include <png.h>

namespace gds {

namespace {

// BITMAPFILEHEADER, BITMAPINFOHEADER and BITMAPV5HEADER, as Microsoft documents them.
constexpr std::size_t k_file_header = 14;
constexpr std::size_t k_info_header = 40;
constexpr std::size_t k_v4_header = 108;
constexpr std::size_t k_v5_header = 124;
constexpr std::uint32_t k_rgb = 0;
constexpr std::uint32_t k_bitfields = 3;
constexpr std::uint32_t k_srgb = 0x73524742;
constexpr std::uint32_t k_intent_images = 4;
constexpr std::uint32_t k_masks[] = {0x00ff0000, 0x0000ff00, 0x000000ff, 0xff000000};
constexpr std::int64_t k_longest_side = 32768;

std::uint32_t little(ByteView octets, std::size_t at, std::size_t size)
{
    std::uint32_t value = 0;
    for (std::size_t i = size; i > 0; --i) {
        value = value << 8 | octets[at + i - 1];
    }
    return value;
}

void put(Bytes& out, std::size_t at, std::initializer_list<std::uint32_t> values)
{
    for (const auto value : values) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            out[at++] = static_cast<std::uint8_t>(value >> shift);
        }
    }
}

// Releases what libpng holds for it.
struct PngImage {
    png_image image{};
    PngImage() { image.version = PNG_IMAGE_VERSION; }
    PngImage(const PngImage&) = delete;
    PngImage& operator=(const PngImage&) = delete;
    ~PngImage() { png_image_free(&image); }
};

struct BmpLayout {
    std::int64_t width;
    std::int64_t height;
    bool top_down;
    std::size_t depth; // octets of a pixel
    bool alpha;
    std::size_t pixels; // where they begin
    std::size_t stride;
};

std::optional<BmpLayout> bmp_layout(ByteView bmp)
{
    if (bmp.size() < k_file_header + k_info_header || bmp[0] != 'B' || bmp[1] != 'M') {
        return std::nullopt;
    }
    const ByteView dib = bmp.subspan(k_file_header);
    const std::size_t header = little(dib, 0, 4);
    const auto height = static_cast<std::int32_t>(little(dib, 8, 4));
    const std::uint32_t bits = little(dib, 14, 2);
    const std::uint32_t compression = little(dib, 16, 4);
    BmpLayout layout{};
    layout.width = static_cast<std::int32_t>(little(dib, 4, 4));
    layout.height = std::abs(std::int64_t{height});
    layout.top_down = height < 0;
    layout.depth = bits / 8;
    layout.pixels = little(bmp, 10, 4);
    const bool known = (compression == k_rgb && (bits == 24 || bits == 32)) ||
                       (compression == k_bitfields && bits == 32);
    if (!known || layout.width <= 0 || layout.width > k_longest_side || layout.height == 0 ||
        layout.height > k_longest_side) {
        return std::nullopt;
    }
    if (compression == k_bitfields) {
        if (dib.size() < k_info_header + 12) {
            return std::nullopt;
        }
        for (std::size_t i = 0; i < 3; ++i) {
            if (little(dib, k_info_header + i * 4, 4) != k_masks[i]) {
                return std::nullopt;
            }
        }
        layout.alpha = header >= k_v4_header && dib.size() >= k_v4_header &&
                       little(dib, k_info_header + 12, 4) == k_masks[3];
    }
    layout.stride = (static_cast<std::size_t>(layout.width) * layout.depth + 3) / 4 * 4;
    const std::size_t size = layout.stride * static_cast<std::size_t>(layout.height);
    if (layout.pixels > bmp.size() || bmp.size() - layout.pixels < size) {
        return std::nullopt;
    }
    return layout;
}

} // namespace

std::optional<Bytes> bmp_from_png(ByteView png, std::size_t limit)
{
    PngImage reading;
    auto& image = reading.image;
    if (png_image_begin_read_from_memory(&image, png.data(), png.size()) == 0) {
        return std::nullopt;
    }
    const std::size_t head = k_file_header + k_v5_header;
    if (image.width > k_longest_side || image.height > k_longest_side) {
        return std::nullopt;
    }
    const std::size_t stride = std::size_t{image.width} * 4;
    const std::size_t size = head + stride * image.height;
    if (size > limit) {
        return std::nullopt;
    }
    image.format = PNG_FORMAT_BGRA;
    Bytes bmp(size);
    // A BMP begins with the lowest row.
    if (png_image_finish_read(&image, nullptr, bmp.data() + head, -static_cast<png_int_32>(stride),
                              nullptr) == 0) {
        return std::nullopt;
    }
    bmp[0] = 'B';
    bmp[1] = 'M';
    put(bmp, 2, {static_cast<std::uint32_t>(size), 0, static_cast<std::uint32_t>(head)});
    put(bmp, k_file_header,
        {k_v5_header, image.width, image.height, 32U << 16 | 1, k_bitfields,
         static_cast<std::uint32_t>(size - head), 0, 0, 0, 0, k_masks[0], k_masks[1], k_masks[2],
         k_masks[3], k_srgb});
    put(bmp, k_file_header + k_v4_header, {k_intent_images});
    return bmp;
}

std::optional<Bytes> png_from_bmp(ByteView bmp)
{
    const auto layout = bmp_layout(bmp);
    if (!layout) {
        return std::nullopt;
    }
    const auto width = static_cast<std::size_t>(layout->width);
    const auto height = static_cast<std::size_t>(layout->height);
    Bytes pixels(width * height * 4);
    auto* to = pixels.data();
    for (std::size_t y = 0; y < height; ++y) {
        const std::size_t row = layout->top_down ? y : height - 1 - y;
        const std::uint8_t* from = bmp.data() + layout->pixels + row * layout->stride;
        for (std::size_t x = 0; x < width; ++x, from += layout->depth, to += 4) {
            to[0] = from[0];
            to[1] = from[1];
            to[2] = from[2];
            to[3] = layout->alpha ? from[3] : std::uint8_t{0xff};
        }
    }
    PngImage writing;
    auto& image = writing.image;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = PNG_FORMAT_BGRA;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    Bytes png(size);
    if (png_image_write_to_memory(&image, png.data(), &size, 0, pixels.data(), 0, nullptr) == 0) {
        return std::nullopt;
    }
    png.resize(size);
    return png;
}

} // namespace gds
