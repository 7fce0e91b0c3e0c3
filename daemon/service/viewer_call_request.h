// SPDX-License-Identifier: GPL-2.0-or-later
// The arguments of the D-Bus method Connect as a value, and what is answered when it comes to
// nothing.
#pragma once

#include "base/sdbus_compat.h"
#include "server/viewer_call.h"

#include <map>
#include <stdexcept>
#include <string>

namespace gds {

// what() says what is allowed.
struct BadCallRequest : std::runtime_error {
    using std::runtime_error::runtime_error;
};

using CallOptions = std::map<std::string, sdbus::Variant>;

// Throws BadCallRequest, also for an option that is not known: it may have been there to protect.
ViewerCall read_call_request(const std::string& uri, CallOptions options);

// socks5://[USER@]HOST[:PORT]; with a USER it wants his password. Throws BadCallRequest.
SocksProxy read_proxy_uri(const std::string& text);

// Named org.gnome.DesktopSharing.Error.…, with a sentence for people.
sdbus::Error call_error(CallFailure failure, const std::string& where, const std::string& detail);

} // namespace gds
