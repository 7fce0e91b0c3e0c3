// SPDX-License-Identifier: GPL-2.0-or-later
// A keymap as a compositor hands it over: a file, of that size.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace gds {

// Nothing when it is too large or shorter than said.
std::optional<std::string> read_keymap_file(int descriptor, std::size_t size);

} // namespace gds
