// SPDX-License-Identifier: GPL-2.0-or-later
// Where each shared monitor lies in the one framebuffer, and which monitor a point of it belongs
// to. A value.
//
// The portal tells positions and sizes in the desktop's logical coordinates, the streams bring
// their size in pixels. Positions are scaled by the greatest ratio of the two among the streams: a
// monitor never covers its neighbour then, whatever the mixture of scales.
#pragma once

#include "desktop/geometry.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace gds {

struct OutputFacts {
    std::optional<Point> position; // logical
    std::optional<Size> logical;
    std::optional<Size> pixels; // not known before the stream's format
    bool operator==(const OutputFacts&) const = default;
};

class OutputLayout {
public:
    OutputLayout() = default;
    explicit OutputLayout(const std::vector<OutputFacts>& outputs);

    // Of the framebuffer. Empty while nothing is known.
    Size size() const { return size_; }
    // In the framebuffer. Empty when nothing is known of it, or when there is no room left.
    const Rect& place(std::size_t output) const { return places_.at(output).rect; }

    struct StreamPoint {
        std::size_t output = 0;
        // Logical, within the output.
        double x = 0;
        double y = 0;
        Point pixel; // of its picture
        Size logical; // the output's
        Size pixels; // its picture's
    };
    // Of the nearest output, when the point is on none.
    std::optional<StreamPoint> map(Point point) const;

    bool operator==(const OutputLayout&) const = default;

private:
    struct Place {
        Rect rect;
        Size logical;
        bool operator==(const Place&) const = default;
    };
    void arrange(const std::vector<OutputFacts>& outputs, double scale);
    void arrange_in_a_row();
    bool settle();

    std::vector<Place> places_;
    Size size_;
};

} // namespace gds
