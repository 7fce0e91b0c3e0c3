// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_priority.h"

#include "base/text.h"
#include "base/translate.h"
#include "io/tls_settings.h"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

namespace gds {

namespace {

// Named in full, since the library's defaults follow the distribution's policy and some of those
// still admit TLS 1.0. AES-GCM first: every processor of a desktop does it in hardware. No finite
// field groups: they cost us twenty times what they cost a flooder.
constexpr const char* k_priority = "NONE:+VERS-TLS1.3:+VERS-TLS1.2"
                                   ":+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD"
                                   ":+ECDHE-ECDSA:+ECDHE-RSA"
                                   ":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1"
                                   ":+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:-SIGN-DSA-SHA1"
                                   ":+COMP-NULL:+CTYPE-SRV-X509:+CTYPE-CLI-X509"
                                   ":%SERVER_PRECEDENCE";

// Behind any wish: what comes last wins.
constexpr const char* k_never = ":-VERS-SSL3.0:-VERS-TLS1.0:-VERS-TLS1.1:-ANON-DH:-ANON-ECDH"
                                ":-NULL:-ARCFOUR-128:-3DES-CBC:-MD5"
                                ":-SIGN-RSA-MD5:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:-SIGN-DSA-SHA1";
// These cannot be taken back by what comes behind them.
constexpr std::array k_unsafe{"%VERIFY_ALLOW", "%UNSAFE", "%COMPAT", "%DISABLE_SAFE"};

PriorityHandle parse(const std::string& text, const std::string& wished)
{
    gnutls_priority_t priority = nullptr;
    const char* where = nullptr;
    const int code = gnutls_priority_init2(&priority, text.c_str(), &where, 0);
    if (code < 0) {
        throw std::runtime_error{
            format_text(_("The TLS setting “priority” is “%s”, which GnuTLS does not take (%s)."),
                        printable(wished).c_str(), gnutls_strerror(code))};
    }
    return PriorityHandle{priority};
}

std::span<const unsigned> listed(gnutls_priority_t priority,
                                 int (*list)(gnutls_priority_t, const unsigned int**))
{
    const unsigned* first = nullptr;
    const int count = list(priority, &first);
    return {first, count > 0 ? static_cast<std::size_t>(count) : 0};
}

bool is_modern(unsigned version) { return version == GNUTLS_TLS1_2 || version == GNUTLS_TLS1_3; }

bool is_weak(unsigned cipher)
{
    return cipher == GNUTLS_CIPHER_NULL || cipher == GNUTLS_CIPHER_ARCFOUR_128 ||
           cipher == GNUTLS_CIPHER_3DES_CBC;
}

} // namespace

PriorityHandle default_priority() { return parse(k_priority, k_priority); }

PriorityHandle wished_priority(const std::string& wished)
{
    auto priority = parse(wished + k_never, wished);
    const auto versions = listed(priority.get(), gnutls_priority_protocol_list);
    const auto ciphers = listed(priority.get(), gnutls_priority_cipher_list);
    const auto has = [&wished](const char* word) { return wished.find(word) != std::string::npos; };
    if (std::ranges::none_of(versions, is_modern) || ciphers.empty() ||
        std::ranges::any_of(ciphers, is_weak) || std::ranges::any_of(k_unsafe, has)) {
        throw std::runtime_error{format_text(
            _("The TLS setting “priority” is “%s”, which leaves nothing safe to speak with "
              "viewers."),
            printable(wished).c_str())};
    }
    return priority;
}

std::string trouble_with_tls_priority(const std::string& priority)
{
    if (priority.empty()) {
        return {};
    }
    try {
        wished_priority(priority);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

} // namespace gds
