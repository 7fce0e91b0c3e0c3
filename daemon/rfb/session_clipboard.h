// SPDX-License-Identifier: GPL-2.0-or-later
// SessionClipboard: the clipboard between one viewer and the host of its session: by the Extended
// Clipboard where the viewer has it, else by Latin-1 text. Owned by the session; main thread.
//
// However often a viewer asks or sends: one of its messages is being unpacked and the newest one
// waits, one of ours is on its way, and what is asked for is a set.
#pragma once

#include "base/task.h"
#include "base/wakeup.h"
#include "base/worker_pool.h"
#include "rfb/client_message.h"
#include "rfb/extended_clipboard.h"
#include "rfb/session_state.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace gds {

class SessionClipboard {
public:
    // All outlive it.
    SessionClipboard(SessionState& state, SessionHost& host, WorkerPool& workers)
        : state_(state), host_(host), workers_(workers)
    {}
    SessionClipboard(const SessionClipboard&) = delete;
    SessionClipboard& operator=(const SessionClipboard&) = delete;
    ~SessionClipboard();

    // Of the reader: a SetEncodings came; a ClientCutText came.
    void on_encodings();
    void on_cut_text(const ClientCutText& message);

    // The session begins.
    void begin();
    // Of the host: there is something else for the viewer.
    void changed();
    // What the viewer may, or whether the clipboard is there, may have changed.
    void rights_changed();
    // What the viewer has offered; fails when the session ends first. It is asked for once while
    // anybody holds the result.
    ClipResultPtr ask(ClipKind kind);

    // The two tasks of it; they end only by an error.
    Task<> take_in();
    Task<> give_out();

private:
    struct Packed {
        std::uint32_t formats;
        Bytes octets;
    };
    struct Latin1 {
        Bytes octets;
    };

    void take(const ClipMessage& message);
    void take_contents(std::map<ClipKind, ClipDataPtr> contents, ClipKinds sent);
    Task<> unpack(Packed packed);
    Task<> convert(Latin1 text);
    void fail_asked(const char* why);

    bool extended() const { return state_.choice.extended_clipboard; }
    void look_at_rights();
    void ask_viewer();
    std::uint32_t own_caps() const;
    Task<bool> say_next();
    Task<> tell_news();
    Task<> provide(std::uint32_t formats);
    Task<ClipDataPtr> content_of(ClipKind kind);
    void send(Bytes message);

    SessionState& state_;
    SessionHost& host_;
    WorkerPool& workers_;

    ClipCaps caps_; // the viewer's
    std::optional<std::uint32_t> told_caps_; // ours, as last told
    bool caps_due_ = false;
    bool news_due_ = false;
    bool old_news_ = true; // from before the session: not sent unasked
    std::uint32_t asked_for_ = 0; // by the viewer: formats
    std::uint32_t to_ask_ = 0; // by us
    // A message of ours: a request, which does not wait for what is given; any other.
    bool question_under_way_ = false;
    bool under_way_ = false;
    Wakeup out_work_;

    // What was offered before there was a clipboard, with which the session began.
    std::optional<ClipKinds> early_;
    bool was_open_ = false;
    std::optional<std::variant<Packed, Latin1>> arrived_;
    Wakeup in_work_;
    // Without anybody who waits the answer is late, or never comes.
    std::map<ClipKind, std::weak_ptr<ClipResult>> asked_;
};

} // namespace gds
