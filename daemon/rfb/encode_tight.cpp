// SPDX-License-Identifier: GPL-2.0-or-later
// Tight encoding (RFB protocol, "Tight Encoding"): each piece one colour, a palette, a photograph
// or plain pixels. Every rectangle with zlib data resets its stream and so depends on none before
// it.
#include "desktop/pixel_packer.h"
#include "rfb/deflate.h"
#include "rfb/encoder.h"
#include "rfb/palette.h"
#include "rfb/photo_jpeg.h"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <utility>
#include <vector>

namespace gds {

namespace {

constexpr std::int32_t k_tight = 7;

// Values of the compression-control octet.
constexpr unsigned k_fill = 0x80;
constexpr unsigned k_jpeg = 0x90;
constexpr unsigned k_explicit_filter = 0x40;
constexpr std::uint8_t k_palette_filter = 1;

// Which of the four zlib streams. Without history they are all alike; most servers part them so.
enum class Stream : unsigned { pixels = 0, bits = 1, numbers = 2 };

constexpr unsigned use_stream(Stream stream) { return static_cast<unsigned>(stream) << 4; }
constexpr unsigned reset_stream(Stream stream) { return 1U << static_cast<unsigned>(stream); }

// Data below this is sent as it is, without a length.
constexpr std::size_t k_least_compressed = 12;
constexpr std::size_t k_longest_body = (std::size_t{1} << 22) - 1;

// TPIXEL: red, green and blue octet whatever the shifts, when each has 8 bits of a 24-bit depth.
bool takes_tpixels(const PixelFormat& format)
{
    return format.bits_per_pixel == 32 && format.depth == 24 && format.red_max == 255 &&
           format.green_max == 255 && format.blue_max == 255;
}

PixelPacker tpixel_packer(const PixelFormat& format)
{
    if (takes_tpixels(format)) {
        PixelFormat rgb;
        rgb.big_endian = true;
        return PixelPacker(rgb, 3);
    }
    return PixelPacker(format);
}

// Seven bits, seven bits, eight bits, the least significant ones first.
void append_compact_length(std::size_t length, Bytes& out)
{
    if (length > k_longest_body) {
        throw std::length_error{"Tight: body too long"};
    }
    const auto low = static_cast<std::uint8_t>(length & 0x7f);
    const auto middle = static_cast<std::uint8_t>((length >> 7) & 0x7f);
    if (length < (1U << 7)) {
        out.push_back(low);
    } else if (length < (1U << 14)) {
        out.push_back(low | 0x80);
        out.push_back(middle);
    } else {
        out.push_back(low | 0x80);
        out.push_back(middle | 0x80);
        out.push_back(static_cast<std::uint8_t>(length >> 14));
    }
}

// Paper, and what is plain on it, is passed over at so many pixels a time.
constexpr std::size_t k_run = 16;
// So many at least are converted at once: a photograph has too many colours soon, and becomes a
// JPEG of the frame's own pixels.
constexpr std::size_t k_load = 4096;

bool is_run(const std::uint32_t* values, std::uint32_t of)
{
    std::uint32_t differences = 0;
    for (std::size_t i = 0; i < k_run; ++i) {
        differences |= values[i] ^ of;
    }
    return differences == 0;
}

// Kept by each worker from piece to piece for their memory alone, which costs more to be had anew,
// or to be zeroed, than to be written to. The first three are as long as the largest piece was.
struct Buffers {
    std::vector<std::uint32_t> values;
    Bytes numbers;
    Bytes pixels;
    Bytes packed;
    Bytes compressed;
};

template <typename Buffer>
void make_room(Buffer& buffer, std::size_t size)
{
    if (buffer.size() < size) {
        buffer.resize(size);
    }
}

class PieceWriter {
public:
    PieceWriter(const Frame& frame, const EncodeParams& params, Buffers& buffers)
        : frame_(frame), params_(params), packer_(tpixel_packer(params.format)),
          octets_(static_cast<std::size_t>(packer_.octets())), values_(buffers.values),
          numbers_(buffers.numbers), pixels_(buffers.pixels), packed_(buffers.packed),
          compressed_(buffers.compressed)
    {}

    Bytes write(const Rect& piece)
    {
        piece_ = piece;
        width_ = static_cast<std::size_t>(piece.width);
        height_ = static_cast<std::size_t>(piece.height);
        area_ = width_ * height_;
        Bytes out;
        make_room(values_, area_);
        loaded_rows_ = 0;
        Palette palette(Palette::k_most);
        if (number_colours(palette)) {
            if (palette.size() == 1) {
                out.push_back(k_fill);
                packer_.append(palette.values()[0], out);
                return out;
            }
            if (palette_pays(palette)) {
                write_palette(palette, out);
                return out;
            }
        }
        if (jpeg_allowed() && looks_like_photo(frame_, piece)) {
            write_jpeg(out);
        } else {
            write_pixels(out);
        }
        return out;
    }

private:
    void load(std::size_t pixels)
    {
        for (; loaded_rows_ * width_ < std::min(pixels, area_); ++loaded_rows_) {
            packer_.values(frame_.row(piece_.y + static_cast<int>(loaded_rows_)) + piece_.x, width_,
                           values_.data() + loaded_rows_ * width_);
        }
    }

