// SPDX-License-Identifier: GPL-2.0-or-later
// The passwords by which we log in to SOCKS proxies: in the keyring, in the schema of the other
// passwords (service/libsecret_store), an item for each user at each proxy. SOCKS wants them as
// they are.
#pragma once

#include "base/secret_string.h"
#include "base/task.h"
#include "io/socks_client.h"

#include <string>

namespace gds {

// "alice@proxy.example.org:1080"
std::string proxy_account(const SocksProxy& proxy);

// Empty: it can be used (RFC 1929 has 1 to 255 octets).
std::string proxy_password_complaint(std::string_view password);

// Throw SecretStoreError, the first also when there is none. It never asks anybody.
Task<SecretString> find_proxy_password(std::string account);
Task<> store_proxy_password(std::string account, SecretString password);
// False when there was none.
Task<bool> remove_proxy_password(std::string account);

} // namespace gds
