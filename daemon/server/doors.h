// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the listed ways to log in are open now, and what a person should know about the others
// and about weak ones. Pure.
#pragma once

#include "rfb/credentials.h"
#include "rfb/sasl_policy.h"
#include "rfb/security_word.h"

#include <string>
#include <vector>

namespace gds {

struct Doors {
    // What can be offered, in the order of the setting: nothing that it needs is missing.
    std::vector<SecurityWord> open;
    // For StatusReason: why others are not offered. That no user has a password is said only where
    // there is no other way in.
    std::vector<std::string> missing;
    // For StatusReason: what listed words that are not both encrypted and strong mean.
    std::vector<std::string> warnings;
};

// What we show of ourselves; `ra2_complaint` says why there is no key for RA2.
struct OwnKeys {
    bool certificate = false;
    bool ra2 = false;
    std::string ra2_complaint;
};

// What SASL can do: without our users' passwords, and without TLS.
struct SaslAbility {
    bool kerberos = false;
    bool layer = false;
    // With their passwords.
    bool passwords = true;
    // Programs of our own user, on a unix socket.
    bool own_user = false;
};

SaslAbility sasl_ability(const SaslPolicy& sasl, const Credentials& credentials);

// Of what the keyring has, only the VNC password counts where somebody else knows the users.
CredentialsPtr usable_credentials(const SaslPolicy& sasl, const CredentialsPtr& of_the_keyring);

Doors look_at_doors(const std::vector<SecurityWord>& listed, const Credentials& credentials,
                    const OwnKeys& keys, SaslAbility sasl = {});

// Where every client has to show a certificate: closes the ways that cannot carry one.
void close_without_certificate(Doors& doors, const std::vector<SecurityWord>& listed);

// Empty for what needs no warning.
std::string weakness_of(SecurityWord word);

} // namespace gds
