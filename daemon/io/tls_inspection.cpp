// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_inspection.h"

#include "base/private_file.h"
#include "io/tls_credentials.h"
#include "io/tls_validity.h"

#include <system_error>

#include <unistd.h>

namespace gds {

namespace {

constexpr std::size_t k_file_max = std::size_t{1024} * 1024;

// Of one that load_tls() took.
void read_times(TlsInspection& inspection)
{
    const auto& file = inspection.certificate_file;
    auto certificate = make_gnutls<CertificateHandle>(gnutls_x509_crt_init, "certificate");
    const SecretString pem = read_private_file(file, k_file_max);
    const gnutls_datum_t text = to_datum(pem.bytes());
    check_gnutls(gnutls_x509_crt_import(certificate.get(), &text, GNUTLS_X509_FMT_PEM), "PEM");
    const std::time_t end = gnutls_x509_crt_get_expiration_time(certificate.get());
    inspection.valid_from = gnutls_x509_crt_get_activation_time(certificate.get());
    inspection.valid_until = end;
    inspection.last_day = day_of(end);
    std::erase(inspection.complaints, validity_complaint(certificate.get(), file));
}

} // namespace

TlsInspection inspect_tls(TlsSettings settings, const std::string& own_directory)
{
    TlsInspection inspection;
    inspection.own = settings.certificate_file.empty() && settings.private_key_file.empty();
    if (inspection.own) {
        // Named, they are only read.
        settings.certificate_file = own_directory + "/cert.pem";
        settings.private_key_file = own_directory + "/key.pem";
        inspection.missing = ::access(settings.certificate_file.c_str(), F_OK) != 0 ||
                             ::access(settings.private_key_file.c_str(), F_OK) != 0;
    }
    inspection.certificate_file = settings.certificate_file;
    if (inspection.missing) {
        return inspection;
    }
    auto loaded = load_tls(settings, own_directory, nullptr);
    inspection.complaints = std::move(loaded.complaints);
    inspection.usable = loaded.credentials != nullptr && loaded.credentials->refusal().empty();
    if (loaded.credentials) {
        try {
            read_times(inspection);
        } catch (const std::exception&) {
            // It is being changed just now.
            inspection.usable = false;
        }
    }
    return inspection;
}

} // namespace gds
