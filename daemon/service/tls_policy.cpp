// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/tls_policy.h"

#include "base/text.h"
#include "base/translate.h"
#include "service/sentence.h"
#include "service/setting_values.h"
#include "service/setting_words.h"

namespace gds {

void read_tls(GSettings* tls, Policy& policy)
{
    policy.tls.certificate_file = setting_word(tls, "certificate-file");
    policy.tls.private_key_file = setting_word(tls, "private-key-file");
    policy.tls.ca_file = setting_word(tls, "ca-file");
    policy.tls.crl_file = setting_word(tls, "crl-file");
    policy.tls.priority = setting_word(tls, "priority");
    const std::string wanted = setting_word(tls, "client-certificates");
    const auto choice = client_certificates_of(wanted);
    policy.tls.client_certificates = choice.value_or(ClientCertificates::require);
    if (!choice) {
        policy.complaints.push_back(
            sentence(_("The TLS setting “client-certificates” is “%s”, which is not known, so "
                       "certificates are required. Known are ignore, request and require."),
                     printable(wanted).c_str()));
    }
}

} // namespace gds
