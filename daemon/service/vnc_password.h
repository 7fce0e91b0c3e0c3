// SPDX-License-Identifier: GPL-2.0-or-later
// What can be the VNC password.
#pragma once

#include <string>
#include <string_view>

namespace gds {

// Empty when the password is good, else a translated sentence that says what is wrong with it.
std::string vnc_password_complaint(std::string_view password);

} // namespace gds
