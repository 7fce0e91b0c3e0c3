// SPDX-License-Identifier: GPL-2.0-or-later
// What can be the name of a password user: the same rule for those who log in and for those who are
// given a password.
#pragma once

#include <string_view>

namespace gds {

// 1 to 200 octets of UTF-8, without control characters, and with no space at either end.
bool is_user_name(std::string_view name);

} // namespace gds
