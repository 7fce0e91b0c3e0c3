// SPDX-License-Identifier: GPL-2.0-or-later
// Which names a password may be kept for.
#pragma once

#include <string>
#include <string_view>

namespace gds {

inline constexpr std::size_t k_longest_user_name = 128; // octets

// Empty when the name is good, else a translated sentence that says what is wrong with it.
std::string user_name_complaint(std::string_view name);

} // namespace gds
