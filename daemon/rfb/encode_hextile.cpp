// SPDX-License-Identifier: GPL-2.0-or-later
// Hextile encoding (RFC 6143, 7.7.4): tiles of 16x16, each as a background with rectangles of other
// colours on it, or as its pixels where that takes less.
#include "desktop/pixel_packer.h"
#include "desktop/vector_clones.h"
#include "rfb/encoder.h"
#include "rfb/palette.h"
#include "rfb/rect_pieces.h"
#include "rfb/wire.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace gds {

namespace {

constexpr std::size_t k_tile_side = 16;
constexpr std::size_t k_tile_area = k_tile_side * k_tile_side;
constexpr std::size_t k_most_tiles = (k_piece_side / k_tile_side) * (k_piece_side / k_tile_side);
// A tile's left neighbours are read, also where it has none.
constexpr std::size_t k_stride = k_piece_side + k_tile_side;

// The bits of a tile's first octet.
constexpr unsigned k_raw_pixels = 1;
constexpr unsigned k_background_specified = 2;
constexpr unsigned k_foreground_specified = 4;
constexpr unsigned k_any_subrects = 8;
constexpr unsigned k_subrects_coloured = 16;

// One bit for each column, the leftmost lowest; the one behind the last is used, too.
using Columns = std::uint32_t;

// Bit x of differences[y] says that the pixel differs from the one `distance` before it.
GDS_VECTOR_CLONES
void find_differences(const std::uint32_t* __restrict values, std::size_t distance,
                      std::size_t height, Columns* __restrict differences)
{
    static constexpr std::uint32_t k_bits[k_tile_side] = {
        1U << 0, 1U << 1, 1U << 2,  1U << 3,  1U << 4,  1U << 5,  1U << 6,  1U << 7,
        1U << 8, 1U << 9, 1U << 10, 1U << 11, 1U << 12, 1U << 13, 1U << 14, 1U << 15};
    for (std::size_t y = 0; y < height; ++y) {
        const std::uint32_t* row = values + y * k_stride;
        const std::uint32_t* other = row - distance;
        std::uint32_t bits = 0;
        for (std::size_t x = 0; x < k_tile_side; ++x) {
            bits |= row[x] != other[x] ? k_bits[x] : 0;
        }
        differences[y] = bits;
    }
}

// A rectangle of one colour, as it stands on the wire.
struct Subrect {
    std::uint8_t position; // x, y
    std::uint8_t size; // width - 1, height - 1
    std::uint16_t colour; // number in the palette
};

class PieceWriter {
public:
    explicit PieceWriter(const PixelFormat& format)
        : packer_(format), octets_(static_cast<std::size_t>(packer_.octets())),
          room_(k_most_tiles * (1 + k_tile_area * octets_))
    {}

    // Nothing is carried over from the rectangle before: each can go to any client.
    Bytes write(const Frame& frame, const Rect& piece)
    {
        out_ = room_.data();
        background_.reset();
        foreground_.reset();
        const auto piece_width = static_cast<std::size_t>(piece.width);
        for (int y = piece.y; y < piece.bottom(); y += static_cast<int>(k_tile_side)) {
            height_ = std::min(k_tile_side, static_cast<std::size_t>(piece.bottom() - y));
            for (std::size_t row = 0; row < height_; ++row) {
                packer_.values(frame.row(y + static_cast<int>(row)) + piece.x, piece_width,
                               band_.data() + k_tile_side + row * k_stride);
            }
            for (std::size_t x = 0; x < piece_width; x += k_tile_side) {
                values_ = band_.data() + k_tile_side + x;
                width_ = std::min(k_tile_side, piece_width - x);
                write_tile();
            }
        }
        return {room_.data(), out_};
    }

private:
    std::uint32_t value_at(std::size_t x, std::size_t y) const { return values_[y * k_stride + x]; }
    std::size_t raw_octets() const { return width_ * height_ * octets_; }
    std::size_t coloured_octets() const { return octets_ + 2; }

    void write_tile()
    {
        find_differences(values_, 1, height_, breaks_.data());
        for (std::size_t y = 0; y < height_; ++y) {
            // The first pixel of a row begins a run, and behind the last one something does.
            breaks_[y] = (breaks_[y] & ((Columns{1} << width_) - 1)) | 1U | (Columns{1} << width_);
        }
        if (is_solid()) {
            write_background(value_at(0, 0), 0);
        } else if (has_too_many_corners() || !find_subrects()) {
            write_pixels();
        } else if (palette_.size() == 2) {
            write_two_colours();
        } else {
            write_coloured();
        }
    }

