// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a process of this user runs in a sandbox: Flatpak, Snap, a container, or anything else
// that made a user namespace of its own. Whoever is in one was put there to see less than the
// session. What cannot be found out counts as one.
#pragma once

#include <string>

#include <sys/types.h>

namespace gds {

// Empty: in none. Otherwise which, for the log. `proc` is where procfs is mounted; it is read, and
// never waited for.
std::string sandbox_of(pid_t pid, const std::string& proc = "/proc");

} // namespace gds
