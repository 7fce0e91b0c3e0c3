// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/desktop_picture.h"

#include "desktop/copy_row.h"
#include "portal/pixel_copy.h"

#include <algorithm>
#include <utility>

namespace gds {
namespace {

void fill_black(Frame& frame) { std::fill(frame.pixels.begin(), frame.pixels.end(), 0U); }

} // namespace

void DesktopPicture::begin(const std::vector<SharedMonitor>& streams)
{
    streams_.clear();
    std::vector<OutputFacts> facts;
    const auto ids = ids_.assign(streams);
    for (std::size_t i = 0; i < streams.size(); ++i) {
        facts.push_back({streams[i].position, streams[i].size, std::nullopt});
        streams_.push_back({facts.back(), ids[i], false});
    }
    layout_ = OutputLayout{facts};
    fresh_ = true;
    insist_ = true;
    cursor_ = {};
}

OutputLayout DesktopPicture::layout_with(std::size_t stream, Size pixels) const
{
    std::vector<OutputFacts> facts;
    for (const auto& each : streams_) {
        facts.push_back(each.facts);
    }
    facts.at(stream).pixels = pixels;
    return OutputLayout{facts};
}

// What the other monitors show comes along into a picture that is laid out anew.
void DesktopPicture::carry_over(Drawing& drawing) const
{
    const FramePtr& latest = pool_.latest();
    if (fresh_ || !latest || latest->size != drawn_layout_.size()) {
        return;
    }
    drawing.from = latest;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        const Rect& before = drawn_layout_.place(i);
        const Rect& now = drawing.layout.place(i);
        if (i != drawing.stream && streams_[i].drawn && before.size() == now.size()) {
            drawing.carried.push_back({before, {now.x, now.y}});
        }
    }
}

std::optional<DesktopPicture::Drawing> DesktopPicture::begin_pixels(std::size_t stream,
                                                                    const BufferContent& content,
                                                                    const BufferLoan::Hold& hold)
{
    Drawing drawing;
    drawing.size = upright_size(content.pixels->size, content.orientation);
    drawing.layout = streams_.at(stream).facts.pixels == drawing.size
                         ? layout_
                         : layout_with(stream, drawing.size);
    const Rect place = drawing.layout.place(stream);
    if (place.empty()) {
        streams_[stream].facts.pixels = drawing.size;
        layout_ = drawing.layout;
        return std::nullopt;
    }
    drawing.stream = stream;
    drawing.pixels = *content.pixels;
    drawing.orientation = content.orientation;
    drawing.corner = {place.x, place.y};
    const Size whole = drawing.layout.size();
    const FramePtr& latest = pool_.latest();
    if (latest && latest->size == whole) {
        drawing.before = latest;
    }
    const bool moved = !fresh_ && drawing.layout != drawn_layout_;
    drawing.from_scratch = fresh_ || moved || !drawing.before;
    insist_ = insist_ || moved; // where monitors are is news even where all of them are black
    drawing.what = Rect::of(drawing.size);
    if (streams_[stream].drawn && !moved && content.damage &&
        content.orientation == Orientation::normal) {
        drawing.what.intersect(*content.damage);
    }
    if (drawing.from_scratch) {
        drawing.touched = Rect::of(whole);
        carry_over(drawing);
    } else {
        drawing.touched = drawing.what;
        drawing.touched.translate(place.x, place.y);
        drawing.touched.intersect(place);
    }
    if (hold && place == Rect::of(whole) && plain_rows(drawing.pixels, drawing.orientation)) {
        drawing.held = hold();
    }
    if (drawing.held) {
        return drawing;
    }
    auto draft = pool_.draft(whole, drawing.touched);
    drawing.frame = std::move(draft.frame);
    drawing.missed = std::move(draft.missed);
    return drawing;
}

std::int64_t DesktopPicture::Drawing::work() const
{
    return frame || held ? touched.area() + missed.area() : Rect::of(layout.size()).area();
}

DesktopPicture::Drawing::Drawn DesktopPicture::Drawing::run() const
{
    const auto rows = plain_rows(pixels, orientation);
    if (rows && held) {
        return take(*rows);
    }
    Drawn drawn{frame ? frame : std::make_shared<Frame>(layout.size()), {}};
    if (rows && !from_scratch) {
        drawn.damage = draw_changes(*rows, *drawn.frame);
        return drawn;
    }
    draw_all(*drawn.frame);
    drawn.damage = before ? changed(*before, *drawn.frame, touched) : touched;
    return drawn;
}

DesktopPicture::Drawing::Drawn DesktopPicture::Drawing::take(const PixelRows& rows) const
{
    return {std::make_shared<Frame>(size, rows.pixels, static_cast<int>(rows.stride), held),
            before ? changed(PixelRows{before->row(0), before->stride}, rows, touched) : touched};
}

// Compositors tell of more than has changed, some of the whole screen always: what has not is not
// copied.
Region DesktopPicture::Drawing::draw_changes(const PixelRows& rows, Frame& into) const
{
    Region within = touched;
    within.translate(-corner.x, -corner.y);
    Region damage =
        changed(PixelRows{before->row(corner.y) + corner.x, before->stride}, rows, within);
    copy_pixels(pixels, orientation, damage, into, corner);
    damage.translate(corner.x, corner.y);
    Region rest = missed;
    rest.subtract(damage);
    copy_region(*before, into, rest);
    return damage;
}

void DesktopPicture::Drawing::draw_all(Frame& into) const
{
    if (from_scratch) {
        fill_black(into);
        for (const auto& [rect, to] : carried) {
            for (int y = 0; y < rect.height; ++y) {
                copy_row(from->row(rect.y + y) + rect.x, into.row(to.y + y) + to.x, rect.width);
            }
        }
    } else {
        Region rest = missed;
        rest.subtract(touched);
        copy_region(*before, into, rest);
    }
    copy_pixels(pixels, orientation, what, into, corner);
}

FramePtr DesktopPicture::end_pixels(const Drawing& drawing, Drawing::Drawn drawn)
{
    Stream& stream = streams_.at(drawing.stream);
    stream.drawn = true;
    stream.facts.pixels = drawing.size;
    layout_ = drawing.layout;
    drawn_layout_ = layout_;
    fresh_ = false;
    place_monitors();
    const bool insisted = std::exchange(insist_, false);
    const bool the_same = drawing.before && drawn.damage.empty() && !insisted;
    if (drawing.held) {
        return the_same ? nullptr : pool_.publish_lent(std::move(drawn.frame), drawn.damage);
    }
    if (the_same) {
        pool_.keep(std::move(drawn.frame));
        return nullptr;
    }
    return pool_.publish(std::move(drawn.frame), drawn.damage);
}

void DesktopPicture::place_monitors()
{
    monitors_.clear();
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        if (const Rect& rect = drawn_layout_.place(i); !rect.empty()) {
            monitors_.push_back({streams_[i].id, rect});
        }
    }
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