    bool is_solid() const
    {
        const Columns none = 1U | (Columns{1} << width_);
        for (std::size_t y = 0; y < height_; ++y) {
            if (breaks_[y] != none || value_at(0, y) != value_at(0, 0)) {
                return false;
            }
        }
        return true;
    }

    // A pixel that differs from the left one and from the one above is the corner of a
    // subrectangle, and each colour but the background needs as many as it has corners. Colours are
    // told apart roughly, which errs on the safe side: true says that the pixels are smaller for
    // sure. Most of a photograph goes no further than this.
    bool has_too_many_corners()
    {
        const std::size_t enough = (raw_octets() + coloured_octets() - 1) / coloured_octets();
        std::size_t runs = 0;
        for (std::size_t y = 0; y < height_; ++y) {
            runs += static_cast<std::size_t>(std::popcount(breaks_[y])) - 1;
        }
        if (runs <= enough) {
            return false;
        }
        std::array<Columns, k_tile_side> corners{};
        corners[0] = ~Columns{0};
        find_differences(values_ + k_stride, k_stride, height_ - 1, corners.data() + 1);
        const Columns all = (Columns{1} << width_) - 1;
        std::size_t count = 0;
        for (std::size_t y = 0; y < height_; ++y) {
            corners[y] &= breaks_[y] & all;
            count += static_cast<std::size_t>(std::popcount(corners[y]));
        }
        if (count <= enough) {
            return false;
        }
        std::array<std::uint16_t, 64> groups{};
        for (std::size_t y = 0; y < height_; ++y) {
            for (Columns left = corners[y]; left != 0; left &= left - 1) {
                const auto x = static_cast<std::size_t>(std::countr_zero(left));
                ++groups[value_at(x, y) * 0x9e3779b1U >> 26];
            }
        }
        const std::size_t colours =
            groups.size() - static_cast<std::size_t>(std::count(groups.begin(), groups.end(), 0));
        return colours > 2 && count - *std::max_element(groups.begin(), groups.end()) >= enough;
    }

    // Covers the tile with rectangles of one colour each, those of the later background as well:
    // it is the colour with the most of them. Gives up, false, when the others alone would take as
    // much as the pixels.
    bool find_subrects()
    {
        palette_.clear();
        subrect_count_ = 0;
        std::array<Columns, k_tile_side> covered{};
        const Columns all = (Columns{1} << width_) - 1;
        std::size_t most_of_one = 0;
        for (std::size_t y = 0; y < height_; ++y) {
            for (Columns left = all & ~covered[y]; left != 0;) {
                const auto x = static_cast<unsigned>(std::countr_zero(left));
                // To the end of the run, also over what is covered already: overlapping costs
                // nothing, and what is wide goes on downwards more often.
                const unsigned width =
                    1U + static_cast<unsigned>(std::countr_zero(breaks_[y] >> (x + 1)));
                const Columns run = ((Columns{1} << width) - 1) << x;
                left &= ~run;
                const std::size_t height = cover_downwards(x, y, run, covered);
                const std::size_t number = take_subrect(x, y, width, height);
                most_of_one = std::max(most_of_one, counts_[number]);
                if (palette_.size() > 2 &&
                    (subrect_count_ - most_of_one) * coloured_octets() >= raw_octets()) {
                    return false;
                }
            }
        }
        return true;
    }

    // Marks what is below the run and equal to it; says how many rows they are together.
    std::size_t cover_downwards(std::size_t x, std::size_t y, Columns run,
                                std::array<Columns, k_tile_side>& covered) const
    {
        const std::uint32_t value = value_at(x, y);
        const Columns inner = run & (run - 1); // where no break may be
        std::size_t below = y + 1;
        while (below < height_ && value_at(x, below) == value && (breaks_[below] & inner) == 0) {
            covered[below++] |= run;
        }
        return below - y;
    }

    // The number of its colour.
    std::size_t take_subrect(std::size_t x, std::size_t y, std::size_t width, std::size_t height)
    {
        const int before = palette_.size();
        const auto number = static_cast<std::size_t>(palette_.number_of(value_at(x, y)));
        if (palette_.size() > before) {
            counts_[number] = 0;
        }
        ++counts_[number];
        subrects_[subrect_count_++] = {static_cast<std::uint8_t>(x << 4 | y),
                                       static_cast<std::uint8_t>((width - 1) << 4 | (height - 1)),
                                       static_cast<std::uint16_t>(number)};
        return number;
    }

    std::size_t octets_unless(const std::optional<std::uint32_t>& known, std::uint32_t value) const
    {
        return known == value ? 0 : octets_;
    }

