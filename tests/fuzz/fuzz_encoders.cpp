// SPDX-License-Identifier: GPL-2.0-or-later
// Any pixel format, frame, rectangle and parameters through every encoder; what is lossless must
// come out of a decoder as it went in. Nothing here is known to be well-formed but the frame.
#include "rfb/encode_cursor.h"
#include "rfb/encoder.h"

#include "fakes/pictures.h"
#include "fakes/rfb_decoder.h"

#include <cstdint>
#include <cstdlib>
#include <iostream>

namespace gds {
namespace {

// Octets of the fuzzer's choice, then zeros.
class Choices {
public:
    explicit Choices(ByteView octets) : octets_(octets) {}
    std::uint8_t u8()
    {
        if (octets_.empty()) {
            return 0;
        }
        const std::uint8_t octet = octets_[0];
        octets_ = octets_.subspan(1);
        return octet;
    }
    std::uint16_t u16()
    {
        const unsigned high = u8();
        return static_cast<std::uint16_t>(high << 8 | u8());
    }
    int below(int bound) { return u16() % bound; }
    bool empty() const { return octets_.empty(); }

private:
    ByteView octets_;
};

PixelFormat any_format(Choices& choices)
{
    // Half of the time one that is known to be valid, or hardly any input would get further.
    const std::uint8_t kind = choices.u8();
    if (kind < 128) {
        static const auto formats = fakes::all_formats();
        return formats[kind % formats.size()];
    }
    PixelFormat format;
    format.bits_per_pixel = choices.u8();
    format.depth = choices.u8();
    format.big_endian = (choices.u8() & 1) != 0;
    format.true_colour = (choices.u8() & 1) == 0;
    format.red_max = choices.u16();
    format.green_max = choices.u16();
    format.blue_max = choices.u16();
    format.red_shift = choices.u8();
    format.green_shift = choices.u8();
    format.blue_shift = choices.u8();
    return format;
}

Frame any_frame(Choices& choices)
{
    const Size size{1 + choices.below(300), 1 + choices.below(150)};
    const auto content = static_cast<fakes::Content>(choices.below(7));
    Frame frame = fakes::picture(content, size, choices.u8());
    // Dabs of the fuzzer's own on it.
    while (!choices.empty()) {
        const Rect dab = Rect{choices.below(size.width), choices.below(size.height),
                              1 + choices.u8() % 80, 1 + choices.u8() % 40}
                             .intersected(Rect::of(size));
        const std::uint32_t colour = choices.u16() * std::uint32_t{0x10001};
        for (int y = dab.y; y < dab.bottom(); ++y) {
            std::fill_n(frame.row(y) + dab.x, dab.width, colour);
        }
    }
    return frame;
}

void require(bool holds, const char* what)
{
    if (!holds) {
        std::cerr << what << '\n';
        std::abort();
    }
}

void check_encoder(const Encoder& encoder, const Frame& frame, const Rect& rect,
                   const EncodeParams& params)
{
    fakes::RfbDecoder decoder(frame.size, params.format);
    Region covered;
    for (const EncodedRect& encoded : fakes::encode_rect(encoder, frame, rect, params)) {
        require(encoded.encoding == encoder.encoding(), "wrong encoding");
        require(!covered.intersects(encoded.rect), "overlapping rectangles");
        covered.add(encoded.rect);
        decoder.decode(encoded);
    }
    require(covered == Region(rect), "rectangle not covered");
    for (const int control : decoder.tight_controls) {
        if (control >> 4 == 9) {
            require(params.quality_level >= 0, "JPEG nobody asked for");
            return;
        }
    }
    for (int y = rect.y; y < rect.bottom(); ++y) {
        for (int x = rect.x; x < rect.right(); ++x) {
            require(decoder.picture.at(x, y) == fakes::value_of(frame.row(y)[x], params.format),
                    "wrong pixel");
        }
    }
}

void check_cursor(Choices& choices, const PixelFormat& format)
{
    CursorShape shape;
    shape.size = {choices.u8() % 40 - 2, choices.u8() % 40 - 2};
    shape.hotspot = {choices.below(100) - 30, choices.below(100) - 30};
    shape.pixels.resize(static_cast<std::size_t>(choices.below(1600)));
    fakes::Dice dice(choices.u8());
    for (std::uint32_t& pixel : shape.pixels) {
        pixel = dice.next();
    }
    const EncodedRect masked = encode_cursor(shape, format);
    const auto width = static_cast<std::size_t>(masked.rect.width);
    const auto height = static_cast<std::size_t>(masked.rect.height);
    require(masked.payload.size() ==
                width * height * static_cast<std::size_t>(format.bytes_per_pixel()) +
                    (width + 7) / 8 * height,
            "wrong length of a cursor");
    const EncodedRect blended = encode_cursor_with_alpha(shape);
    require(blended.payload.size() == 4 + width * height * 4, "wrong length of an alpha cursor");
}

} // namespace
} // namespace gds

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace gds;
    Choices choices(ByteView(data, size));
    EncodeParams params;
    params.format = any_format(choices);
    if (!is_valid(params.format)) {
        return 0;
    }
    params.compress_level = choices.u8() - 100;
    params.quality_level = choices.u8() - 200;
    check_cursor(choices, params.format);
    const int left = choices.u16();
    const int top = choices.u16();
    const int width = 1 + choices.u16();
    const int height = 1 + choices.u16();
    const Frame frame = any_frame(choices);
    const int x = left % frame.size.width;
    const int y = top % frame.size.height;
    const Rect rect = Rect{x, y, width, height}.intersected(Rect::of(frame.size));
    for (const Encoder* encoder :
         {&raw_encoder(), &hextile_encoder(), &zlib_encoder(), &zrle_encoder(), &tight_encoder()}) {
        check_encoder(*encoder, frame, rect, params);
    }
    return 0;
}
