// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/doors.h"

#include "base/text.h"
#include "base/translate.h"
#include "rfb/offer.h"
#include "rfb/sasl_library.h"

#include <algorithm>

namespace gds {

namespace {

bool asks_for_user_password(SecurityWord word, SaslAbility sasl)
{
    return needs_user_password(word) && (word != SecurityWord::x509_sasl || sasl.passwords);
}

bool is_missing(SecurityWord word, const Credentials& credentials, const OwnKeys& keys,
                SaslAbility sasl)
{
    const bool without_password =
        word == SecurityWord::x509_sasl && (sasl.kerberos || sasl.own_user);
    return (needs_certificate(word) && !keys.certificate) ||
           (word == SecurityWord::x509_sasl && !sasl.passwords && !without_password) ||
           (word == SecurityWord::ra2_256 && !keys.ra2) ||
           (needs_user_password(word) && !credentials.unavailable.empty() && !without_password) ||
           (word == SecurityWord::sasl && !sasl.layer) ||
           (needs_vnc_password(word) && credentials.vnc_password == nullptr);
}

} // namespace

SaslAbility sasl_ability(const SaslPolicy& sasl, const Credentials& credentials)
{
    const auto layered = layered_sasl_mechanisms(sasl);
    const bool layer = credentials.unavailable.empty()
                           ? !layered.empty()
                           : was_offered(layered, std::string{k_kerberos_mechanism});
    return {takes_kerberos(sasl), layer, takes_passwords(sasl), takes_own_user(sasl)};
}

CredentialsPtr usable_credentials(const SaslPolicy& sasl, const CredentialsPtr& of_the_keyring)
{
    return sasl.password_source == PasswordSource::keyring
               ? of_the_keyring
               : without_users(*of_the_keyring, sasl.password_trouble);
}

Doors look_at_doors(const std::vector<SecurityWord>& listed, const Credentials& credentials,
                    const OwnKeys& keys, SaslAbility sasl)
{
    Doors doors;
    for (const SecurityWord word : listed) {
        if (!is_missing(word, credentials, keys, sasl)) {
            doors.open.push_back(word);
        }
        if (const auto warning = weakness_of(word); !warning.empty()) {
            doors.warnings.push_back(warning);
        }
    }
    const auto say = [&](bool wanted, const std::string& sentence) {
        if (wanted && !sentence.empty() &&
            std::ranges::find(doors.missing, sentence) == doors.missing.end()) {
            doors.missing.push_back(sentence);
        }
    };
    const bool by_password = std::ranges::any_of(
        listed, [sasl](SecurityWord word) { return asks_for_user_password(word, sasl); });
    say(by_password && !(credentials.no_users && !doors.open.empty()), credentials.unavailable);
    say(std::ranges::any_of(listed, needs_vnc_password), credentials.vnc_unavailable);
    say(std::ranges::find(listed, SecurityWord::ra2_256) != listed.end(), keys.ra2_complaint);
    return doors;
}

void close_without_certificate(Doors& doors, const std::vector<SecurityWord>& listed)
{
    std::erase_if(doors.open, [](SecurityWord word) { return !needs_certificate(word); });
    for (const SecurityWord word : listed) {
        if (!needs_certificate(word)) {
            doors.missing.push_back(format_text(
                _("The security type %s is not offered: viewers must show a certificate, and it "
                  "has no place for one."),
                to_text(word)));
        }
    }
}

std::string weakness_of(SecurityWord word)
{
    // Translators: security-relevant, shown to the person whose desktop is shared. The words with
    // hyphens are those of the setting “security-types”.
    switch (word) {
    case SecurityWord::x509_sasl:
    case SecurityWord::x509_plain:
    case SecurityWord::sasl:
    case SecurityWord::ra2_256:
        return {};
    case SecurityWord::x509_vnc:
        return _("The security type x509-vnc is on: all viewers share one password of at most 8 "
                 "characters.");
    case SecurityWord::x509_none:
        return _("The security type x509-none is on: no viewer is asked for a password.");
    case SecurityWord::tls_plain:
        return _("The security type tls-plain is on: it shows viewers no certificate, so somebody "
                 "on the way can pose as this computer and learn their passwords.");
    case SecurityWord::tls_vnc:
        return _("The security type tls-vnc is on: all viewers share one password of at most 8 "
                 "characters, and somebody on the way can pose as this computer.");
    case SecurityWord::tls_none:
        return _("The security type tls-none is on: no viewer is asked for a password, and "
                 "somebody on the way can pose as this computer.");
    case SecurityWord::vnc_auth:
        return _("The security type vnc-auth is on: nothing is encrypted, so whoever can listen "
                 "on the way sees the desktop and can find out the one password of at most 8 "
                 "characters.");
    case SecurityWord::none:
        return _("The security type none is on: no viewer is asked for a password, and nothing "
                 "is encrypted.");
    }
    return {};
}

} // namespace gds
