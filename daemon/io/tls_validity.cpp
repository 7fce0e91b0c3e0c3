// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_validity.h"

#include "base/text.h"
#include "base/translate.h"

#include <array>

namespace gds {

std::string day_of(std::time_t time)
{
    std::array<char, 32> text{};
    std::tm parts = {};
    ::gmtime_r(&time, &parts);
    std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
    return text.data();
}

std::string validity_complaint(gnutls_x509_crt_t certificate, const std::string& path)
{
    const std::time_t now = std::time(nullptr);
    const std::time_t end = gnutls_x509_crt_get_expiration_time(certificate);
    if (end < now) {
        return format_text(_("The certificate in %s has expired. Renew it."), path.c_str());
    }
    if (gnutls_x509_crt_get_activation_time(certificate) > now) {
        return format_text(
            _("The certificate in %s is not valid yet. Check the clock of this computer."),
            path.c_str());
    }
    if (end - now < k_warn_before) {
        return format_text(_("The certificate in %s expires on %s. Renew it."), path.c_str(),
                           day_of(end).c_str());
    }
    return {};
}

} // namespace gds
