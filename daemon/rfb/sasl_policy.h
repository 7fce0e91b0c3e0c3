// SPDX-License-Identifier: GPL-2.0-or-later
// SaslPolicy: what the administrator or the user decided about SASL, a part of Policy and of each
// handshake's setup.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace gds {

// The weakest layer that counts as one: nothing below it is ever agreed on without TLS.
inline constexpr unsigned k_least_ssf = 112;

inline constexpr const char* k_kerberos_mechanism = "GSSAPI";
inline constexpr const char* k_digest_mechanism = "DIGEST-MD5";
// For programs of our own user on a unix socket: the kernel has said whose they are.
inline constexpr const char* k_own_user_mechanism = "EXTERNAL";

// The others show nothing that could be guessed, and need none of our users.
inline bool goes_by_password(std::string_view mechanism)
{
    return mechanism != k_kerberos_mechanism && mechanism != k_own_user_mechanism;
}

// Who knows the passwords of users.
enum class PasswordSource {
    keyring, // that of the desktop: users of our own
    saslauthd, // the daemon of that name, which is told each password
    sasldb, // the database of Cyrus SASL, which holds passwords as they are
    nobody, // the setting names something that is not known
};

struct SaslPolicy {
    // In the order of the list on the wire; those that need what is not there are left out already.
    std::vector<std::string> mechanisms{"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"};
    // Of Kerberos principals; empty: any realm that our keys know. Also that of the users of
    // saslauthd and sasldb; empty: theirs is the name of this computer.
    std::string realm;
    // The server's name as clients know it; empty: any that the keytab has.
    std::string hostname;
    // A file with the keys of vnc/HOST; empty: no Kerberos.
    std::string keytab;
    // Strength of the mechanism's own layer where there is no TLS, in bits.
    unsigned minimum_ssf = 128;
    PasswordSource password_source = PasswordSource::keyring;
    // The socket of saslauthd, or the file of sasldb.
    std::string password_place;
    // Another source than the keyring: why it can judge nobody now; empty: it can be tried.
    std::string password_trouble;
    // A refusal by saslauthd takes at least so long: it may know at once that there is no such
    // user, and has to think about those that are.
    std::chrono::milliseconds refusal_time{1000};

    bool operator==(const SaslPolicy&) const = default;
};

} // namespace gds
