// SPDX-License-Identifier: GPL-2.0-or-later
// PortalCapture: the desktop by xdg-desktop-portal, or by Mutter itself, and PipeWire. Opens the
// session, joins its streams into frames, notices every way in which it ends, and opens it again
// where nobody said no. Owned by main; main thread.
#pragma once

#include "base/source.h"
#include "base/task.h"
#include "base/task_scope.h"
#include "base/wakeup.h"
#include "desktop/screen_capture.h"
#include "portal/capture_ending.h"
#include "portal/desktop_picture.h"
#include "portal/desktop_session.h"
#include "portal/mutter_clipboard.h"
#include "portal/picture_drawer.h"
#include "portal/pipewire_loop.h"
#include "portal/pipewire_stream.h"
#include "portal/portal_bus.h"
#include "portal/portal_input_sink.h"
#include "portal/restore_token_store.h"
#include "portal/selection_clipboard.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gds {

class PortalCapture : public ScreenCapture {
public:
    // Both outlive it. The connection is driven by the main loop (BusSource).
    PortalCapture(sdbus::IConnection& connection, RestoreTokenStore& tokens);
    ~PortalCapture() override;

    void set_observer(ScreenCaptureObserver* observer) override { observer_ = observer; }
    void set_monitors(MonitorChoice monitors) override { monitors_ = monitors; }
    void set_way(CaptureWay way) override { way_ = way; }
    void start() override;
    void stop() override;
    bool ask_size(Size size) override;
    const CaptureStatus& status() const override { return status_; }
    InputSink& input() override { return input_; }
    void set_clipboard_wanted(bool wanted) override { clipboard_wanted_ = wanted; }
    DesktopClipboard& clipboard() override { return clipboard_; }
    // Which of the keyboard's layouts is used; empty: not known.
    void set_keyboard_group(std::optional<std::uint32_t> group) { input_.set_group(group); }

private:
    Task<> run();
    Task<CaptureEnding> attempt();
    Task<CaptureEnding> hold_session(CaptureWay way, MonitorChoice monitors);
    std::unique_ptr<DesktopSession> make_session(CaptureWay way);
    Task<> wait_before_retry(std::chrono::milliseconds delay);
    Task<std::optional<std::string>> load_token(MonitorChoice monitors);
    Task<> save_token(MonitorChoice monitors, std::string token);
    Task<> forget_token(MonitorChoice monitors);

    void connect_streams(DesktopSession& session, MonitorChoice monitors);
    Task<> open_clipboard();
    void take_frame(const FramePtr& frame);
    void take_lock_keys(const LockKeys& locks);
    void take_content(std::size_t stream, const BufferContent& content,
                      std::optional<BufferLoan> loan);
    void take_drawn(std::size_t stream, const FramePtr& frame);
    void take_stream_state(StreamState state);
    void take_starvation();
    void note_name(const std::string& name, bool present);
    void note_monitors();
    void end_of(bool CaptureSigns::*sign);
    void watch_silence();
    void watch_pause();
    bool any_stream_flows() const;
    void end_session();
    void set_status(CaptureState state, std::string reason);
    std::string running_reason() const;

    sdbus::IConnection& connection_;
    RestoreTokenStore& tokens_;
    ScreenCaptureObserver* observer_ = nullptr;
    MonitorChoice monitors_ = MonitorChoice::all;
    CaptureWay way_ = CaptureWay::portal;
    CaptureWay session_way_ = CaptureWay::portal; // of the attempt under way
    // Painted for good once a source was seen to starve.
    PointerDelivery pointer_ = PointerDelivery::apart;
    // Not for another try, once it was of no use.
    bool libei_ = true;
    CaptureStatus status_;

    PortalBus bus_;
    PortalBus::Subscription names_;
    PortalBus::Subscription monitors_changed_;
    PipeWireLoop pipewire_loop_;
    PortalInputSink input_;
    DesktopPicture picture_;
    bool clipboard_wanted_ = true;
    SelectionClipboard clipboard_;
    std::unique_ptr<MutterClipboard> mutter_clipboard_;
    std::unique_ptr<TaskScope> opening_clipboard_;
    std::string clipboard_trouble_;
    PictureDrawer drawer_;

    // The session that is open, streams before the connection that they live on.
    std::unique_ptr<PipeWireRemote> remote_;
    std::vector<std::unique_ptr<PipeWireStream>> streams_;
    SessionGrant grant_;
    bool extra_monitor_ = false; // is what the session shares
    Size extra_size_{1920, 1080}; // the consumer's choice
    // What was noticed since the session began. Set from callbacks, judged by the session's task.
    CaptureSigns signs_;
    // When a portal backend or the compositor left the bus, and when Mutter's monitors changed;
    // monotonic.
    std::int64_t desktop_left_at_ = 0;
    std::int64_t monitors_changed_at_ = 0;
    // Given by the portal and not used yet; also in the store, or on the way to it.
    std::map<MonitorChoice, std::string> unused_tokens_;
    Wakeup session_news_;
    Wakeup retry_now_;
    Source asking_timer_;
    Source silence_timer_;
    // Rather some of the monitors than none: the others have been waited for.
    bool in_part_ = false;
    FramePtr withheld_; // the newest of them
    MonitorPlaces told_monitors_;
    Source part_timer_;
    bool running_ = false;
    bool streamed_ = false; // since start(): a failure is a loss from then on
    bool asked_ = false; // the portal may have shown a dialog in this attempt
    bool waiting_to_retry_ = false;
    bool behind_lock_ = false; // the screen was locked when the last attempt ended
    bool start_again_ = false;
    bool stopping_ = false;
    std::chrono::milliseconds retry_delay_{};
    TaskScope token_scope_;
    TaskScope scope_;
};

} // namespace gds
