// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/output_layout.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace gds {
namespace {

// Positions come from outside; this keeps all sums of them within int.
constexpr int k_farthest = 1 << 20;

double ratio(const OutputFacts& output)
{
    if (!output.logical || !output.pixels) {
        return 1;
    }
    return static_cast<double>(output.pixels->width) / output.logical->width;
}

int scaled(int value, double scale)
{
    const double result = std::round(value * scale);
    return static_cast<int>(std::clamp<double>(result, -k_farthest, k_farthest));
}

Size pixel_size(const OutputFacts& output, double scale)
{
    if (output.pixels) {
        return *output.pixels;
    }
    if (output.logical) {
        return {std::min(scaled(output.logical->width, scale), k_max_side),
                std::min(scaled(output.logical->height, scale), k_max_side)};
    }
    return {};
}

double distance_squared(const Rect& rect, Point point)
{
    const auto beyond = [](std::int64_t first, std::int64_t last, std::int64_t at) {
        return std::max({first - at, std::int64_t{0}, at - last});
    };
    const auto dx = static_cast<double>(beyond(rect.x, rect.right() - 1, point.x));
    const auto dy = static_cast<double>(beyond(rect.y, rect.bottom() - 1, point.y));
    return dx * dx + dy * dy;
}

} // namespace

OutputLayout::OutputLayout(const std::vector<OutputFacts>& outputs)
{
    double scale = 0;
    for (const auto& output : outputs) {
        scale = std::max(scale, ratio(output));
    }
    for (const auto& output : outputs) {
        Place place;
        const Size size = pixel_size(output, scale);
        if (!size.empty()) {
            place.rect = Rect::of(size);
            place.logical = output.logical.value_or(size);
        }
        places_.push_back(place);
    }
    arrange(outputs, scale);
    if (!settle()) {
        arrange_in_a_row();
        settle();
    }
}

void OutputLayout::arrange(const std::vector<OutputFacts>& outputs, double scale)
{
    int right = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].position && !places_[i].rect.empty()) {
            places_[i].rect.x = scaled(outputs[i].position->x, scale);
            places_[i].rect.y = scaled(outputs[i].position->y, scale);
            right = std::max(right, places_[i].rect.right());
        }
    }
    // Those without a position come to the right of the others.
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (!outputs[i].position && !places_[i].rect.empty()) {
            places_[i].rect.x = right;
            right = places_[i].rect.right();
        }
    }
}

// What does not fit in a row of the largest framebuffer either is left out.
void OutputLayout::arrange_in_a_row()
{
    int right = 0;
    for (auto& place : places_) {
        if (right + place.rect.width > k_max_side) {
            place.rect = {};
            continue;
        }
        place.rect.x = right;
        place.rect.y = 0;
        right += place.rect.width;
    }
}

// Moves everything to the origin. False when it is too large.
bool OutputLayout::settle()
{
    int left = std::numeric_limits<int>::max();
    int top = left;
    for (const auto& place : places_) {
        if (!place.rect.empty()) {
            left = std::min(left, place.rect.x);
            top = std::min(top, place.rect.y);
        }
    }
    size_ = {};
    for (auto& place : places_) {
        if (!place.rect.empty()) {
            place.rect.x -= left;
            place.rect.y -= top;
            size_.width = std::max(size_.width, place.rect.right());
            size_.height = std::max(size_.height, place.rect.bottom());
        }
    }
    return size_.width <= k_max_side && size_.height <= k_max_side;
}

std::optional<OutputLayout::StreamPoint> OutputLayout::map(Point point) const
{
    const Place* nearest = nullptr;
    for (const auto& place : places_) {
        if (!place.rect.empty() &&
            (nearest == nullptr ||
             distance_squared(place.rect, point) < distance_squared(nearest->rect, point))) {
            nearest = &place;
        }
    }
    if (nearest == nullptr) {
        return std::nullopt;
    }
    const Rect& rect = nearest->rect;
    const int x = std::clamp(point.x, rect.x, rect.right() - 1) - rect.x;
    const int y = std::clamp(point.y, rect.y, rect.bottom() - 1) - rect.y;
    StreamPoint mapped;
    mapped.output = static_cast<std::size_t>(nearest - places_.data());
    mapped.pixel = {x, y};
    mapped.logical = nearest->logical;
    mapped.pixels = {rect.width, rect.height};
    mapped.x = static_cast<double>(x) * nearest->logical.width / rect.width;
    mapped.y = static_cast<double>(y) * nearest->logical.height / rect.height;
    return mapped;
}

} // namespace gds
