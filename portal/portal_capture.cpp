// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/portal_capture.h"

#include "base/errors.h"
#include "base/log.h"
#include "base/timeout.h"
#include "base/translate.h"
#include "portal/mutter_bus.h"
#include "portal/mutter_session.h"
#include "portal/portal_request.h"
#include "portal/remote_desktop_session.h"
#include "portal/screen_lock.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace gds {
namespace {

constexpr std::chrono::milliseconds k_first_retry{500};
constexpr std::chrono::milliseconds k_longest_retry{30'000};
// Looking for PipeWire disturbs nobody, so it may be done often.
constexpr std::chrono::milliseconds k_longest_quiet_retry{2'000};
constexpr std::chrono::milliseconds k_settle{300};
constexpr std::chrono::milliseconds k_patience_with_portal{300};
constexpr std::chrono::milliseconds k_patience_with_stream{5'000};

bool is_recent(std::int64_t time)
{
    constexpr std::int64_t k_recent = 2 * G_USEC_PER_SEC;
    return time != 0 && g_get_monotonic_time() - time < k_recent;
}

Task<> told_by(Wakeup& wakeup) { co_await wakeup.wait(); }

} // namespace

PortalCapture::PortalCapture(sdbus::IConnection& connection, RestoreTokenStore& tokens)
    : connection_(connection), tokens_(tokens), bus_(connection),
      input_(connection, {[this](const LockKeys& locks) { take_lock_keys(locks); },
                          [this] { end_of(&CaptureSigns::input_ended); }}),
      clipboard_(connection), drawer_(picture_, [this](std::size_t stream, const FramePtr& frame) {
          take_drawn(stream, frame);
      })
{
    names_ =
        bus_.on_name([this](const std::string& name, bool present) { note_name(name, present); });
    monitors_changed_ = bus_.on_monitors_changed({[this] { note_monitors(); }});
}

void PortalCapture::take_lock_keys(const LockKeys& locks)
{
    if (observer_ != nullptr && !stopping_) {
        observer_->on_lock_keys(locks);
    }
}

PortalCapture::~PortalCapture() { end_session(); }

void PortalCapture::start()
{
    if (stopping_) {
        start_again_ = true;
        return;
    }
    if (running_) {
        return;
    }
    running_ = true;
    waiting_to_retry_ = false;
    streamed_ = false;
    libei_ = true;
    retry_delay_ = k_first_retry;
    set_status(CaptureState::waiting_for_permission, _("Asking the desktop for its screen."));
    scope_.spawn(run());
}

void PortalCapture::stop()
{
    start_again_ = false;
    if (!running_) {
        set_status(CaptureState::stopped, {});
        return;
    }
    running_ = false;
    stopping_ = true;
    input_.detach();
    // From idle: this may be called by the observer, within a callback of PipeWire.
    scope_.cancel_soon([this] {
        end_session();
        stopping_ = false;
        if (std::exchange(start_again_, false)) {
            start();
        }
    });
    set_status(CaptureState::stopped, {});
}

bool PortalCapture::ask_size(Size size)
{
    if (!extra_monitor_ || streams_.size() != 1 || status_.state != CaptureState::streaming) {
        return false;
    }
    extra_size_ = size;
    streams_.front()->wish_size(size);
    return true;
}

Task<> PortalCapture::run()
{
    for (;;) {
        const auto ending = co_await attempt();
        end_session();
        if (!ending.again) {
            running_ = false;
            set_status(ending.state, ending.reason);
            co_return;
        }
        // What fails after the picture was there once is a loss, whatever part is to blame.
        const bool lost = ending.state == CaptureState::unavailable && streamed_;
        const auto longest = ending.quiet ? k_longest_quiet_retry : k_longest_retry;
        const auto delay = std::min(retry_delay_, longest);
        retry_delay_ = std::min(delay * 2, longest);
        set_status(lost ? CaptureState::lost : ending.state, ending.reason);
        if (!ending.at_once) {
            co_await wait_before_retry(delay);
        }
    }
}

// Never throws: every way to fail is an ending.
Task<CaptureEnding> PortalCapture::attempt()
{
    signs_ = {};
    asked_ = false;
    if (!pipewire_loop_.daemon_is_there()) {
        // Checked first: no dialog for a session that could not show anything.
        co_return ending_without_pipewire();
    }
    if (behind_lock_) {
        behind_lock_ = co_await screen_is_locked(connection_);
    }
    if (behind_lock_) {
        co_return ending_by_screen_lock(); // as it was; asking would be in vain
    }
    CaptureEnding ending;
    std::exception_ptr error;
    try {
        ending = co_await hold_session(way_, monitors_);
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        ending = ending_by(error, asked_);
        behind_lock_ = co_await screen_is_locked(connection_);
        if (behind_lock_) {
            ending = ending_by_screen_lock();
        }
    }
    co_return ending;
}

std::unique_ptr<DesktopSession> PortalCapture::make_session(CaptureWay way)
{
    DesktopSession::Events events;
    events.on_asking = [this] {
        asked_ = true;
        asking_timer_ = call_after(k_patience_with_portal, [this] {
            set_status(CaptureState::waiting_for_permission,
                       _("Waiting for permission: allow to share the screen in the dialog on the "
                         "desktop."));
        });
    };
    events.on_clipboard = [this](SelectionDoor door) { clipboard_.attach(std::move(door)); };
    events.on_closed = [this] {
        clipboard_.detach();
        end_of(&CaptureSigns::closed);
    };
    events.on_outdated = [this] { end_of(&CaptureSigns::outdated); };
    if (way == CaptureWay::mutter) {
        return std::make_unique<MutterSession>(connection_, std::move(events));
    }
    return std::make_unique<RemoteDesktopSession>(bus_, std::move(events));
}

Task<CaptureEnding> PortalCapture::hold_session(CaptureWay way, MonitorChoice monitors)
{
    session_way_ = way;
    SessionWishes wishes;
    wishes.monitors = monitors;
    wishes.pointer = pointer_;
    wishes.clipboard = clipboard_wanted_;
    wishes.libei = libei_;
    if (way == CaptureWay::portal) {
        auto token = co_await load_token(monitors);
        wishes.restore_token = std::move(token);
    }
    const auto session = make_session(way);
    grant_ = co_await session->open(std::move(wishes));
    asking_timer_.reset();
    if (grant_.restore_token) {
        // Not in the session's scope: the token is good once, and must be kept also when the
        // session ends meanwhile.
        unused_tokens_[monitors] = *grant_.restore_token;
        token_scope_.spawn(save_token(monitors, *grant_.restore_token));
    }
    set_status(CaptureState::starting, {});
    connect_streams(*session, monitors);
    watch_silence();
    opening_clipboard_ = std::make_unique<TaskScope>();
    opening_clipboard_->spawn(open_clipboard());
    while (!signs_.any()) {
        co_await session_news_.wait();
    }
    input_.detach();
    clipboard_.detach();
    // Closed, the end of the stream and the vanishing of names come by different ways, in any
    // order.
    co_await sleep_for(k_settle);
    if (signs_.closed || signs_.portal_gone) {
        session->forget();
    }
    signs_.desktop_changed = is_recent(desktop_left_at_) || is_recent(monitors_changed_at_);
    if (way == CaptureWay::mutter && signs_.closed && !is_recent(desktop_left_at_)) {
        signs_.outdated = is_recent(monitors_changed_at_);
    }
    behind_lock_ = co_await screen_is_locked(connection_);
    signs_.screen_locked = behind_lock_;
    libei_ = libei_ && !signs_.only_input_ended();
    const auto ending = ending_by(signs_);
    if (ending.state == CaptureState::stopped_by_user && way == CaptureWay::portal) {
        unused_tokens_.erase(monitors);
        token_scope_.spawn(forget_token(monitors));
    }
    co_return ending;
}

Task<> PortalCapture::wait_before_retry(std::chrono::milliseconds delay)
{
    waiting_to_retry_ = true;
    auto told = told_by(retry_now_);
    try {
        co_await with_timeout(std::move(told), delay);
        retry_delay_ = k_first_retry;
    } catch (const TimedOut&) {
        // The delay is over.
    }
    waiting_to_retry_ = false;
}

void PortalCapture::connect_streams(DesktopSession& session, MonitorChoice monitors)
{
    PipeWireRemote::Events remote_events;
    remote_events.on_error = [this](const std::string& message) {
        log_warning("PipeWire: " + message);
        end_of(&CaptureSigns::pipewire_gone);
    };
    remote_events.on_node_gone = [this](std::uint32_t node_id) {
        if (std::ranges::find(grant_.monitors, node_id, &SharedMonitor::node_id) !=
            grant_.monitors.end()) {
            take_stream_state(StreamState::ended);
        }
    };
    remote_ = std::make_unique<PipeWireRemote>(pipewire_loop_, std::move(grant_.pipewire),
                                               std::move(remote_events));
    picture_.begin(grant_.monitors);
    in_part_ = false;
    part_timer_ = call_after(k_patience_with_stream, [this] {
        in_part_ = true;
        if (const auto frame = std::exchange(withheld_, nullptr); frame && !signs_.any()) {
            take_frame(frame);
        }
    });
    if (pointer_ == PointerDelivery::painted && observer_ != nullptr) {
        observer_->on_cursor({std::make_shared<CursorShape>(), {}, true}); // not a second one
    }

    PortalInputSink::Session input;
    input.input = session.input();
    input.keyboard = grant_.keyboard;
    input.pointer = grant_.pointer;
    extra_monitor_ = monitors == MonitorChoice::virtual_monitor;
    const auto wish = extra_monitor_ ? std::optional{extra_size_} : std::nullopt;
    for (std::size_t i = 0; i < grant_.monitors.size(); ++i) {
        PipeWireStream::Events events;
        events.on_content = [this, i](const BufferContent& content,
                                      std::optional<BufferLoan> loan) {
            take_content(i, content, std::move(loan));
        };
        events.ready = [this] { return !drawer_.busy(); };
        events.on_state = [this](StreamState state) { take_stream_state(state); };
        events.on_starved = [this] { take_starvation(); };
        streams_.push_back(std::make_unique<PipeWireStream>(
            pipewire_loop_, *remote_, grant_.monitors[i].node_id, wish, std::move(events)));
    }
    input_.set_layout(picture_.layout());
    input_.attach(std::move(input));
}

void PortalCapture::take_content(std::size_t stream, const BufferContent& content,
                                 std::optional<BufferLoan> loan)
{
    if (signs_.any() || stopping_) {
        return;
    }
    if (loan) {
        drawer_.draw(stream, content, std::move(*loan));
    }
    if (content.cursor) {
        const auto cursor = picture_.take_cursor(stream, *content.cursor);
        if (cursor && observer_ != nullptr && !stopping_) {
            observer_->on_cursor(*cursor);
        }
    }
}

void PortalCapture::take_drawn(std::size_t stream, const FramePtr& frame)
{
    if (signs_.any() || stopping_) {
        return;
    }
    input_.set_layout(picture_.layout());
    if (frame && (picture_.whole() || in_part_)) {
        take_frame(frame);
    } else if (frame) {
        withheld_ = frame;
        picture_.insist();
    }
    // The others first, so that none of them starves.
    for (std::size_t i = 1; i <= streams_.size(); ++i) {
        streams_[(stream + i) % streams_.size()]->collect();
    }
}

void PortalCapture::take_frame(const FramePtr& frame)
{
    withheld_.reset();
    if (status_.state != CaptureState::streaming) {
        streamed_ = true;
        retry_delay_ = k_first_retry;
        silence_timer_.reset();
        set_status(CaptureState::streaming, running_reason());
    }
    if (observer_ != nullptr && !stopping_) {
        if (told_monitors_ != picture_.monitors()) {
            told_monitors_ = picture_.monitors();
            observer_->on_monitors(told_monitors_);
        }
        observer_->on_frame(frame);
    }
}

void PortalCapture::take_stream_state(StreamState state)
{
    if (state == StreamState::ended) {
        end_of(&CaptureSigns::stream_ended);
    } else if (state == StreamState::streaming && status_.state == CaptureState::starting) {
        set_status(CaptureState::starting, {});
        watch_silence();
    } else if (state == StreamState::streaming || status_.state == CaptureState::streaming) {
        watch_pause();
    }
}

void PortalCapture::take_starvation()
{
    if (pointer_ == PointerDelivery::painted) {
        return;
    }
    log_info("the desktop sends the pointer again and again and never the picture; its pointer is "
             "part of the picture from now on");
    pointer_ = PointerDelivery::painted;
    end_of(&CaptureSigns::starved);
}

// The session's task judges it.
void PortalCapture::end_of(bool CaptureSigns::*sign)
{
    signs_.*sign = true;
    input_.detach();
    session_news_.set();
}

void PortalCapture::note_name(const std::string& name, bool present)
{
    if (present) {
        // Only what comes while we wait: an attempt itself may start the portal, and fail.
        if (waiting_to_retry_) {
            retry_now_.set();
        }
    } else if (name == k_portal_name) {
        if (session_way_ == CaptureWay::portal) {
            signs_.portal_gone = true;
            session_news_.set();
        }
    } else {
        desktop_left_at_ = g_get_monotonic_time();
        libei_ = true; // the next one may be better at it
        if (name == k_mutter_remote_desktop) {
            input_.forget_compositor();
            if (session_way_ == CaptureWay::mutter) {
                end_of(&CaptureSigns::stream_ended);
            }
        }
    }
}

// Mutter may close the session for it, as it does when a person presses "stop sharing".
void PortalCapture::note_monitors()
{
    monitors_changed_at_ = g_get_monotonic_time();
    // One may have come where there was none.
    if (waiting_to_retry_ && session_way_ == CaptureWay::mutter) {
        retry_now_.set();
    }
}

// No frame is normal on a screen where nothing moves; the viewer is told what the waiting is for.
void PortalCapture::watch_silence()
{
    silence_timer_ = call_after(k_patience_with_stream, [this] {
        set_status(CaptureState::starting,
                   any_stream_flows()
                       ? _("The desktop has not sent a picture yet; it comes with the next change "
                           "on the screen.")
                       : _("The screen's stream does not start. Is the PipeWire session manager "
                           "(wireplumber) running?"));
    });
}

// A stream that was there and stopped for good without a word: the picture is old and must not look
// as if it were live.
void PortalCapture::watch_pause()
{
    silence_timer_ = call_after(k_patience_with_stream, [this] {
        if (status_.state == CaptureState::streaming && !any_stream_flows()) {
            picture_.insist();
            set_status(CaptureState::lost,
                       _("The screen's stream is paused. The picture comes back when the "
                         "compositor goes on with it."));
        }
    });
}

bool PortalCapture::any_stream_flows() const
{
    return std::any_of(streams_.begin(), streams_.end(), [](const auto& stream) {
        return stream->state() == StreamState::streaming;
    });
}

void PortalCapture::end_session()
{
    input_.detach();
    opening_clipboard_.reset();
    mutter_clipboard_.reset();
    clipboard_.detach();
    asking_timer_.reset();
    silence_timer_.reset();
    part_timer_.reset();
    withheld_.reset();
    drawer_.cancel();
    streams_.clear();
    remote_.reset();
    grant_ = {};
}

std::string PortalCapture::running_reason() const
{
    if (!grant_.input_offered) {
        return _("View only: the desktop portal here offers no remote input.");
    }
    if (!grant_.keyboard && !grant_.pointer) {
        return _("View only: the person at the desk did not allow remote input.");
    }
    return clipboard_trouble_;
}

void PortalCapture::set_status(CaptureState state, std::string reason)
{
    if (stopping_ && state != CaptureState::stopped) {
        return;
    }
    const bool controls = state == CaptureState::streaming || state == CaptureState::starting;
    const bool keyboard = controls && grant_.keyboard;
    const bool pointer = controls && grant_.pointer;
    if (status_.state == state && status_.reason == reason && status_.keyboard == keyboard &&
        status_.pointer == pointer) {
        return;
    }
    status_ = {state, std::move(reason), keyboard, pointer};
    if (observer_ != nullptr) {
        observer_->on_status(status_);
    }
}

} // namespace gds
