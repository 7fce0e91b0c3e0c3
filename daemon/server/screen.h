// SPDX-License-Identifier: GPL-2.0-or-later
// Screen: the one picture that all sessions see, and the one door for their input. It leases the
// capture (from the first viewer until a while after the last), hands each frame's damage to every
// viewer, and shows a card that names the reason while there is no picture. Owned by the server;
// main thread.
#pragma once

#include "base/source.h"
#include "desktop/screen_capture.h"
#include "rfb/session_host.h"
#include "server/shared_input.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gds {

class ScreenViewer {
public:
    virtual ~ScreenViewer() = default;
    // `damage` lies within Screen::frame(); after a change of size it is the whole picture. It is
    // empty when only Screen::monitors() are others.
    virtual void on_picture(const Region& damage) = 0;
    virtual void on_cursor() = 0;
    virtual void on_lock_keys() = 0;
    // The size that it asked for does not come.
    virtual void on_size_failed() {}
};

struct ScreenTimes {
    std::chrono::milliseconds linger{10'000}; // the capture outlives the last viewer so long
    std::chrono::milliseconds keep_last{2'000}; // the last frame outlives its source so long
    std::chrono::milliseconds new_size{5'000}; // a size that was asked for may take so long
};

class Screen final : private ScreenCaptureObserver {
public:
    // `on_status` is called whenever status() changed.
    Screen(ScreenCapture& capture, std::function<void()> on_status, ScreenTimes times = {});
    ~Screen() override;
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    // A viewer asks for the picture. After a refusal at the desk this asks there anew.
    void add(ScreenViewer& viewer);
    void remove(ScreenViewer& viewer);
    // Ends the capture now (sharing was switched off).
    void stop();
    // Shows nothing but this sentence, and lets no input through, until it is empty again; the
    // desktop is not asked for its screen meanwhile.
    void withhold(std::string why);
    const std::string& withheld() const { return withheld_; }
    // Another choice of monitors: begins the capture anew if it runs.
    void set_monitors(MonitorChoice monitors);
    // Another way to get at the desktop: likewise.
    void set_way(CaptureWay way);

    // Another wish for the clipboard: begins the capture anew if it runs.
    void set_clipboard_wanted(bool wanted);

    // A card is drawn when it is first asked for.
    const FramePtr& frame();
    Size size() const { return size_; }
    // The newest wish counts: who had an older one that did not come yet is told. Before the
    // picture is there, it waits for that.
    SizeAnswer ask_size(ScreenViewer& viewer, Size size);
    // Of size(), for this viewer.
    SizeCause size_cause(const ScreenViewer& viewer) const;
    // In frame(); none in a card.
    MonitorPlaces monitors() const { return shows_desktop_ ? monitors_ : MonitorPlaces{}; }
    const Cursor& cursor() const { return withheld_.empty() ? cursor_ : no_cursor_; }
    // Empty: not known.
    const std::optional<LockKeys>& lock_keys() const { return lock_keys_; }
    // A card for somebody of whom it is being found out whether he may see frame().
    FramePtr cover();
    const CaptureStatus& status() const { return capture_.status(); }
    // True while frame() is the desktop as it is, so that input may act on it.
    bool live() const;
    // False while something stands in the way that does not pass in a moment.
    bool may_come_soon() const;
    SharedInput& input() { return input_; }

private:
    void on_frame(FramePtr frame) override;
    void on_monitors(const MonitorPlaces& monitors) override;
    void on_cursor(const Cursor& cursor) override;
    void on_lock_keys(const LockKeys& locks) override;
    void on_status(const CaptureStatus& status) override;
    void show(FramePtr frame, const Region& damage);
    void show_card();
    void begin_anew();
    void note_size(Size size);
    SizeAnswer keep_early_wish(ScreenViewer& viewer, Size size);
    void ask_early_wish();
    void end_wish();
    void tell_cursor();

    ScreenCapture& capture_;
    SharedInput input_;
    std::function<void()> status_changed_;
    ScreenTimes times_;
    std::vector<ScreenViewer*> viewers_;
    FramePtr frame_; // null: a card that nobody has looked at yet
    FramePtr cover_; // as it was last asked for
    Cursor cursor_;
    std::optional<LockKeys> lock_keys_;
    const Cursor no_cursor_;
    std::string withheld_; // why
    FramePtr latest_; // that was withheld
    MonitorPlaces monitors_; // in the newest frame of the desktop
    bool monitors_are_news_ = false;
    bool shows_desktop_ = false;
    std::uint64_t desktop_serial_ = 0;
    Size size_{1280, 720}; // of frame()
    // Who waits for which size, and who the latest one came for.
    ScreenViewer* wisher_ = nullptr;
    Size wished_;
    Source wish_limit_;
    bool early_wish_ = false; // it is to be asked for with the first picture
    MonitorChoice choice_ = MonitorChoice::all;
    const ScreenViewer* sized_for_ = nullptr;
    bool sized_by_viewer_ = false;
    Source linger_;
    Source card_delay_;
};

} // namespace gds
