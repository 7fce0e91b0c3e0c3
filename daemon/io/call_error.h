// SPDX-License-Identifier: GPL-2.0-or-later
// Why somebody could not be called: the ways in which a connection of our own making fails.
#pragma once

#include <stdexcept>
#include <string>

namespace gds {

enum class CallFailure {
    name_not_found,
    refused, // by the host that was called
    unreachable,
    timed_out,
    proxy_denied, // it does not let us, or not this far
    proxy_failed, // it cannot be reached, or does not keep to the protocol
    not_shared, // the desktop is not
    no_room,
    cancelled, // by whoever asked for it, or by somebody at the desk
};

struct CallError : std::runtime_error {
    CallError(CallFailure why, const std::string& detail) : std::runtime_error(detail), failure(why)
    {}
    CallFailure failure;
};

} // namespace gds
