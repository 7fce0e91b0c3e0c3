// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/desktop_picture.h"

#include "desktop/frame_compare.h"
#include "portal/pixel_copy.h"

#include <algorithm>
#include <utility>

namespace gds {
namespace {

void fill_black(Frame& frame) { std::fill(frame.pixels.begin(), frame.pixels.end(), 0U); }

} // namespace

void DesktopPicture::begin(const std::vector<PortalStream>& streams)
{
    streams_.clear();
    std::vector<OutputFacts> facts;
    for (const auto& stream : streams) {
        facts.push_back({stream.position, stream.size, std::nullopt});
        streams_.push_back({facts.back(), false});
    }
    layout_ = OutputLayout{facts};
    fresh_ = true;
    insist_ = true;
    cursor_ = {};
}

bool DesktopPicture::resize(std::size_t stream, Size pixels)
{
    streams_[stream].facts.pixels = pixels;
    std::vector<OutputFacts> facts;
    for (const auto& each : streams_) {
        facts.push_back(each.facts);
    }
    OutputLayout layout{facts};
    if (layout == layout_) {
        return false;
    }
    layout_ = std::move(layout);
    return true;
}

void DesktopPicture::carry_over(const Frame& from, const OutputLayout& old_layout, Frame& to,
                                std::size_t except) const
{
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        const Rect& before = old_layout.place(i);
        const Rect& now = layout_.place(i);
        if (i == except || !streams_[i].drawn || before.size() != now.size()) {
            continue;
        }
        for (int y = 0; y < now.height; ++y) {
            const auto* row = from.row(before.y + y) + before.x;
            std::copy_n(row, now.width, to.row(now.y + y) + now.x);
        }
    }
}

FramePtr DesktopPicture::take_pixels(std::size_t stream, const BufferContent& content)
{
    const Size pixels = upright_size(content.pixels->size, content.orientation);
    const OutputLayout old_layout = layout_;
    const bool moved = streams_.at(stream).facts.pixels != pixels && resize(stream, pixels);
    const Rect place = layout_.place(stream);
    if (place.empty()) {
        return nullptr;
    }
    const FramePtr before = pool_.latest();
    const bool continues = before && before->size == layout_.size();
    const bool from_scratch = fresh_ || moved || !continues;
    Region what = Rect::of(pixels);
    if (streams_[stream].drawn && !moved && content.damage &&
        content.orientation == Orientation::normal) {
        what.intersect(*content.damage);
    }
    Region drawn = what;
    drawn.translate(place.x, place.y);
    drawn.intersect(place);
    // Where the new frame may differ from the one before.
    const Region touched = from_scratch ? Region{Rect::of(layout_.size())} : drawn;

    const auto frame = pool_.next(layout_.size(), touched);
    if (from_scratch) {
        fill_black(*frame);
        if (!fresh_ && before && before->size == old_layout.size()) {
            carry_over(*before, old_layout, *frame, stream);
        }
    }
    copy_pixels(*content.pixels, content.orientation, what, *frame, {place.x, place.y});
    streams_[stream].drawn = true;
    fresh_ = false;

    const Region damage = continues ? changed(*before, *frame, touched) : touched;
    const bool insisted = std::exchange(insist_, false);
    if (continues && damage.empty() && !insisted) {
        return nullptr;
    }
    return pool_.publish(frame, damage);
}

bool DesktopPicture::whole() const
{
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        if (!streams_[i].drawn && !layout_.place(i).empty()) {
            return false;
        }
    }
    return true;
}

std::optional<Cursor> DesktopPicture::take_cursor(std::size_t stream, const CursorUpdate& update)
{
    const Rect& place = layout_.place(stream);
    if (place.empty()) {
        return std::nullopt;
    }
    cursor_.position = {place.x + update.position.x, place.y + update.position.y};
    if (update.shape) {
        cursor_.shape = update.shape;
    }
    return cursor_;
}

} // namespace gds
