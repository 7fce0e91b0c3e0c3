// SPDX-License-Identifier: GPL-2.0-or-later
// A SessionHost whose picture a test paints. Who changes it tells the session, as a real host does.
#pragma once

#include "fakes/recording_input_sink.h"
#include "rfb/session_host.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gds::test {

class FakeSessionHost final : public SessionHost {
public:
    explicit FakeSessionHost(Size size) { resize(size); }

    RecordingInputSink sink;
    bool control = true;
    std::string name = "desktop";
    Cursor pointer;
    std::optional<LockKeys> locks;
    MonitorPlaces places;
    SizeAnswer size_answer = SizeAnswer::refused;
    SizeCause cause = SizeCause::desktop;
    Size asked;
    // Of the ClientInits that came, whether they were exclusive.
    std::vector<bool> client_inits;
    ClipboardRights clipboard;
    // What there is for the viewer, as it has come or will; how often some was read; what the
    // viewer has copied.
    std::map<ClipKind, ClipResultPtr> clips;
    unsigned clip_reads = 0;
    std::vector<ClipOffer> copied;
    unsigned activity = 0; // how often it was told of some

    // Every pixel of a new picture tells its place, so that a shifted one shows.
    void resize(Size size)
    {
        auto next = std::make_shared<Frame>(size);
        for (int y = 0; y < size.height; ++y) {
            for (int x = 0; x < size.width; ++x) {
                next->row(y)[x] = static_cast<std::uint32_t>(y << 8 | x) & k_rgb_mask;
            }
        }
        publish(std::move(next), Rect::of(size));
        damage_ = Region{Rect::of(size)};
    }
    void paint(const Rect& rect, std::uint32_t colour)
    {
        auto next = std::make_shared<Frame>(*frame_);
        for (int y = rect.y; y < rect.bottom(); ++y) {
            for (int x = rect.x; x < rect.right(); ++x) {
                next->row(y)[x] = colour;
            }
        }
        publish(std::move(next), rect);
    }
    // `draw` changes what it likes within `area`.
    void change(const Rect& area, const std::function<void(Frame&)>& draw)
    {
        auto next = std::make_shared<Frame>(*frame_);
        draw(*next);
        publish(std::move(next), area);
    }
    // What lies in `area` moves there by so much, and what it leaves is painted.
    void move(const Rect& area, Point by, std::uint32_t colour)
    {
        auto next = std::make_shared<Frame>(*frame_);
        const Rect all = Rect::of(frame_->size);
        for (int y = area.y; y < area.bottom(); ++y) {
            for (int x = area.x; x < area.right(); ++x) {
                const Point from{x - by.x, y - by.y};
                const bool inside = area.contains(from) && all.contains(from);
                next->row(y)[x] = inside ? frame_->row(from.y)[from.x] : colour;
            }
        }
        publish(std::move(next), area);
    }
    void set_pointer(Size size, Point hotspot, std::uint32_t argb, Point position)
    {
        auto shape = std::make_shared<CursorShape>();
        shape->size = size;
        shape->hotspot = hotspot;
        shape->pixels.assign(
            static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height), argb);
        pointer = {std::move(shape), position};
    }

    FramePtr frame() const override { return frame_; }
    Region take_damage() override { return std::exchange(damage_, {}); }
    MonitorPlaces monitors() const override { return places; }
    SizeAnswer ask_size(Size size) override
    {
        asked = size;
        return size_answer;
    }
    SizeCause size_cause() const override { return cause; }
    const Cursor& cursor() const override { return pointer; }
    std::string desktop_name() const override { return name; }
    std::optional<LockKeys> lock_keys() const override { return locks; }
    bool may_control() const override { return control; }
    InputSink& input() override { return sink; }
    ClipboardRights clipboard_rights() const override { return clipboard; }
    ClipKinds clipboard_kinds() const override
    {
        ClipKinds kinds;
        for (const auto& [kind, result] : clips) {
            kinds.add(kind);
        }
        return kinds;
    }
    ClipResultPtr read_clipboard(ClipKind kind) override
    {
        ++clip_reads;
        return clips.at(kind);
    }
    void on_viewer_copied(ClipOffer offer) override { copied.push_back(std::move(offer)); }
    void on_activity() override { ++activity; }
    void on_client_init(bool exclusive) override { client_inits.push_back(exclusive); }

private:
    void publish(std::shared_ptr<Frame> next, const Rect& changed)
    {
        next->damage = Region{changed};
        next->serial = frame_ ? frame_->serial + 1 : 1;
        frame_ = std::move(next);
        damage_.add(changed);
    }

    FramePtr frame_;
    Region damage_;
};

} // namespace gds::test
