// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_word.h"

namespace gds {

const char* to_text(SecurityWord word)
{
    switch (word) {
    case SecurityWord::x509_sasl:
        return "x509-sasl";
    case SecurityWord::x509_plain:
        return "x509-plain";
    case SecurityWord::x509_vnc:
        return "x509-vnc";
    case SecurityWord::x509_none:
        return "x509-none";
    case SecurityWord::tls_plain:
        return "tls-plain";
    case SecurityWord::tls_vnc:
        return "tls-vnc";
    case SecurityWord::tls_none:
        return "tls-none";
    case SecurityWord::ra2_256:
        return "ra2-256";
    case SecurityWord::vnc_auth:
        return "vnc-auth";
    case SecurityWord::none:
        return "none";
    case SecurityWord::sasl:
        return "sasl";
    }
    return "";
}

std::optional<SecurityWord> security_word_of(std::string_view text)
{
    for (const SecurityWord word : k_security_words) {
        if (text == to_text(word)) {
            return word;
        }
    }
    return std::nullopt;
}

std::string known_security_words()
{
    std::string list;
    for (const SecurityWord word : k_security_words) {
        list += list.empty() ? "" : ", ";
        list += to_text(word);
    }
    return list;
}

bool needs_certificate(SecurityWord word)
{
    switch (word) {
    case SecurityWord::x509_sasl:
    case SecurityWord::x509_plain:
    case SecurityWord::x509_vnc:
    case SecurityWord::x509_none:
        return true;
    default:
        return false;
    }
}

bool needs_anonymous_tls(SecurityWord word)
{
    switch (word) {
    case SecurityWord::tls_plain:
    case SecurityWord::tls_vnc:
    case SecurityWord::tls_none:
        return true;
    default:
        return false;
    }
}

bool needs_user_password(SecurityWord word)
{
    switch (word) {
    case SecurityWord::x509_sasl:
    case SecurityWord::x509_plain:
    case SecurityWord::tls_plain:
    case SecurityWord::ra2_256:
        return true;
    default:
        return false;
    }
}

bool needs_vnc_password(SecurityWord word)
{
    switch (word) {
    case SecurityWord::x509_vnc:
    case SecurityWord::tls_vnc:
    case SecurityWord::vnc_auth:
        return true;
    default:
        return false;
    }
}

} // namespace gds
