// SPDX-License-Identifier: GPL-2.0-or-later
// The task of a session that takes the client's messages. Owned by the session.
#pragma once

#include "base/task.h"
#include "rfb/client_input.h"
#include "rfb/client_message.h"
#include "rfb/session_clipboard.h"
#include "rfb/session_state.h"

#include <optional>

namespace gds {

class SessionReader {
public:
    // All outlive the reader.
    SessionReader(StreamReader& reader, SessionState& state, SessionHost& host, ClientInput& input,
                  SessionClipboard& clipboard, const SessionLimits& limits)
        : reader_(reader), state_(state), host_(host), input_(input), clipboard_(clipboard),
          limits_(limits)
    {}

    // Returns when the client leaves between two messages.
    Task<> run();

private:
    Task<bool> message_follows();
    Task<ClientMessage> next_message();
    Task<std::optional<ClientMessage>> take_fence(ClientFence fence);
    Task<> all_answered();

    void apply(const ClientMessage& message);
    void on(const SetPixelFormat& message);
    void on(const SetEncodings& message);
    void on(const FramebufferUpdateRequest& message);
    void on(const KeyEvent& message);
    void on(const PointerEvent& message);
    void on(const ClientCutText& message) { clipboard_.on_cut_text(message); }
    void on(const EnableContinuousUpdates& message);
    void on(const ClientFence&) {}
    void on(const SetDesktopSize& message);
    void on(const QemuExtendedKeyEvent& message);

    StreamReader& reader_;
    SessionState& state_;
    SessionHost& host_;
    ClientInput& input_;
    SessionClipboard& clipboard_;
    const SessionLimits& limits_;
};

} // namespace gds
