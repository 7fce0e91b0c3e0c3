// SPDX-License-Identifier: GPL-2.0-or-later
// The words of settings that are one word out of a few.
#pragma once

#include "desktop/screen_capture.h"
#include "io/tls_settings.h"
#include "server/policy.h"

#include <optional>
#include <string_view>

namespace gds {

inline std::optional<MonitorChoice> monitor_choice_of(std::string_view word)
{
    if (word == "all") {
        return MonitorChoice::all;
    }
    if (word == "primary") {
        return MonitorChoice::primary;
    }
    if (word == "virtual") {
        return MonitorChoice::virtual_monitor;
    }
    return std::nullopt;
}

inline std::optional<CaptureWay> capture_way_of(std::string_view word)
{
    if (word == "portal") {
        return CaptureWay::portal;
    }
    if (word == "mutter") {
        return CaptureWay::mutter;
    }
    return std::nullopt;
}

inline std::optional<ClipboardWays> clipboard_ways_of(std::string_view word)
{
    if (word == "both") {
        return ClipboardWays::both;
    }
    if (word == "to-viewer") {
        return ClipboardWays::to_viewer;
    }
    if (word == "from-viewer") {
        return ClipboardWays::from_viewer;
    }
    if (word == "off") {
        return ClipboardWays::off;
    }
    return std::nullopt;
}

inline std::optional<ClientCertificates> client_certificates_of(std::string_view word)
{
    if (word == "ignore") {
        return ClientCertificates::ignore;
    }
    if (word == "request") {
        return ClientCertificates::request;
    }
    if (word == "require") {
        return ClientCertificates::require;
    }
    return std::nullopt;
}

} // namespace gds
