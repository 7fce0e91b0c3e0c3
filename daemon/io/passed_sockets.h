// SPDX-License-Identifier: GPL-2.0-or-later
// Sockets that the service manager listens on in our name and passed to us (sd_listen_fds(3)).
// Owned by main; listening on them is the Listener's.
#pragma once

#include "base/unique_fd.h"

#include <string>
#include <vector>

namespace gds {

// What a socket unit of ours calls them (FileDescriptorName=); others are not taken.
inline constexpr const char* k_passed_name = "rfb";

struct PassedSockets {
    // Some were passed, usable or not: then we open none of our own.
    bool any = false;
    std::vector<UniqueFd> sockets; // that listen, non-blocking, close-on-exec
    // What cannot be used, as translated sentences.
    std::vector<std::string> complaints;
};

// What the environment says was passed to this process, and nobody else sees it there any more.
// Once, before anything else opens descriptors.
PassedSockets take_passed_sockets();

// The same of descriptors of these names, which it owns from now on.
PassedSockets judge_passed(std::vector<UniqueFd> descriptors,
                           const std::vector<std::string>& names);

} // namespace gds
