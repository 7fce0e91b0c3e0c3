// SPDX-License-Identifier: GPL-2.0-or-later
// A call to a viewer that listens (a reverse connection), as somebody of the session asked for it,
// and what came of it: values.
#pragma once

#include "io/call_error.h"
#include "io/socks_client.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace gds {

inline constexpr std::uint16_t k_listening_viewer_port = 5500;
inline constexpr std::size_t k_longest_repeater_id = 200;

struct ViewerCall {
    std::string host; // a name, or numeric
    std::uint16_t port = k_listening_viewer_port;
    bool view_only = false;
    // Not empty: who is called is an UltraVNC repeater, which joins us with the viewer of this
    // number.
    std::string repeater_id;
    std::optional<SocksProxy> proxy; // on the way there
    // Tried again for so long when there is nobody yet.
    std::chrono::seconds retry_for{0};
};

struct CallAnswer {
    unsigned client = 0; // where there is no failure
    std::optional<CallFailure> failure;
    std::string detail; // for people, of the system's or the proxy's making
};
using OnCallAnswer = std::function<void(const CallAnswer& answer)>;

} // namespace gds
