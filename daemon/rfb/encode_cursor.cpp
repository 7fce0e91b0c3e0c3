// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/encode_cursor.h"

#include "desktop/pixel_packer.h"

#include <algorithm>

namespace gds {

namespace {

constexpr std::int32_t k_cursor = -239;
constexpr std::int32_t k_cursor_with_alpha = -314;
constexpr std::uint32_t k_opaque_enough = 128;

std::uint32_t alpha_of(std::uint32_t pixel) { return pixel >> 24; }

// The colour before it was multiplied by alpha, rounded; of a transparent pixel none is left.
std::uint32_t colour_of(std::uint32_t pixel)
{
    const std::uint32_t alpha = alpha_of(pixel);
    if (alpha == 0) {
        return 0;
    }
    const auto divided = [&](unsigned shift) {
        const std::uint32_t component = (pixel >> shift) & 255;
        return std::min<std::uint32_t>(255, (component * 255 + alpha / 2) / alpha) << shift;
    };
    return divided(16) | divided(8) | divided(0);
}

// The rectangle header of the shape; empty when there is nothing to show.
Rect header_of(const CursorShape& shape)
{
    const auto area = static_cast<std::size_t>(Rect::of(shape.size).area());
    if (shape.size.empty() || shape.size.width > k_max_side || shape.size.height > k_max_side ||
        shape.pixels.size() < area) {
        return {};
    }
    // The wire has no place for a hotspot outside the picture.
    return {std::clamp(shape.hotspot.x, 0, shape.size.width - 1),
            std::clamp(shape.hotspot.y, 0, shape.size.height - 1), shape.size.width,
            shape.size.height};
}

void append_mask(const CursorShape& shape, Bytes& out)
{
    const auto width = static_cast<std::size_t>(shape.size.width);
    const auto height = static_cast<std::size_t>(shape.size.height);
    const std::size_t row_octets = (width + 7) / 8;
    const std::size_t start = out.size();
    out.resize(start + row_octets * height);
    for (std::size_t y = 0; y < height; ++y) {
        for (std::size_t x = 0; x < width; ++x) {
            if (alpha_of(shape.pixels[y * width + x]) >= k_opaque_enough) {
                std::uint8_t& octet = out[start + y * row_octets + x / 8];
                octet = static_cast<std::uint8_t>(octet | (0x80U >> (x % 8)));
            }
        }
    }
}

} // namespace

EncodedRect encode_cursor(const CursorShape& shape, const PixelFormat& format)
{
    EncodedRect encoded{header_of(shape), k_cursor, {}};
    if (encoded.rect.empty()) {
        return encoded;
    }
    const auto area = static_cast<std::size_t>(encoded.rect.area());
    std::vector<std::uint32_t> colours(area);
    std::transform(shape.pixels.begin(), shape.pixels.begin() + static_cast<std::ptrdiff_t>(area),
                   colours.begin(), [](std::uint32_t pixel) {
                       return alpha_of(pixel) >= k_opaque_enough ? colour_of(pixel) : 0;
                   });
    const PixelPacker packer(format);
    std::vector<std::uint32_t> values(area);
    packer.values(colours.data(), area, values.data());
    packer.append(values.data(), area, encoded.payload);
    append_mask(shape, encoded.payload);
    return encoded;
}

EncodedRect encode_cursor_with_alpha(const CursorShape& shape)
{
    EncodedRect encoded{header_of(shape), k_cursor_with_alpha, {}};
    const auto area = static_cast<std::size_t>(encoded.rect.area());
    encoded.payload.assign(4, 0); // the inner encoding: Raw
    encoded.payload.reserve(4 + 4 * area);
    for (std::size_t i = 0; i < area; ++i) {
        const std::uint32_t pixel = shape.pixels[i];
        for (const unsigned shift : {16U, 8U, 0U, 24U}) {
            encoded.payload.push_back(static_cast<std::uint8_t>(pixel >> shift));
        }
    }
    return encoded;
}

} // namespace gds
