// SPDX-License-Identifier: GPL-2.0-or-later
// A desktop that a test plays: it says when there is permission, a frame, a loss.
#pragma once

#include "desktop/screen_capture.h"
#include "fakes/fake_clipboard.h"
#include "fakes/recording_input_sink.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace gds {

class FakeScreenCapture final : public ScreenCapture {
public:
    int starts = 0;
    int stops = 0;
    bool resizable = false;
    Size asked;
    MonitorChoice monitors = MonitorChoice::all;
    CaptureWay way = CaptureWay::portal;
    test::RecordingInputSink sink;
    test::FakeClipboard clips;
    bool clipboard_wanted = true;

    void set_observer(ScreenCaptureObserver* observer) override { observer_ = observer; }
    void set_monitors(MonitorChoice choice) override { monitors = choice; }
    void set_way(CaptureWay choice) override { way = choice; }
    void start() override
    {
        ++starts;
        say(CaptureState::waiting_for_permission);
    }
    void stop() override
    {
        ++stops;
        say(CaptureState::stopped);
    }
    bool ask_size(Size size) override
    {
        asked = size;
        return resizable;
    }
    const CaptureStatus& status() const override { return status_; }
    InputSink& input() override { return sink; }
    void set_clipboard_wanted(bool wanted) override { clipboard_wanted = wanted; }
    DesktopClipboard& clipboard() override { return clips; }

    void say(CaptureState state, std::string reason = {})
    {
        status_ = {state, std::move(reason), true, true};
        if (observer_ != nullptr) {
            observer_->on_status(status_);
        }
    }
    // The next frame, filled with one colour.
    void show(Size size, std::uint32_t colour, Region damage)
    {
        auto frame = std::make_shared<Frame>(size);
        std::fill(frame->pixels.begin(), frame->pixels.end(), colour);
        frame->damage = std::move(damage);
        frame->serial = ++serial_;
        if (status_.state != CaptureState::streaming) {
            say(CaptureState::streaming);
        }
        observer_->on_frame(std::move(frame));
    }
    void skip_serial() { ++serial_; }
    void place(const MonitorPlaces& places) { observer_->on_monitors(places); }

private:
    ScreenCaptureObserver* observer_ = nullptr;
    CaptureStatus status_;
    std::uint64_t serial_ = 0;
};

} // namespace gds
