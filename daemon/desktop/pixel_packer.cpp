// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/pixel_packer.h"

#include "desktop/vector_clones.h"

#include <bit>
#include <cstring>

namespace gds {

namespace {

struct Channel {
    unsigned bits;
    unsigned shift;
};

struct Layout {
    Channel red;
    Channel green;
    Channel blue;
};

// The component v (0..255) scaled to 2^bits - 1, rounded to nearest: (v * max + 127) / 255, where
// the product is a shift and a difference and the division exact for every sum below 65535. Only
// shifts, so that the loop vectorises on any machine.
inline std::uint32_t scaled(std::uint32_t component, Channel channel)
{
    const std::uint32_t sum = (component << channel.bits) - component + 128;
    return ((sum + (sum >> 8)) >> 8) << channel.shift;
}

GDS_VECTOR_CLONES
void mask_values(const std::uint32_t* __restrict pixels, std::size_t count,
                 std::uint32_t* __restrict values)
{
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = pixels[i] & k_rgb_mask;
    }
}

GDS_VECTOR_CLONES
void shift_values(const std::uint32_t* __restrict pixels, std::size_t count,
                  std::uint32_t* __restrict values, unsigned red, unsigned green, unsigned blue)
{
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t pixel = pixels[i];
        values[i] = (((pixel >> 16) & 255) << red) | (((pixel >> 8) & 255) << green) |
                    ((pixel & 255) << blue);
    }
}

GDS_VECTOR_CLONES
void scale_values(const std::uint32_t* __restrict pixels, std::size_t count,
                  std::uint32_t* __restrict values, Layout layout)
{
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t pixel = pixels[i];
        values[i] = scaled((pixel >> 16) & 255, layout.red) |
                    scaled((pixel >> 8) & 255, layout.green) | scaled(pixel & 255, layout.blue);
    }
}

GDS_VECTOR_CLONES
void swap_words(const std::uint32_t* __restrict values, std::size_t count,
                std::uint32_t* __restrict out)
{
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t v = values[i];
        out[i] = (v << 24) | ((v & 0xff00U) << 8) | ((v >> 8) & 0xff00U) | (v >> 24);
    }
}

GDS_VECTOR_CLONES
void narrow_words(const std::uint32_t* __restrict values, std::size_t count,
                  std::uint16_t* __restrict out)
{
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<std::uint16_t>(values[i]);
    }
}

GDS_VECTOR_CLONES
void narrow_and_swap_words(const std::uint32_t* __restrict values, std::size_t count,
                           std::uint16_t* __restrict out)
{
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t v = values[i];
        out[i] = static_cast<std::uint16_t>((v << 8) | ((v >> 8) & 255));
    }
}

GDS_VECTOR_CLONES
void pack_octets(const std::uint32_t* __restrict values, std::size_t count,
                 std::uint8_t* __restrict out)
{
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<std::uint8_t>(values[i]);
    }
}

GDS_VECTOR_CLONES
void pack_triplets(const std::uint32_t* __restrict values, std::size_t count,
                   std::uint8_t* __restrict out)
{
    for (std::size_t i = 0; i < count; ++i) {
        out[3 * i] = static_cast<std::uint8_t>(values[i]);
        out[3 * i + 1] = static_cast<std::uint8_t>(values[i] >> 8);
        out[3 * i + 2] = static_cast<std::uint8_t>(values[i] >> 16);
    }
}

GDS_VECTOR_CLONES
void pack_triplets_big_endian(const std::uint32_t* __restrict values, std::size_t count,
                              std::uint8_t* __restrict out)
{
    for (std::size_t i = 0; i < count; ++i) {
        out[3 * i] = static_cast<std::uint8_t>(values[i] >> 16);
        out[3 * i + 1] = static_cast<std::uint8_t>(values[i] >> 8);
        out[3 * i + 2] = static_cast<std::uint8_t>(values[i]);
    }
}

// `out` has no alignment: words go there by way of a piece of the stack.
template <typename Word, typename Convert>
void pack_words(const std::uint32_t* values, std::size_t count, std::uint8_t* out, Convert convert)
{
    constexpr std::size_t k_piece = 512;
    alignas(32) Word piece[k_piece];
    while (count > 0) {
        const std::size_t n = count < k_piece ? count : k_piece;
        convert(values, n, piece);
        std::memcpy(out, piece, n * sizeof(Word));
        values += n;
        out += n * sizeof(Word);
        count -= n;
    }
}

unsigned bits_of(std::uint16_t max) { return static_cast<unsigned>(std::bit_width(max)); }

void fill_table(std::uint32_t* table, std::uint32_t max, unsigned shift)
{
    for (std::uint32_t component = 0; component < 256; ++component) {
        table[component] = ((component * max + 127) / 255) << shift;
    }
}

} // namespace

PixelPacker::PixelPacker(const PixelFormat& format) : PixelPacker(format, format.bytes_per_pixel())
{}

PixelPacker::PixelPacker(const PixelFormat& format, int octets)
    : plain_(false), wide_(format.red_max > 255 || format.green_max > 255 || format.blue_max > 255),
      octets_(octets), big_endian_(format.big_endian), format_(format)
{
    const bool full = format.red_max == 255 && format.green_max == 255 && format.blue_max == 255;
    plain_ = full && format.red_shift == 16 && format.green_shift == 8 && format.blue_shift == 0;
    if (wide_) {
        tables_.resize(std::size_t{3} * 256);
        fill_table(&tables_[0], format.red_max, format.red_shift);
        fill_table(&tables_[256], format.green_max, format.green_shift);
        fill_table(&tables_[512], format.blue_max, format.blue_shift);
    }
}

void PixelPacker::values(const std::uint32_t* pixels, std::size_t count,
                         std::uint32_t* values) const
{
    if (plain_) {
        mask_values(pixels, count, values);
    } else if (wide_) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t pixel = pixels[i];
            values[i] = tables_[(pixel >> 16) & 255] | tables_[256 + ((pixel >> 8) & 255)] |
                        tables_[512 + (pixel & 255)];
        }
    } else if (format_.red_max == 255 && format_.green_max == 255 && format_.blue_max == 255) {
        shift_values(pixels, count, values, format_.red_shift, format_.green_shift,
                     format_.blue_shift);
    } else {
        scale_values(pixels, count, values,
                     Layout{{bits_of(format_.red_max), format_.red_shift},
                            {bits_of(format_.green_max), format_.green_shift},
                            {bits_of(format_.blue_max), format_.blue_shift}});
    }
}

void PixelPacker::pack(const std::uint32_t* values, std::size_t count, std::uint8_t* out) const
{
    const bool swapped = big_endian_ != (std::endian::native == std::endian::big);
    switch (octets_) {
    case 1:
        pack_octets(values, count, out);
        break;
    case 2:
        pack_words<std::uint16_t>(values, count, out,
                                  swapped ? narrow_and_swap_words : narrow_words);
        break;
    case 3:
        (big_endian_ ? pack_triplets_big_endian : pack_triplets)(values, count, out);
        break;
    default:
        if (swapped) {
            pack_words<std::uint32_t>(values, count, out, swap_words);
        } else {
            std::memcpy(out, values, count * sizeof(std::uint32_t));
        }
    }
}

void PixelPacker::append(const std::uint32_t* values, std::size_t count, Bytes& out) const
{
    const std::size_t before = out.size();
    out.resize(before + count * static_cast<std::size_t>(octets_));
    pack(values, count, out.data() + before);
}

} // namespace gds
