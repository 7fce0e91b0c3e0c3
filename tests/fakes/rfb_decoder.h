// SPDX-License-Identifier: GPL-2.0-or-later
// The viewer's side of Raw, Hextile, Zlib, ZRLE and Tight, written from the specification apart
// from the encoders. Strict: whatever it does not expect is an exception.
#pragma once

#include "desktop/pixel_format.h"
#include "fakes/encode_rect.h"
#include "fakes/hextile_decoder.h"
#include "fakes/octet_streams.h"
#include "fakes/pictures.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <turbojpeg.h>

namespace gds::fakes {

// Pixel values of a format, as the client would hold them.
struct Picture {
    Size size;
    std::vector<std::uint32_t> values;
    explicit Picture(Size s)
        : size(s), values(static_cast<std::size_t>(s.width) * static_cast<std::size_t>(s.height))
    {}
    std::uint32_t& at(int x, int y)
    {
        return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) +
                      static_cast<std::size_t>(x)];
    }
};

// A client's decoder with its picture and its streams.
class RfbDecoder {
public:
    RfbDecoder(Size size, const PixelFormat& format) : picture(size), format_(format) {}

    Picture picture;
    // What was met on the way, for tests that ask how something was sent.
    std::vector<int> hextile_subencodings;
    std::vector<int> zrle_subencodings;
    std::vector<int> tight_controls;

    void decode(const EncodedRect& encoded)
    {
        const Rect& rect = encoded.rect;
        if (rect.empty() || rect != rect.intersected(Rect::of(picture.size))) {
            throw DecodeError{"rectangle outside the picture"};
        }
        OctetReader reader(encoded.payload);
        switch (encoded.encoding) {
        case 0:
            for (const std::uint32_t value : read_pixels(reader, area(rect), Kind::pixel)) {
                pending_.push_back(value);
            }
            put(rect);
            break;
        case 5:
            decode_hextile(reader, rect);
            break;
        case 6:
            decode_zlib(reader, rect);
            break;
        case 7:
            decode_tight(reader, rect);
            break;
        case 16:
            decode_zrle(reader, rect);
            break;
        default:
            throw DecodeError{"unknown encoding"};
        }
        reader.expect_end();
    }

private:
    enum class Kind { pixel, cpixel, tpixel };

    static std::size_t area(const Rect& rect) { return static_cast<std::size_t>(rect.area()); }

    std::uint32_t colour_bits() const
    {
        return std::uint32_t{format_.red_max} << format_.red_shift |
               std::uint32_t{format_.green_max} << format_.green_shift |
               std::uint32_t{format_.blue_max} << format_.blue_shift;
    }

    std::uint32_t read_pixel(OctetReader& reader, Kind kind) const
    {
        if (kind == Kind::tpixel && format_.bits_per_pixel == 32 && format_.depth == 24 &&
            format_.red_max == 255 && format_.green_max == 255 && format_.blue_max == 255) {
            const std::uint32_t red = reader.u8();
            const std::uint32_t green = reader.u8();
            const std::uint32_t blue = reader.u8();
            return red << format_.red_shift | green << format_.green_shift |
                   blue << format_.blue_shift;
        }
        int octets = format_.bits_per_pixel / 8;
        unsigned shift = 0;
        if (kind == Kind::cpixel && format_.bits_per_pixel == 32 && format_.depth <= 24) {
            if (colour_bits() >> 24 == 0) {
                octets = 3;
            } else if ((colour_bits() & 255) == 0) {
                octets = 3;
                shift = 8;
            }
        }
        std::uint32_t value = 0;
        for (int i = 0; i < octets; ++i) {
            const std::uint32_t octet = reader.u8();
            value = format_.big_endian ? value << 8 | octet : value | octet << (8 * i);
        }
        return value << shift;
    }

    std::vector<std::uint32_t> read_pixels(OctetReader& reader, std::size_t count, Kind kind) const
    {
        std::vector<std::uint32_t> values(count);
        for (std::uint32_t& value : values) {
            value = read_pixel(reader, kind);
        }
        return values;
    }

    // Writes pending_, exactly as many values as the rectangle has pixels.
    void put(const Rect& rect)
    {
        if (pending_.size() != area(rect)) {
            throw DecodeError{"wrong number of pixels"};
        }
        std::size_t i = 0;
        for (int y = rect.y; y < rect.bottom(); ++y) {
            for (int x = rect.x; x < rect.right(); ++x) {
                picture.at(x, y) = pending_[i++];
            }
        }
        pending_.clear();
    }

