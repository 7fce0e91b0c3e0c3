// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_credentials.h"

#include "base/log.h"
#include "base/private_file.h"
#include "base/text.h"
#include "base/translate.h"
#include "io/gnutls_handles.h"
#include "io/tls_certificate.h"

#include <array>
#include <ctime>
#include <system_error>

#include <sys/stat.h>

#include <glib.h>

namespace gds {

namespace {

constexpr std::size_t k_file_max = std::size_t{1024} * 1024;

// Named in full, since the library's defaults follow the distribution's policy and some of those
// still admit TLS 1.0. AES-GCM first: every processor of a desktop does it in hardware. No finite
// field groups: they cost us twenty times what they cost a flooder.
constexpr const char* k_priority = "NONE:+VERS-TLS1.3:+VERS-TLS1.2"
                                   ":+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD"
                                   ":+ECDHE-ECDSA:+ECDHE-RSA"
                                   ":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1"
                                   ":+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:-SIGN-DSA-SHA1"
                                   ":+COMP-NULL:+CTYPE-SRV-X509:%SERVER_PRECEDENCE";

[[noreturn]] void refuse(const std::string& sentence) { throw std::runtime_error{sentence}; }

SecretString read_certificate(const std::string& path)
{
    try {
        return read_private_file(path, k_file_max);
    } catch (const std::system_error& error) {
        refuse(format_text(_("The certificate file %s cannot be read: %s."), path.c_str(),
                           error.code().message().c_str()));
    }
}

SecretString read_key(const std::string& path)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
        refuse(format_text(_("The private key file %s is open to every user of this computer. "
                             "Close it with “chmod 600 %s”."),
                           path.c_str(), path.c_str()));
    }
    try {
        return read_private_file(path, k_file_max);
    } catch (const std::system_error& error) {
        refuse(format_text(_("The private key file %s cannot be read: %s."), path.c_str(),
                           error.code().message().c_str()));
    }
}

// The certificate of this machine, not those of the authorities that may follow it.
CertificateHandle leaf(const SecretString& pem, const std::string& path)
{
    auto certificate = make_gnutls<CertificateHandle>(gnutls_x509_crt_init, "certificate");
    const gnutls_datum_t text = to_datum(pem.bytes());
    if (gnutls_x509_crt_import(certificate.get(), &text, GNUTLS_X509_FMT_PEM) < 0) {
        refuse(format_text(_("The file %s is not a certificate in PEM format."), path.c_str()));
    }
    return certificate;
}

void check_validity(gnutls_x509_crt_t certificate, const std::string& path)
{
    const std::time_t now = std::time(nullptr);
    if (gnutls_x509_crt_get_expiration_time(certificate) < now) {
        refuse(format_text(_("The certificate in %s has expired. Renew it."), path.c_str()));
    }
    if (gnutls_x509_crt_get_activation_time(certificate) > now) {
        refuse(format_text(
            _("The certificate in %s is not valid yet. Check the clock of this computer."),
            path.c_str()));
    }
}

std::string to_fingerprint(gnutls_x509_crt_t certificate)
{
    std::array<std::uint8_t, 32> digest{};
    std::size_t size = digest.size();
    check_gnutls(
        gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, digest.data(), &size),
        "fingerprint");
    std::string text;
    for (const std::uint8_t octet : digest) {
        text += format_text(text.empty() ? "%02X" : ":%02X", static_cast<unsigned>(octet));
    }
    return text;
}

std::string to_pin(gnutls_x509_crt_t certificate)
{
    std::array<std::uint8_t, 32> digest{};
    std::size_t size = digest.size();
    check_gnutls(
        gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, digest.data(), &size),
        "pin");
    gchar* const encoded = g_base64_encode(digest.data(), size);
    std::string text{encoded};
    g_free(encoded);
    return text;
}

PriorityHandle make_priority()
{
    gnutls_priority_t priority = nullptr;
    check_gnutls(gnutls_priority_init2(&priority, k_priority, nullptr, 0), "TLS priority");
    return PriorityHandle{priority};
}

std::string in_directory(const std::string& directory, const char* name)
{
    return directory + "/" + name;
}

bool exists(const std::string& path)
{
    struct stat status = {};
    return ::lstat(path.c_str(), &status) == 0;
}

void make_missing(const std::string& directory, const std::string& certificate_file,
                  const std::string& key_file)
{
    make_private_directory(directory);
    if (!exists(key_file)) {
        const SecretString key = make_private_key();
        write_private_file(key_file, key.bytes());
        // One that belongs to a key which is gone is of no use to anybody.
        if (::unlink(certificate_file.c_str()) == 0) {
            log_warning("the private key is gone: making a new one, with a new certificate");
        }
    }
    if (!exists(certificate_file)) {
        const SecretString key = read_key(key_file);
        const std::string certificate = make_certificate(key, machine_names());
        write_private_file(certificate_file, as_bytes(certificate));
        log_info("made a certificate: " + certificate_file);
    }
}

} // namespace

TlsCredentialsPtr load_tls_credentials(const std::string& certificate_file,
                                       const std::string& key_file)
{
    const SecretString certificate_pem = read_certificate(certificate_file);
    const SecretString key_pem = read_key(key_file);
    const auto certificate = leaf(certificate_pem, certificate_file);
    check_validity(certificate.get(), certificate_file);

    auto credentials =
        make_gnutls<CredentialsHandle>(gnutls_certificate_allocate_credentials, "TLS credentials");
    const gnutls_datum_t certificate_text = to_datum(certificate_pem.bytes());
    const gnutls_datum_t key_text = to_datum(key_pem.bytes());
    const int code = gnutls_certificate_set_x509_key_mem2(
        credentials.get(), &certificate_text, &key_text, GNUTLS_X509_FMT_PEM, nullptr, 0);
    if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
        refuse(format_text(_("The private key in %s does not belong to the certificate in %s."),
                           key_file.c_str(), certificate_file.c_str()));
    }
    if (code < 0) {
        refuse(format_text(_("The private key file %s cannot be used: %s."), key_file.c_str(),
                           gnutls_strerror(code)));
    }
    return std::make_shared<const GnutlsCredentials>(std::move(credentials), make_priority(),
                                                     to_fingerprint(certificate.get()),
                                                     to_pin(certificate.get()));
}

TlsCredentialsPtr load_or_make_tls_credentials(const std::string& directory)
{
    const std::string certificate_file = in_directory(directory, "cert.pem");
    const std::string key_file = in_directory(directory, "key.pem");
    try {
        make_missing(directory, certificate_file, key_file);
    } catch (const std::system_error& error) {
        refuse(format_text(_("The certificate of this computer cannot be stored in %s: %s."),
                           directory.c_str(), error.code().message().c_str()));
    }
    return load_tls_credentials(certificate_file, key_file);
}

} // namespace gds
