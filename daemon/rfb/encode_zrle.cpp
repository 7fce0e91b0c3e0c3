// SPDX-License-Identifier: GPL-2.0-or-later
// ZRLE encoding (RFC 6143, 7.7.6): tiles of 64x64, each in the subencoding that takes least, and
// the tiles of a rectangle compressed together.
#include "desktop/pixel_packer.h"
#include "rfb/deflate.h"
#include "rfb/encoder.h"
#include "rfb/palette.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <memory>
#include <utility>

namespace gds {

namespace {

constexpr std::int32_t k_zrle = 16;
constexpr int k_tile_side = 64;
constexpr std::size_t k_tile_area = std::size_t{k_tile_side} * k_tile_side;

// Subencodings; 2..16 and 130..255 carry the size of their palette.
constexpr int k_raw_pixels = 0;
constexpr int k_solid = 1;
constexpr int k_most_packed_colours = 16;
constexpr int k_plain_rle = 128;
constexpr int k_most_rle_colours = 127;

// CPIXEL (RFC 6143, 7.7.5): three octets when depth and bits allow, the least significant ones when
// the most significant ones would do as well.
PixelPacker cpixel_packer(PixelFormat format)
{
    if (format.bits_per_pixel != 32 || format.depth > 24) {
        return PixelPacker(format);
    }
    const std::uint32_t bits = (std::uint32_t{format.red_max} << format.red_shift) |
                               (std::uint32_t{format.green_max} << format.green_shift) |
                               (std::uint32_t{format.blue_max} << format.blue_shift);
    if ((bits & 0xff000000U) == 0) {
        return PixelPacker(format, 3);
    }
    if ((bits & 0xffU) == 0) {
        // The most significant octets of a pixel are the least significant ones of it shifted down.
        format.red_shift = static_cast<std::uint8_t>(format.red_shift - 8);
        format.green_shift = static_cast<std::uint8_t>(format.green_shift - 8);
        format.blue_shift = static_cast<std::uint8_t>(format.blue_shift - 8);
        return PixelPacker(format, 3);
    }
    return PixelPacker(format);
}

// Equal pixels that follow each other, from row to row as well.
struct Run {
    std::uint32_t value;
    std::uint16_t length;
    std::int16_t colour; // number in the palette
};

// The octets that a run's length takes: each 255 but the last.
std::size_t length_octets(std::size_t length) { return 1 + (length - 1) / 255; }

void append_length(std::size_t length, Bytes& out)
{
    --length;
    out.insert(out.end(), length / 255, 255);
    out.push_back(static_cast<std::uint8_t>(length % 255));
}

unsigned packed_bits(int colours) { return colours == 2 ? 1 : colours <= 4 ? 2 : 4; }

class TileWriter {
public:
    explicit TileWriter(const PixelPacker& packer) : packer_(packer), octets_(octets_of(packer)) {}

    void write(const Frame& frame, const Rect& tile, Bytes& out)
    {
        width_ = static_cast<std::size_t>(tile.width);
        height_ = static_cast<std::size_t>(tile.height);
        area_ = width_ * height_;
        for (std::size_t y = 0; y < height_; ++y) {
            packer_.values(frame.row(tile.y + static_cast<int>(y)) + tile.x, width_,
                           values_.data() + y * width_);
        }
        Palette palette(k_most_rle_colours);
        find_runs(palette);
        write_smallest(palette, out);
    }

private:
    static std::size_t octets_of(const PixelPacker& packer)
    {
        return static_cast<std::size_t>(packer.octets());
    }

    // Fills runs_ and sums up what the run-length subencodings would take. Gives up, with has_runs_
    // false, as soon as neither can win any more: most of a photograph is never looked at.
    void find_runs(Palette& palette)
    {
        run_count_ = 0;
        plain_octets_ = 0;
        indexed_octets_ = 0;
        has_palette_ = true;
        has_runs_ = true;
        const std::size_t raw_octets = area_ * octets_;
        for (std::size_t start = 0; start < area_;) {
            const std::uint32_t value = values_[start];
            std::size_t end = start + 1;
            while (end < area_ && values_[end] == value) {
                ++end;
            }
            const std::size_t length = end - start;
            int colour = Palette::k_full;
            if (has_palette_) {
                colour = palette.number_of(value);
                has_palette_ = colour != Palette::k_full;
            }
            runs_[run_count_++] = {value, static_cast<std::uint16_t>(length),
                                   static_cast<std::int16_t>(colour)};
            plain_octets_ += octets_ + length_octets(length);
            indexed_octets_ += length == 1 ? 1 : 1 + length_octets(length);
            if (!has_palette_ && plain_octets_ >= raw_octets) {
                has_runs_ = false;
                return;
            }
            start = end;
        }
    }

