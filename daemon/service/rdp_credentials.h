// SPDX-License-Identifier: GPL-2.0-or-later
// User and password as GNOME Settings and grdctl keep them in the keyring: text of a GVariant of
// type a{sv}, with “username” and “password”.
#pragma once

#include "base/secret_string.h"

#include <optional>
#include <string>
#include <string_view>

namespace gds {

struct RdpCredentials {
    std::string user;
    SecretString password;
};

// Empty when it makes no sense. Either part may be empty: so GNOME Settings itself writes them.
std::optional<RdpCredentials> parse_rdp_credentials(std::string_view text);

// Empty: somebody may log in with these. Else a translated sentence that says why not.
std::string rdp_credentials_complaint(const RdpCredentials& credentials);

} // namespace gds
