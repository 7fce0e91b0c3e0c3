// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/gnome_login.h"

#include "base/translate.h"
#include "service/libsecret_calls.h"
#include "service/rdp_credentials.h"

#include <algorithm>
#include <memory>

namespace gds {

namespace {

// As for our own users: see “set-password”.
constexpr unsigned k_iterations = 16384;
constexpr std::size_t k_salt_size = 16;

// The item has no attribute but the name of its schema.
const SecretSchema& schema()
{
    static const SecretSchema credentials = [] {
        SecretSchema made{};
        made.name = "org.gnome.RemoteDesktop.RdpCredentials";
        made.flags = SECRET_SCHEMA_NONE;
        return made;
    }();
    return credentials;
}

// A salt that only who has the key can foretell, and that stays with the password: whoever watches
// a salt over two starts of ours must not tell this user from one that does not exist.
std::vector<ScramVerifier> make_verifiers(const Bytes& key, const RdpCredentials& credentials)
{
    constexpr std::string_view k_nul{"\0", 1};
    const SecretString of = joined({credentials.user, k_nul, credentials.password.view()});
    std::vector<ScramVerifier> verifiers;
    for (const auto& [hash, purpose] : {std::pair{ScramHash::sha256, "foreign-salt-256"},
                                        std::pair{ScramHash::sha512, "foreign-salt-512"}}) {
        verifiers.push_back(
            make_scram_verifier(hash, credentials.password.view(), k_iterations,
                                decoy_octets(key, purpose, of.view(), k_salt_size)));
    }
    return verifiers;
}

} // namespace

Task<ForeignUser> GnomeLogin::load(Bytes key)
{
    SecretAttributes any;
    const auto items = co_await search_secrets(schema(), any, SecretSearch::quiet);
    ForeignUser user;
    user.complaint = _("GNOME Settings keeps no user name and password yet. Set them there under "
                       "Remote Desktop.");
    user.locked = std::ranges::any_of(items, &FoundSecret::locked);
    const auto open = std::ranges::find(items, false, &FoundSecret::locked);
    if (open == items.end()) {
        co_return user;
    }
    auto credentials = parse_rdp_credentials(open->secret.view());
    if (!credentials) {
        co_return user;
    }
    user.complaint = rdp_credentials_complaint(*credentials);
    if (!user.complaint.empty()) {
        co_return user;
    }
    user.name = credentials->user;
    const auto shared = std::make_shared<const RdpCredentials>(std::move(*credentials));
    auto job = [key = std::move(key), shared] { return make_verifiers(key, *shared); };
    auto made = co_await workers_.run(std::move(job));
    user.verifiers = std::move(made);
    co_return user;
}

Task<bool> GnomeLogin::unlock()
{
    SecretAttributes any;
    const auto items = co_await search_secrets(schema(), any, SecretSearch::unlocking);
    co_return std::ranges::none_of(items, &FoundSecret::locked);
}

} // namespace gds
