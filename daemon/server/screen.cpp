// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/screen.h"

#include "base/translate.h"
#include "desktop/card.h"

#include <algorithm>
#include <utility>

namespace gds {

namespace {

struct CardText {
    std::string title;
    std::string sentence;
};

CardText card_text(const CaptureStatus& status)
{
    const auto or_else = [&](const char* sentence) {
        return status.reason.empty() ? std::string{sentence} : status.reason;
    };
    switch (status.state) {
    case CaptureState::stopped:
    case CaptureState::starting:
    case CaptureState::streaming:
        return {_("Connecting to the desktop"),
                or_else(_("The picture appears as soon as the desktop sends it."))};
    case CaptureState::waiting_for_permission:
        return {_("Waiting for permission"),
                or_else(_("Somebody at the desk must allow the screen to be shared."))};
    case CaptureState::refused:
        return {
            _("Permission refused"),
            or_else(_("The request to share the screen was refused at the desk. Connect again to "
                      "ask once more."))};
    case CaptureState::stopped_by_user:
        return {_("Sharing was stopped"),
                or_else(_("Screen sharing was stopped at the desk. Connect again to ask for it."))};
    case CaptureState::lost:
        return {_("The screen is gone"),
                or_else(_("The connection to the desktop was lost. It returns by itself."))};
    case CaptureState::unavailable:
        return {
            _("The screen cannot be shared"),
            or_else(_("The desktop offers no screen to share. This is tried again by itself."))};
    }
    return {};
}

bool asks_anew_for_a_viewer(CaptureState state)
{
    return state == CaptureState::stopped || state == CaptureState::refused ||
           state == CaptureState::stopped_by_user;
}

} // namespace

Screen::Screen(ScreenCapture& capture, std::function<void()> on_status, ScreenTimes times)
    : capture_(capture), input_(capture.input()), status_changed_(std::move(on_status)),
      times_(times)
{
    capture_.set_observer(this);
}

Screen::~Screen() { capture_.set_observer(nullptr); }

void Screen::add(ScreenViewer& viewer)
{
    viewers_.push_back(&viewer);
    linger_.reset();
    if (withheld_.empty() && asks_anew_for_a_viewer(capture_.status().state)) {
        capture_.start();
    }
}

void Screen::remove(ScreenViewer& viewer)
{
    if (wisher_ == &viewer) {
        wisher_ = nullptr; // the size may still come
        early_wish_ = false;
    }
    if (sized_for_ == &viewer) {
        sized_for_ = nullptr;
    }
    if (std::erase(viewers_, &viewer) == 0 || !viewers_.empty()) {
        return;
    }
    linger_ = call_after(times_.linger, [this] { stop(); });
}

void Screen::stop()
{
    linger_.reset();
    card_delay_.reset();
    capture_.stop();
    shows_desktop_ = false;
    latest_.reset();
    cursor_ = {};
    show_card();
}

void Screen::withhold(std::string why)
{
    if (why == withheld_) {
        return;
    }
    const bool before = !withheld_.empty();
    withheld_ = std::move(why);
    if (withheld_.empty()) {
        if (!viewers_.empty() && asks_anew_for_a_viewer(capture_.status().state)) {
            capture_.start();
        }
        if (latest_) {
            on_frame(std::exchange(latest_, nullptr));
        } else {
            show_card();
        }
    } else {
        if (!before) {
            latest_ = shows_desktop_ ? frame_ : nullptr;
        }
        shows_desktop_ = false;
        card_delay_.reset();
        show_card();
    }
    tell_cursor();
    status_changed_();
}

void Screen::set_monitors(MonitorChoice monitors)
{
    choice_ = monitors;
    capture_.set_monitors(monitors);
    begin_anew();
}

void Screen::set_way(CaptureWay way)
{
    capture_.set_way(way);
    begin_anew();
}

void Screen::set_clipboard_wanted(bool wanted)
{
    capture_.set_clipboard_wanted(wanted);
    begin_anew();
}

void Screen::begin_anew()
{
    if (capture_.status().state != CaptureState::stopped) {
        capture_.stop();
        if (!viewers_.empty()) {
            capture_.start();
        }
    }
}

bool Screen::live() const
{
    return shows_desktop_ && capture_.status().state == CaptureState::streaming;
}

bool Screen::may_come_soon() const
{
    if (!withheld_.empty()) {
        return false;
    }
    switch (capture_.status().state) {
    case CaptureState::stopped:
    case CaptureState::waiting_for_permission:
    case CaptureState::starting:
    case CaptureState::streaming:
        return true;
    case CaptureState::refused:
    case CaptureState::stopped_by_user:
    case CaptureState::lost:
    case CaptureState::unavailable:
        return false;
    }
    return false;
}

const FramePtr& Screen::frame()
{
    if (!frame_) {
        const auto text = withheld_.empty() ? card_text(capture_.status())
                                            : CardText{_("The desktop is not shown"), withheld_};
        frame_ = draw_card(size_, text.title, text.sentence);
    }
    return frame_;
}

FramePtr Screen::cover()
{
    if (!cover_ || cover_->size != size_) {
        cover_ = draw_card(size_, _("One moment"),
                           _("Whether you may see this desktop is being found out."));
    }
    return cover_;
}

void Screen::on_frame(FramePtr frame)
{
    if (!withheld_.empty()) {
        latest_ = std::move(frame);
        return;
    }
    card_delay_.reset();
    const bool continues =
        shows_desktop_ && size_ == frame->size && frame->serial == desktop_serial_ + 1;
    const Region damage = continues ? frame->damage : Region{Rect::of(frame->size)};
    shows_desktop_ = true;
    desktop_serial_ = frame->serial;
    note_size(frame->size);
    ask_early_wish();
    show(std::move(frame), damage);
}

SizeAnswer Screen::ask_size(ScreenViewer& viewer, Size size)
{
    if (!live()) {
        return keep_early_wish(viewer, size);
    }
    if (!capture_.ask_size(size)) {
        return SizeAnswer::refused;
    }
    end_wish(); // an older one
    if (size == size_) {
        return SizeAnswer::there;
    }
    wisher_ = &viewer;
    wished_ = size;
    wish_limit_ = call_after(times_.new_size, [this] { end_wish(); });
    return SizeAnswer::coming;
}

// Viewers wish as soon as they are connected, and only once: the person at the desk may take
// longer.
SizeAnswer Screen::keep_early_wish(ScreenViewer& viewer, Size size)
{
    if (choice_ != MonitorChoice::virtual_monitor || !may_come_soon()) {
        return SizeAnswer::refused;
    }
    end_wish();
    early_wish_ = true;
    wished_ = size;
    wisher_ = size == size_ ? nullptr : &viewer; // the card's, so far
    return wisher_ == nullptr ? SizeAnswer::there : SizeAnswer::coming;
}

void Screen::ask_early_wish()
{
    if (!std::exchange(early_wish_, false)) {
        return;
    }
    if (!capture_.ask_size(wished_)) {
        end_wish();
    } else {
        wish_limit_ = call_after(times_.new_size, [this] { end_wish(); });
    }
}

SizeCause Screen::size_cause(const ScreenViewer& viewer) const
{
    if (!sized_by_viewer_) {
        return SizeCause::desktop;
    }
    return sized_for_ == &viewer ? SizeCause::this_viewer : SizeCause::other_viewer;
}

void Screen::note_size(Size size)
{
    if (size == size_) {
        return;
    }
    size_ = size;
    sized_by_viewer_ = (wish_limit_ || early_wish_) && size == wished_;
    sized_for_ = sized_by_viewer_ ? std::exchange(wisher_, nullptr) : nullptr;
    if (sized_by_viewer_) {
        end_wish();
    }
}

void Screen::end_wish()
{
    wish_limit_.reset();
    early_wish_ = false;
    if (auto* viewer = std::exchange(wisher_, nullptr)) {
        viewer->on_size_failed();
    }
}

void Screen::on_monitors(const MonitorPlaces& monitors)
{
    monitors_ = monitors;
    monitors_are_news_ = true;
}

void Screen::on_cursor(const Cursor& cursor)
{
    cursor_ = cursor;
    if (withheld_.empty()) {
        tell_cursor();
    }
}

void Screen::on_lock_keys(const LockKeys& locks)
{
    lock_keys_ = locks;
    for (auto* viewer : viewers_) {
        viewer->on_lock_keys();
    }
}

void Screen::tell_cursor()
{
    for (auto* viewer : viewers_) {
        viewer->on_cursor();
    }
}

void Screen::on_status(const CaptureStatus& status)
{
    if (status.state != CaptureState::streaming) {
        latest_.reset();
        if (!early_wish_ || !may_come_soon()) {
            end_wish();
        }
    }
    if (status.state == CaptureState::streaming || !withheld_.empty()) {
        card_delay_.reset();
    } else if (!shows_desktop_ || status.state == CaptureState::stopped_by_user) {
        // Who pressed "stop sharing" wants it to be over now.
        shows_desktop_ = false;
        card_delay_.reset();
        show_card();
    } else if (!card_delay_) {
        // An interruption that is shorter than this (a portal that starts again) shows no card.
        card_delay_ = call_after(times_.keep_last, [this] {
            shows_desktop_ = false;
            show_card();
        });
    }
    status_changed_();
}

void Screen::show(FramePtr frame, const Region& damage)
{
    frame_ = std::move(frame);
    if (!std::exchange(monitors_are_news_, false) && damage.empty()) {
        return;
    }
    for (auto* viewer : viewers_) {
        viewer->on_picture(damage);
    }
}

void Screen::show_card() { show(nullptr, Rect::of(size_)); }

} // namespace gds
