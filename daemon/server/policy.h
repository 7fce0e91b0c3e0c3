// SPDX-License-Identifier: GPL-2.0-or-later
// Policy: everything that the administrator or the user decided, as one immutable value. Made by
// the service floor from GSettings and the command line; tests write it literally.
#pragma once

#include "desktop/screen_capture.h"
#include "io/tls_settings.h"
#include "rfb/sasl_policy.h"
#include "rfb/security_word.h"
#include "server/access_rules.h"
#include "server/host_network.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gds {

inline constexpr unsigned k_most_ask_seconds = 3600;

enum class ClipboardWays { both, to_viewer, from_viewer, off };
// Of what `clipboard-limit` says, in KiB.
inline constexpr unsigned k_most_clipboard = 16U << 10;

struct Policy {
    bool enabled = false;
    bool view_only = false;
    std::uint16_t port = 5900;
    bool negotiate_port = true;
    // IP addresses, interface names, or `unix:PATH`; empty: all interfaces.
    std::vector<std::string> listen_addresses;
    // Whose PROXY headers are believed, and demanded.
    std::vector<HostNetwork> proxies;
    std::vector<SecurityWord> security_types{SecurityWord::x509_sasl, SecurityWord::x509_plain};
    SaslPolicy sasl;
    AccessRules access = default_access_rules();
    TlsSettings tls;
    // Also for those whom a rule lets in.
    bool ask_always = false;
    std::chrono::seconds ask_timeout{30};
    CaptureWay capture = CaptureWay::portal;
    MonitorChoice monitors = MonitorChoice::all;
    ClipboardWays clipboard = ClipboardWays::both;
    std::size_t clipboard_limit = std::size_t{1} << 20; // octets of one kind
    unsigned max_clients = 32;
    // While somebody looks the screen does not go dark; it is locked when the last one leaves.
    bool inhibit_idle = true;
    bool lock_on_disconnect = false;
    // Whoever neither asks for the picture nor touches anything for so long is disconnected; 0:
    // never.
    std::chrono::seconds idle_timeout{0};
    std::chrono::milliseconds login_timeout{30'000};
    // How long who is not agreed to may read that.
    std::chrono::milliseconds refusal_shown{5'000};
    // Sentences naming settings that could not be used; shown in StatusReason.
    std::vector<std::string> complaints;

    bool operator==(const Policy&) const = default;
};

using PolicyPtr = std::shared_ptr<const Policy>;

} // namespace gds