    // Fills numbers_; false as soon as there are too many colours.
    bool number_colours(Palette& palette)
    {
        make_room(numbers_, area_);
        load(k_load);
        std::uint32_t last = values_[0];
        int number = palette.number_of(last);
        for (std::size_t i = 0; i < area_;) {
            if (i + k_run > loaded_rows_ * width_) {
                load(i + k_load);
            }
            if (i + k_run <= area_ && is_run(values_.data() + i, last)) {
                std::fill_n(numbers_.begin() + static_cast<std::ptrdiff_t>(i), k_run,
                            static_cast<std::uint8_t>(number));
                i += k_run;
                continue;
            }
            const std::size_t end = std::min(i + k_run, area_);
            for (; i < end; ++i) {
                if (values_[i] != last) {
                    last = values_[i];
                    number = palette.number_of(last);
                    if (number == Palette::k_full) {
                        return false;
                    }
                }
                numbers_[i] = static_cast<std::uint8_t>(number);
            }
        }
        return true;
    }

    std::size_t numbers_octets(const Palette& palette) const
    {
        return palette.size() == 2 ? (width_ + 7) / 8 * height_ : area_;
    }

    bool palette_pays(const Palette& palette) const
    {
        const std::size_t colours = static_cast<std::size_t>(palette.size()) * octets_;
        return colours + numbers_octets(palette) < area_ * octets_;
    }

    bool jpeg_allowed() const
    {
        return params_.quality_level >= 0 && params_.format.bits_per_pixel != 8;
    }

    void write_palette(const Palette& palette, Bytes& out)
    {
        const bool two = palette.size() == 2;
        const Stream stream = two ? Stream::bits : Stream::numbers;
        write_control(stream, numbers_octets(palette), k_explicit_filter, out);
        out.push_back(k_palette_filter);
        out.push_back(static_cast<std::uint8_t>(palette.size() - 1));
        packer_.append(palette.values(), static_cast<std::size_t>(palette.size()), out);
        if (two) {
            pack_bits();
            write_body(packed_, out);
        } else {
            write_body(ByteView{numbers_}.first(area_), out);
        }
    }

    // One bit a pixel, the leftmost highest, each row from a new octet.
    void pack_bits()
    {
        packed_.clear();
        for (std::size_t y = 0; y < height_; ++y) {
            const std::uint8_t* row = numbers_.data() + y * width_;
            std::size_t x = 0;
            for (; x + 8 <= width_; x += 8) {
                unsigned octet = 0;
                for (std::size_t i = 0; i < 8; ++i) {
                    octet = (octet << 1) | row[x + i];
                }
                packed_.push_back(static_cast<std::uint8_t>(octet));
            }
            if (x < width_) {
                unsigned octet = 0;
                for (std::size_t i = 0; i < 8; ++i) {
                    octet = (octet << 1) | (x + i < width_ ? row[x + i] : 0U);
                }
                packed_.push_back(static_cast<std::uint8_t>(octet));
            }
        }
    }

    void write_pixels(Bytes& out)
    {
        const std::size_t octets = area_ * octets_;
        load(area_);
        make_room(pixels_, octets);
        packer_.pack(values_.data(), area_, pixels_.data());
        write_control(Stream::pixels, octets, 0, out);
        write_body(ByteView{pixels_}.first(octets), out);
    }

    void write_jpeg(Bytes& out)
    {
        packed_.clear();
        append_jpeg(frame_, piece_, params_.quality_level, packed_);
        out.push_back(k_jpeg);
        append_compact_length(packed_.size(), out);
        out.insert(out.end(), packed_.begin(), packed_.end());
    }

    static void write_control(Stream stream, std::size_t body, unsigned filter, Bytes& out)
    {
        const unsigned reset = body < k_least_compressed ? 0 : reset_stream(stream);
        out.push_back(static_cast<std::uint8_t>(use_stream(stream) | filter | reset));
    }

    void write_body(ByteView body, Bytes& out)
    {
        if (body.size() < k_least_compressed) {
            out.insert(out.end(), body.begin(), body.end());
            return;
        }
        compressed_.assign(k_zlib_header.begin(), k_zlib_header.end());
        deflate_block(body, params_.compress_level, compressed_);
        append_compact_length(compressed_.size(), out);
        out.insert(out.end(), compressed_.begin(), compressed_.end());
    }

    const Frame& frame_;
    const EncodeParams& params_;
    PixelPacker packer_;
    std::size_t octets_;
    Rect piece_;
    std::size_t width_ = 0;
    std::size_t height_ = 0;
    std::size_t area_ = 0;
    std::size_t loaded_rows_ = 0;
    std::vector<std::uint32_t>& values_;
    Bytes& numbers_;
    Bytes& pixels_;
    Bytes& packed_;
    Bytes& compressed_;
};

class TightEncoder : public Encoder {
public:
    std::int32_t encoding() const override { return k_tight; }

    Bytes encode(const Frame& frame, const Rect& piece, const EncodeParams& params) const override
    {
        assert(is_valid(params.format));
        assert(piece == piece.intersected(Rect::of(frame.size)));
        thread_local Buffers buffers;
        return PieceWriter(frame, params, buffers).write(piece);
    }
    EncodeParams relevant(const EncodeParams& params) const override
    {
        EncodeParams needs = params;
        needs.compress_level = same_deflate_level(params.compress_level);
        if (takes_tpixels(params.format)) {
            needs.format = {}; // any of them
        }
        return needs;
    }
};

} // namespace

const Encoder& tight_encoder()
{
    static const TightEncoder encoder;
    return encoder;
}

} // namespace gds
