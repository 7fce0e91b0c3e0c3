// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_trust.h"

#include "base/private_file.h"
#include "base/text.h"
#include "base/translate.h"

#include <algorithm>
#include <ctime>
#include <stdexcept>
#include <system_error>

namespace gds {

namespace {

constexpr std::size_t k_file_max = std::size_t{16} * 1024 * 1024;

// What gnutls_x509_crl_verify() may find besides: the dates are looked at elsewhere.
constexpr unsigned k_not_the_signature = GNUTLS_CERT_INVALID |
                                         GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED |
                                         GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE;

using CrlHandle = GnutlsPtr<gnutls_x509_crl_t, gnutls_x509_crl_deinit>;

[[noreturn]] void refuse(const std::string& sentence) { throw std::runtime_error{sentence}; }

std::string read_file(const std::string& path)
{
    try {
        return std::string{read_private_file(path, k_file_max).view()};
    } catch (const std::system_error& error) {
        refuse(format_text(_("The file %s cannot be read: %s."), path.c_str(),
                           error.code().message().c_str()));
    }
}

std::vector<CertificateHandle> authorities_in(const std::string& pem)
{
    const gnutls_datum_t text = to_datum(as_bytes(pem));
    gnutls_x509_crt_t* list = nullptr;
    unsigned count = 0;
    std::vector<CertificateHandle> all;
    if (gnutls_x509_crt_list_import2(&list, &count, &text, GNUTLS_X509_FMT_PEM, 0) >= 0) {
        for (unsigned i = 0; i < count; ++i) {
            all.emplace_back(list[i]);
        }
        gnutls_free(list);
    }
    return all;
}

std::vector<CrlHandle> revocations_in(const std::string& pem)
{
    const gnutls_datum_t text = to_datum(as_bytes(pem));
    gnutls_x509_crl_t* list = nullptr;
    unsigned count = 0;
    std::vector<CrlHandle> all;
    if (gnutls_x509_crl_list_import2(&list, &count, &text, GNUTLS_X509_FMT_PEM, 0) >= 0) {
        for (unsigned i = 0; i < count; ++i) {
            all.emplace_back(list[i]);
        }
        gnutls_free(list);
    }
    return all;
}

// A list that none of the authorities signed would revoke nothing.
bool is_signed_by(gnutls_x509_crl_t crl, const std::vector<CertificateHandle>& authorities)
{
    for (const auto& authority : authorities) {
        gnutls_x509_crt_t one = authority.get();
        unsigned status = 0;
        const int code = gnutls_x509_crl_verify(crl, &one, 1, 0, &status);
        if (code >= 0 && (status & ~k_not_the_signature) == 0) {
            return gnutls_x509_crl_check_issuer(crl, one) == 1;
        }
    }
    return false;
}

} // namespace

TlsTrust read_tls_trust(const TlsSettings& settings)
{
    if (settings.ca_file.empty()) {
        refuse(_("The TLS setting “ca-file” is empty, so no client certificate can be checked. "
                 "Name the file of the authority that signs them."));
    }
    TlsTrust trust{settings.ca_file, settings.crl_file, read_file(settings.ca_file), {}, {}};
    const auto authorities = authorities_in(trust.ca_pem);
    if (authorities.empty()) {
        refuse(format_text(_("The file %s has no certificate of an authority in PEM format."),
                           trust.ca_file.c_str()));
    }
    if (trust.crl_file.empty()) {
        return trust;
    }
    trust.crl_pem = read_file(trust.crl_file);
    const auto revocations = revocations_in(trust.crl_pem);
    if (revocations.empty()) {
        refuse(format_text(_("The file %s has no list of revoked certificates in PEM format."),
                           trust.crl_file.c_str()));
    }
    for (const auto& crl : revocations) {
        if (!is_signed_by(crl.get(), authorities)) {
            refuse(format_text(_("The list of revoked certificates in %s is not signed by an "
                                 "authority in %s."),
                               trust.crl_file.c_str(), trust.ca_file.c_str()));
        }
        const std::time_t end = gnutls_x509_crl_get_next_update(crl.get());
        if (end != -1) { // RFC 5280, 5.1.2.5: must be there
            trust.crl_ends = std::min(end, trust.crl_ends.value_or(end));
        }
    }
    return trust;
}

std::vector<std::string> warnings_of(const TlsTrust& trust)
{
    std::vector<std::string> warnings;
    const std::time_t now = std::time(nullptr);
    for (const auto& authority : authorities_in(trust.ca_pem)) {
        if (gnutls_x509_crt_get_expiration_time(authority.get()) < now) {
            warnings.push_back(format_text(
                _("A certificate of an authority in %s has expired; what it signed is refused."),
                trust.ca_file.c_str()));
        }
    }
    if (trust.crl_ends.value_or(now) < now) {
        warnings.push_back(format_text(
            _("The list of revoked certificates in %s is out of date, so client certificates are "
              "refused. Get a new one."),
            trust.crl_file.c_str()));
    }
    return warnings;
}

void set_trust(gnutls_certificate_credentials_t credentials, const TlsTrust& trust)
{
    const gnutls_datum_t authorities = to_datum(as_bytes(trust.ca_pem));
    check_gnutls(
        gnutls_certificate_set_x509_trust_mem(credentials, &authorities, GNUTLS_X509_FMT_PEM),
        "authorities");
    if (!trust.crl_pem.empty()) {
        const gnutls_datum_t revoked = to_datum(as_bytes(trust.crl_pem));
        check_gnutls(
            gnutls_certificate_set_x509_crl_mem(credentials, &revoked, GNUTLS_X509_FMT_PEM),
            "list of revoked certificates");
    }
}

} // namespace gds
