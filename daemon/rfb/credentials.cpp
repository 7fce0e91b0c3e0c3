// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/credentials.h"

#include "rfb/user_name.h"

#include <algorithm>

namespace gds {

namespace {

constexpr std::size_t k_decoy_password_size = 32;
constexpr unsigned k_decoy_letters = 32;

const ScramVerifier* find_verifier(const std::vector<ScramVerifier>& verifiers, ScramHash hash)
{
    const auto found = std::ranges::find(verifiers, hash, &ScramVerifier::hash);
    return found != verifiers.end() ? &*found : nullptr;
}

std::vector<const ScramVerifier*> all_verifiers(const Credentials& credentials, ScramHash hash)
{
    std::vector<const ScramVerifier*> all;
    for (const auto& [user, verifiers] : credentials.users) {
        if (const auto* verifier = find_verifier(verifiers, hash)) {
            all.push_back(verifier);
        }
    }
    return all;
}

// Without a key that is kept, one that holds for this process.
const Bytes& decoy_key_of(const Credentials& credentials)
{
    static const Bytes made_up = make_decoy_key();
    return credentials.decoy_key.empty() ? made_up : credentials.decoy_key;
}

// A verifier that no password fits. Its iterations and the size of its salt are those of a user
// chosen by the name, so that among invented users they are as frequent as among real ones.
ScramVerifier decoy(const Credentials& credentials, std::string_view user, ScramHash hash)
{
    const Bytes& key = decoy_key_of(credentials);
    const auto models = all_verifiers(credentials, hash);
    const bool is_256 = hash == ScramHash::sha256;
    const std::string suffix = is_256 ? "-256" : "-512";
    const std::size_t size = is_256 ? 32 : 64;

    ScramVerifier made;
    made.hash = hash;
    std::size_t salt_size = 16;
    if (!models.empty()) {
        const std::size_t choice = decoy_octets(key, "model" + suffix, user, 1).front();
        const ScramVerifier& model = *models[choice % models.size()];
        made.iterations = model.iterations;
        salt_size = model.salt.size();
    }
    made.salt = decoy_octets(key, "salt" + suffix, user, salt_size);
    made.stored_key = decoy_octets(key, "stored" + suffix, user, size);
    made.server_key = decoy_octets(key, "server" + suffix, user, size);
    return made;
}

// The hash to judge a password by: the user's own, else the one that most users would have.
ScramHash hash_for(const Credentials& credentials, std::string_view user)
{
    const auto found = credentials.users.find(user);
    if (found != credentials.users.end() && !found->second.empty()) {
        return find_verifier(found->second, ScramHash::sha256) != nullptr ? ScramHash::sha256
                                                                          : ScramHash::sha512;
    }
    return all_verifiers(credentials, ScramHash::sha256).empty() &&
                   !all_verifiers(credentials, ScramHash::sha512).empty()
               ? ScramHash::sha512
               : ScramHash::sha256;
}

} // namespace

ScramVerifier Credentials::verifier_for(std::string_view user, ScramHash hash, bool& known) const
{
    ScramVerifier invented = decoy(*this, user, hash);
    known = false;
    const auto found = users.find(user);
    if (found == users.end()) {
        return invented;
    }
    const auto* verifier = find_verifier(found->second, hash);
    known = verifier != nullptr;
    return known ? *verifier : invented;
}

SecretString decoy_password(const Credentials& credentials, std::string_view user)
{
    Bytes octets = decoy_octets(decoy_key_of(credentials), "password", user, k_decoy_password_size);
    SecretString password{octets.size()};
    // Text, as passwords are.
    std::ranges::transform(octets, password.octets().begin(), [](std::uint8_t octet) {
        return static_cast<std::uint8_t>('@' + octet % k_decoy_letters);
    });
    wipe(octets);
    return password;
}

CredentialsPtr without_users(const Credentials& credentials, const std::string& unavailable)
{
    auto others = std::make_shared<Credentials>();
    others->decoy_key = credentials.decoy_key;
    others->unavailable = unavailable;
    others->vnc_password = credentials.vnc_password;
    others->vnc_unavailable = credentials.vnc_unavailable;
    return others;
}

bool may_log_in(const Credentials& credentials, std::string_view user, std::string_view password)
{
    bool known = false;
    const auto verifier = credentials.verifier_for(user, hash_for(credentials, user), known);
    const bool fits = check_password(verifier, password);
    return fits && known && is_user_name(user) && credentials.unavailable.empty();
}

} // namespace gds
