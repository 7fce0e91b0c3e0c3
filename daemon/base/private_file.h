// SPDX-License-Identifier: GPL-2.0-or-later
// Small files that only their owner may read. Blocking: for start-up and for user actions. Failures
// are std::system_error with the system's code.
#pragma once

#include "base/bytes.h"
#include "base/secret_string.h"

#include <string>

namespace gds {

// The whole of a regular file of at most `most` octets.
SecretString read_private_file(const std::string& path, std::size_t most);

// Nobody ever sees half of it: written beside `path` with mode 0600, then renamed over it.
void write_private_file(const std::string& path, ByteView content);

// Makes `path` and what is missing above it, mode 0700. One that is there and ours is closed to
// others.
void make_private_directory(const std::string& path);

} // namespace gds
