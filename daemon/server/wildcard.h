// SPDX-License-Identifier: GPL-2.0-or-later
// Patterns of `*` (anything) and `?` (one character). In a pattern that is ready to be matched two
// control characters stand for them, so that a star which is meant literally stays one.
#pragma once

#include <string>
#include <string_view>

namespace gds {

inline constexpr char k_any_run = '\x01';
inline constexpr char k_any_one = '\x02';

std::string to_wildcard(std::string_view text);

// In a time that is bounded by the product of the lengths, whatever the pattern is.
bool wildcard_matches(std::string_view pattern, std::string_view text);

} // namespace gds