    void write_two_colours()
    {
        const std::uint32_t* values = palette_.values();
        const auto octets_with = [&](std::size_t background) {
            const std::size_t other = 1 - background;
            return 2 + octets_unless(background_, values[background]) +
                   octets_unless(foreground_, values[other]) + 2 * counts_[other];
        };
        const std::size_t background = octets_with(0) <= octets_with(1) ? 0 : 1;
        if (octets_with(background) > raw_octets()) {
            write_pixels();
            return;
        }
        const std::uint32_t foreground = values[1 - background];
        const bool specified = foreground_ != foreground;
        write_background(values[background],
                         k_any_subrects | (specified ? k_foreground_specified : 0));
        if (specified) {
            write_value(foreground);
            foreground_ = foreground;
        }
        *out_++ = static_cast<std::uint8_t>(counts_[1 - background]);
        for (std::size_t i = 0; i < subrect_count_; ++i) {
            if (subrects_[i].colour != background) {
                write_place(subrects_[i]);
            }
        }
    }

    void write_coloured()
    {
        const std::uint32_t* values = palette_.values();
        const auto colours = static_cast<std::size_t>(palette_.size());
        const auto octets_with = [&](std::size_t background) {
            return 2 + octets_unless(background_, values[background]) +
                   (subrect_count_ - counts_[background]) * coloured_octets();
        };
        std::size_t background = 0;
        for (std::size_t i = 1; i < colours; ++i) {
            if (octets_with(i) < octets_with(background)) {
                background = i;
            }
        }
        if (octets_with(background) > raw_octets()) {
            write_pixels();
            return;
        }
        write_background(values[background], k_any_subrects | k_subrects_coloured);
        // Viewers differ in what their foreground is behind such a tile.
        foreground_.reset();
        *out_++ = static_cast<std::uint8_t>(subrect_count_ - counts_[background]);
        packer_.pack(values, colours, packed_.data());
        for (std::size_t i = 0; i < subrect_count_; ++i) {
            if (subrects_[i].colour != background) {
                std::memcpy(out_, packed_.data() + subrects_[i].colour * octets_, octets_);
                out_ += octets_;
                write_place(subrects_[i]);
            }
        }
    }

    void write_pixels()
    {
        *out_++ = k_raw_pixels;
        for (std::size_t y = 0; y < height_; ++y) {
            packer_.pack(values_ + y * k_stride, width_, out_);
            out_ += width_ * octets_;
        }
        // As behind coloured ones.
        background_.reset();
        foreground_.reset();
    }

    // The tile's first octet and, if it has changed, the background.
    void write_background(std::uint32_t background, unsigned subencoding)
    {
        const bool specified = background_ != background;
        *out_++ = static_cast<std::uint8_t>(subencoding | (specified ? k_background_specified : 0));
        if (specified) {
            write_value(background);
            background_ = background;
        }
    }

    void write_value(std::uint32_t value)
    {
        packer_.pack(&value, 1, out_);
        out_ += octets_;
    }

    void write_place(const Subrect& subrect)
    {
        *out_++ = subrect.position;
        *out_++ = subrect.size;
    }

    PixelPacker packer_;
    std::size_t octets_;
    Bytes room_; // for the largest piece there is
    std::uint8_t* out_ = nullptr;
    // What the last tile of the piece left to this one.
    std::optional<std::uint32_t> background_;
    std::optional<std::uint32_t> foreground_;

    // The tile, within the row of tiles.
    const std::uint32_t* values_ = nullptr;
    std::size_t width_ = 0;
    std::size_t height_ = 0;
    std::array<std::uint32_t, k_stride * k_tile_side> band_{};
    std::array<Columns, k_tile_side> breaks_{};
    Palette palette_{static_cast<int>(k_tile_area)};
    std::array<std::size_t, k_tile_area> counts_{}; // of subrects, by colour
    std::array<Subrect, k_tile_area> subrects_{};
    std::size_t subrect_count_ = 0;
    std::array<std::uint8_t, k_tile_area * sizeof(std::uint32_t)> packed_{};
};

class HextileEncoder : public Encoder {
public:
    std::int32_t encoding() const override { return encoding::k_hextile; }

    Bytes encode(const Frame& frame, const Rect& piece, const EncodeParams& params) const override
    {
        assert(is_valid(params.format));
        assert(piece == piece.intersected(Rect::of(frame.size)));
        const auto writer = std::make_unique<PieceWriter>(params.format);
        return writer->write(frame, piece);
    }
    EncodeParams relevant(const EncodeParams& params) const override
    {
        return {params.format, 0, -1};
    }
};

} // namespace

const Encoder& hextile_encoder()
{
    static const HextileEncoder encoder;
    return encoder;
}

} // namespace gds