    void write_smallest(const Palette& palette, Bytes& out)
    {
        const auto colours = static_cast<std::size_t>(palette.size());
        if (has_runs_ && has_palette_ && colours == 1) {
            out.push_back(k_solid);
            packer_.append(values_[0], out);
            return;
        }
        std::size_t best = area_ * octets_;
        int subencoding = k_raw_pixels;
        const auto consider = [&](std::size_t octets, int candidate) {
            if (octets < best) {
                best = octets;
                subencoding = candidate;
            }
        };
        if (has_runs_) {
            if (has_palette_ && colours <= k_most_packed_colours) {
                const std::size_t row = (width_ * packed_bits(palette.size()) + 7) / 8;
                consider(colours * octets_ + row * height_, palette.size());
            }
            consider(plain_octets_, k_plain_rle);
            if (has_palette_) {
                consider(colours * octets_ + indexed_octets_, k_plain_rle + palette.size());
            }
        }
        out.push_back(static_cast<std::uint8_t>(subencoding));
        if (subencoding == k_raw_pixels) {
            packer_.append(values_.data(), area_, out);
        } else if (subencoding == k_plain_rle) {
            write_plain_runs(out);
        } else {
            packer_.append(palette.values(), colours, out);
            if (subencoding > k_plain_rle) {
                write_indexed_runs(out);
            } else {
                write_packed(packed_bits(palette.size()), out);
            }
        }
    }

    void write_plain_runs(Bytes& out) const
    {
        for (std::size_t i = 0; i < run_count_; ++i) {
            packer_.append(runs_[i].value, out);
            append_length(runs_[i].length, out);
        }
    }

    void write_indexed_runs(Bytes& out) const
    {
        for (std::size_t i = 0; i < run_count_; ++i) {
            const auto colour = static_cast<std::uint8_t>(runs_[i].colour);
            if (runs_[i].length == 1) {
                out.push_back(colour);
            } else {
                out.push_back(colour | 0x80);
                append_length(runs_[i].length, out);
            }
        }
    }

    // Numbers of `bits` bits, the leftmost pixel highest, each row from a new octet.
    void write_packed(unsigned bits, Bytes& out)
    {
        std::size_t at = 0;
        for (std::size_t i = 0; i < run_count_; ++i) {
            std::fill_n(numbers_.begin() + static_cast<std::ptrdiff_t>(at), runs_[i].length,
                        static_cast<std::uint8_t>(runs_[i].colour));
            at += runs_[i].length;
        }
        const std::size_t per_octet = 8 / bits;
        for (std::size_t y = 0; y < height_; ++y) {
            const std::uint8_t* row = numbers_.data() + y * width_;
            for (std::size_t x = 0; x < width_; x += per_octet) {
                unsigned octet = 0;
                for (std::size_t i = 0; i < per_octet; ++i) {
                    octet = (octet << bits) | (x + i < width_ ? row[x + i] : 0U);
                }
                out.push_back(static_cast<std::uint8_t>(octet));
            }
        }
    }

    const PixelPacker& packer_;
    std::size_t octets_;
    std::size_t width_ = 0;
    std::size_t height_ = 0;
    std::size_t area_ = 0;
    std::size_t run_count_ = 0;
    std::size_t plain_octets_ = 0;
    std::size_t indexed_octets_ = 0;
    bool has_palette_ = false;
    bool has_runs_ = false;
    std::array<std::uint32_t, k_tile_area> values_;
    std::array<Run, k_tile_area> runs_;
    std::array<std::uint8_t, k_tile_area> numbers_;
};

class ZrleEncoder : public Encoder {
public:
    std::int32_t encoding() const override { return k_zrle; }

    Bytes encode(const Frame& frame, const Rect& piece, const EncodeParams& params) const override
    {
        assert(is_valid(params.format));
        assert(piece == piece.intersected(Rect::of(frame.size)));
        const PixelPacker packer = cpixel_packer(params.format);
        const auto writer = std::make_unique<TileWriter>(packer);
        Bytes tiles;
        for (int y = piece.y; y < piece.bottom(); y += k_tile_side) {
            for (int x = piece.x; x < piece.right(); x += k_tile_side) {
                const Rect tile{x, y, std::min(k_tile_side, piece.right() - x),
                                std::min(k_tile_side, piece.bottom() - y)};
                writer->write(frame, tile, tiles);
            }
        }
        Bytes compressed;
        deflate_block(tiles, params.compress_level, compressed);
        compressed.shrink_to_fit();
        return compressed;
    }
    EncodeParams relevant(const EncodeParams& params) const override
    {
        return {params.format, same_deflate_level(params.compress_level), -1};
    }
};

} // namespace

const Encoder& zrle_encoder()
{
    static const ZrleEncoder encoder;
    return encoder;
}

} // namespace gds