    void put_index(const std::vector<std::uint32_t>& palette, std::uint32_t index)
    {
        if (index >= palette.size()) {
            throw DecodeError{"no such colour in the palette"};
        }
        pending_.push_back(palette[index]);
    }

    void decode_hextile(OctetReader& reader, const Rect& rect)
    {
        HextileDecoder decoder(reader,
                               [this](OctetReader& from) { return read_pixel(from, Kind::pixel); });
        for (int y = rect.y; y < rect.bottom(); y += 16) {
            for (int x = rect.x; x < rect.right(); x += 16) {
                const Rect tile{x, y, std::min(16, rect.right() - x),
                                std::min(16, rect.bottom() - y)};
                pending_ = decoder.tile(tile.width, tile.height);
                put(tile);
            }
        }
        hextile_subencodings.insert(hextile_subencodings.end(), decoder.subencodings.begin(),
                                    decoder.subencodings.end());
    }

    void decode_zlib(OctetReader& reader, const Rect& rect)
    {
        const Bytes body = zlib_stream_.feed(reader.take(reader.left()));
        OctetReader pixels(body);
        pending_ = read_pixels(pixels, area(rect), Kind::pixel);
        pixels.expect_end();
        put(rect);
    }

    void decode_zrle(OctetReader& reader, const Rect& rect)
    {
        const Bytes tiles = zrle_stream_.feed(reader.take(reader.left()));
        OctetReader tile_reader(tiles);
        for (int y = rect.y; y < rect.bottom(); y += 64) {
            for (int x = rect.x; x < rect.right(); x += 64) {
                decode_zrle_tile(tile_reader, Rect{x, y, std::min(64, rect.right() - x),
                                                   std::min(64, rect.bottom() - y)});
            }
        }
        tile_reader.expect_end();
    }

    std::size_t read_run_length(OctetReader& reader) const
    {
        std::size_t length = 1;
        std::uint32_t octet = 255;
        while (octet == 255) {
            octet = reader.u8();
            length += octet;
        }
        return length;
    }

    void decode_zrle_tile(OctetReader& reader, const Rect& tile)
    {
        const std::uint32_t subencoding = reader.u8();
        zrle_subencodings.push_back(static_cast<int>(subencoding));
        const std::size_t wanted = area(tile);
        if (subencoding == 0) {
            pending_ = read_pixels(reader, wanted, Kind::cpixel);
        } else if (subencoding == 1) {
            pending_.assign(wanted, read_pixel(reader, Kind::cpixel));
        } else if (subencoding <= 16) {
            const auto palette = read_pixels(reader, subencoding, Kind::cpixel);
            const unsigned bits = subencoding == 2 ? 1 : subencoding <= 4 ? 2 : 4;
            for (int y = 0; y < tile.height; ++y) {
                const ByteView row =
                    reader.take((static_cast<std::size_t>(tile.width) * bits + 7) / 8);
                for (unsigned x = 0; x < static_cast<unsigned>(tile.width); ++x) {
                    const unsigned at = x * bits;
                    put_index(palette, static_cast<unsigned>(row[at / 8]) >> (8 - bits - at % 8) &
                                           ((1U << bits) - 1));
                }
            }
        } else if (subencoding == 128) {
            while (pending_.size() < wanted) {
                const std::uint32_t value = read_pixel(reader, Kind::cpixel);
                pending_.insert(pending_.end(), read_run_length(reader), value);
            }
        } else if (subencoding >= 130) {
            const auto palette = read_pixels(reader, subencoding - 128, Kind::cpixel);
            while (pending_.size() < wanted) {
                const std::uint32_t index = reader.u8();
                const std::size_t length = index >= 128 ? read_run_length(reader) : 1;
                for (std::size_t i = 0; i < length && pending_.size() <= wanted; ++i) {
                    put_index(palette, index & 127);
                }
            }
        } else {
            throw DecodeError{"unused ZRLE subencoding"};
        }
        put(tile);
    }

    static std::size_t read_compact_length(OctetReader& reader)
    {
        std::size_t length = reader.u8();
        if ((length & 0x80) != 0) {
            const std::size_t second = reader.u8();
            length = (length & 0x7f) | (second & 0x7f) << 7;
            if ((second & 0x80) != 0) {
                length |= std::size_t{reader.u8()} << 14;
            }
        }
        return length;
    }

