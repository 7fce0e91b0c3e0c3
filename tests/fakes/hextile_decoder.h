// SPDX-License-Identifier: GPL-2.0-or-later
// The tiles of one Hextile rectangle (RFC 6143, 7.7.4), as strict as the strictest viewer: what
// some viewers keep from tile to tile and others do not, it does not.
#pragma once

#include "fakes/octet_streams.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace gds::fakes {

class HextileDecoder {
public:
    using Values = std::vector<std::uint32_t>;

    // Of a rectangle whose octets `reader` holds; `read_pixel` takes one pixel of its format.
    HextileDecoder(OctetReader& reader, std::function<std::uint32_t(OctetReader&)> read_pixel)
        : reader_(reader), read_pixel_(std::move(read_pixel))
    {}

    std::vector<int> subencodings;

    Values tile(int width, int height)
    {
        const std::uint32_t bits = reader_.u8();
        subencodings.push_back(static_cast<int>(bits));
        Values values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
        if ((bits & 1) != 0) {
            if (bits != 1) {
                throw DecodeError{"Hextile: bits beside Raw"};
            }
            background_.reset();
            foreground_.reset();
            std::generate(values.begin(), values.end(), [this] { return read_pixel_(reader_); });
            return values;
        }
        const bool coloured = (bits & 16) != 0;
        if (bits > 31 || (coloured && (bits & 12) != 8)) {
            throw DecodeError{"Hextile: bits that contradict each other"};
        }
        if ((bits & 2) != 0) {
            background_ = read_pixel_(reader_);
        }
        if ((bits & 4) != 0) {
            foreground_ = read_pixel_(reader_);
        }
        if (!background_) {
            throw DecodeError{"Hextile: no background"};
        }
        std::fill(values.begin(), values.end(), *background_);
        if ((bits & 8) != 0) {
            paint_subrects(coloured, width, height, values);
        }
        return values;
    }

private:
    void paint_subrects(bool coloured, int width, int height, Values& values)
    {
        if (coloured) {
            foreground_.reset();
        } else if (!foreground_) {
            throw DecodeError{"Hextile: no foreground"};
        }
        const std::uint32_t count = reader_.u8();
        if (count == 0) {
            throw DecodeError{"Hextile: subrectangles that are none"};
        }
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t value = coloured ? read_pixel_(reader_) : *foreground_;
            const auto position = static_cast<int>(reader_.u8());
            const auto size = static_cast<int>(reader_.u8());
            const int left = position >> 4;
            const int top = position & 15;
            const int right = left + (size >> 4) + 1;
            const int bottom = top + (size & 15) + 1;
            if (right > width || bottom > height) {
                throw DecodeError{"Hextile: subrectangle leaves its tile"};
            }
            for (int y = top; y < bottom; ++y) {
                std::fill_n(values.begin() + y * width + left, right - left, value);
            }
        }
    }

    OctetReader& reader_;
    std::function<std::uint32_t(OctetReader&)> read_pixel_;
    std::optional<std::uint32_t> background_;
    std::optional<std::uint32_t> foreground_;
};

} // namespace gds::fakes
