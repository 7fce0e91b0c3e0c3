// SPDX-License-Identifier: GPL-2.0-or-later
// The portal's restore tokens in the session's keyring, schema
// org.gnome.DesktopSharing.RestoreToken. Owned by main. Never asks anybody to unlock anything:
// without a token the portal asks its question again, which is no worse.
#pragma once

#include "portal/restore_token_store.h"

namespace gds {

class KeyringTokenStore final : public RestoreTokenStore {
public:
    Task<std::optional<std::string>> load(MonitorChoice monitors) override;
    Task<> save(MonitorChoice monitors, std::string token) override;
    Task<> forget(MonitorChoice monitors) override;
};

} // namespace gds