    Bytes read_tight_body(OctetReader& reader, std::size_t octets, unsigned stream)
    {
        Bytes body;
        if (octets < 12) {
            const ByteView plain = reader.take(octets);
            body.assign(plain.begin(), plain.end());
        } else {
            const std::size_t length = read_compact_length(reader);
            body = tight_streams_[stream]->feed(reader.take(length));
        }
        if (body.size() != octets) {
            throw DecodeError{"wrong length of a Tight body"};
        }
        return body;
    }

    void decode_tight(OctetReader& reader, const Rect& rect)
    {
        if (rect.width > 2048) {
            throw DecodeError{"Tight rectangle too wide"};
        }
        const std::uint32_t control = reader.u8();
        tight_controls.push_back(static_cast<int>(control));
        for (unsigned i = 0; i < 4; ++i) {
            if ((control >> i & 1) != 0) {
                tight_streams_[i] = std::make_unique<ZlibStream>();
            }
        }
        if (control >> 4 == 8) {
            pending_.assign(area(rect), read_pixel(reader, Kind::tpixel));
        } else if (control >> 4 == 9) {
            if (format_.bits_per_pixel == 8) {
                throw DecodeError{"JPEG with 8 bits per pixel"};
            }
            const std::size_t length = read_compact_length(reader);
            decode_jpeg(reader.take(length), rect);
        } else if ((control & 0x80) == 0) {
            decode_tight_basic(reader, rect, control);
        } else {
            throw DecodeError{"invalid Tight control octet"};
        }
        put(rect);
    }

    void decode_tight_basic(OctetReader& reader, const Rect& rect, std::uint32_t control)
    {
        const unsigned stream = control >> 4 & 3;
        const std::uint32_t filter = (control & 0x40) != 0 ? reader.u8() : 0;
        const auto width = static_cast<std::size_t>(rect.width);
        const auto height = static_cast<std::size_t>(rect.height);
        if (filter == 0) {
            const Bytes sample(4, 0);
            OctetReader probe(sample);
            read_pixel(probe, Kind::tpixel);
            const std::size_t octets = sample.size() - probe.left();
            const Bytes body = read_tight_body(reader, area(rect) * octets, stream);
            OctetReader pixels(body);
            pending_ = read_pixels(pixels, area(rect), Kind::tpixel);
        } else if (filter == 1) {
            const std::size_t colours = reader.u8() + 1;
            if (colours < 2) {
                throw DecodeError{"Tight palette of one colour"};
            }
            const auto palette = read_pixels(reader, colours, Kind::tpixel);
            if (colours == 2) {
                const std::size_t row = (width + 7) / 8;
                const Bytes body = read_tight_body(reader, row * height, stream);
                for (std::size_t y = 0; y < height; ++y) {
                    for (std::size_t x = 0; x < width; ++x) {
                        put_index(palette, body[y * row + x / 8] >> (7 - x % 8) & 1);
                    }
                }
            } else {
                for (const std::uint8_t index : read_tight_body(reader, area(rect), stream)) {
                    put_index(palette, index);
                }
            }
        } else {
            throw DecodeError{"unexpected Tight filter"};
        }
    }

    void decode_jpeg(ByteView jpeg, const Rect& rect)
    {
        const std::unique_ptr<void, int (*)(tjhandle)> handle{tjInitDecompress(), tjDestroy};
        Bytes rgb(area(rect) * 3);
        int width = 0;
        int height = 0;
        int subsampling = 0;
        int colour_space = 0;
        if (tjDecompressHeader3(handle.get(), jpeg.data(), jpeg.size(), &width, &height,
                                &subsampling, &colour_space) != 0 ||
            width != rect.width || height != rect.height ||
            tjDecompress2(handle.get(), jpeg.data(), jpeg.size(), rgb.data(), width, width * 3,
                          height, TJPF_RGB, 0) != 0) {
            throw DecodeError{"JPEG"};
        }
        for (std::size_t i = 0; i < area(rect); ++i) {
            pending_.push_back(value_of(std::uint32_t{rgb[3 * i]} << 16 |
                                            std::uint32_t{rgb[3 * i + 1]} << 8 | rgb[3 * i + 2],
                                        format_));
        }
    }

    PixelFormat format_;
    SpliceStream zlib_stream_;
    SpliceStream zrle_stream_;
    std::array<std::unique_ptr<ZlibStream>, 4> tight_streams_{
        std::make_unique<ZlibStream>(), std::make_unique<ZlibStream>(),
        std::make_unique<ZlibStream>(), std::make_unique<ZlibStream>()};
    std::vector<std::uint32_t> pending_;
};

} // namespace gds::fakes
