// SPDX-License-Identifier: GPL-2.0-or-later
// The ways to log in, by the words of the `security-types` setting, and what each stands on.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace gds {

enum class SecurityWord {
    x509_sasl,
    x509_plain,
    sasl,
    x509_vnc,
    x509_none,
    tls_plain,
    tls_vnc,
    tls_none,
    ra2_256,
    vnc_auth,
    none,
};

inline constexpr std::array k_security_words{
    SecurityWord::x509_sasl, SecurityWord::x509_plain, SecurityWord::sasl,
    SecurityWord::x509_vnc,  SecurityWord::x509_none,  SecurityWord::tls_plain,
    SecurityWord::tls_vnc,   SecurityWord::tls_none,   SecurityWord::ra2_256,
    SecurityWord::vnc_auth,  SecurityWord::none,
};

const char* to_text(SecurityWord word);
std::optional<SecurityWord> security_word_of(std::string_view text);

// All words, as a person lists them: "a, b, c".
std::string known_security_words();

// Runs inside TLS with our certificate, or inside TLS with none.
bool needs_certificate(SecurityWord word);
bool needs_anonymous_tls(SecurityWord word);
// Judges by a password of a user, or by the one VNC password.
bool needs_user_password(SecurityWord word);
bool needs_vnc_password(SecurityWord word);

} // namespace gds
