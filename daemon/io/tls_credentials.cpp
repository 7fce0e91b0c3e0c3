// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_credentials.h"

#include "base/log.h"
#include "base/private_file.h"
#include "base/text.h"
#include "base/translate.h"
#include "io/gnutls_handles.h"
#include "io/tls_certificate.h"
#include "io/tls_priority.h"
#include "io/tls_rehearsal.h"
#include "io/tls_trust.h"
#include "io/tls_validity.h"

#include <array>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include <glib.h>

namespace gds {

namespace {

constexpr std::size_t k_file_max = std::size_t{1024} * 1024;

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

// Of what another program made with no thought for the mode, a directory above may be closed
// instead.
bool is_in_closed_directory(const std::string& path)
{
    const std::filesystem::path file{path};
    for (auto at = file.parent_path(); at != at.parent_path(); at = at.parent_path()) {
        struct stat status = {};
        if (::stat(at.c_str(), &status) == 0 && (status.st_mode & S_IXOTH) == 0) {
            return true;
        }
    }
    return false;
}

SecretString read_key(const std::string& path, bool borrowed)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0 &&
        !(borrowed && is_in_closed_directory(path))) {
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
        const SecretString key = read_key(key_file, false);
        const std::string certificate = make_certificate(key, machine_names());
        write_private_file(certificate_file, as_bytes(certificate));
        log_info("made a certificate: " + certificate_file);
    }
}

using TlsIdentityPtr = std::shared_ptr<const TlsIdentity>;

TlsIdentityPtr read_identity(const std::string& certificate_file, const std::string& key_file,
                             bool borrowed = false)
{
    return std::make_shared<const TlsIdentity>(TlsIdentity{certificate_file, key_file,
                                                           read_certificate(certificate_file),
                                                           read_key(key_file, borrowed)});
}

TlsIdentityPtr read_own_identity(const std::string& directory)
{
    const std::string certificate_file = in_directory(directory, "cert.pem");
    const std::string key_file = in_directory(directory, "key.pem");
    try {
        make_missing(directory, certificate_file, key_file);
    } catch (const std::system_error& error) {
        refuse(format_text(_("The certificate of this computer cannot be stored in %s: %s."),
                           directory.c_str(), error.code().message().c_str()));
    }
    return read_identity(certificate_file, key_file);
}

TlsIdentityPtr read_identity(const TlsSettings& settings, const std::string& own_directory)
{
    if (settings.certificate_file.empty() && settings.private_key_file.empty()) {
        return read_own_identity(own_directory);
    }
    if (settings.certificate_file.empty()) {
        refuse(_("The TLS setting “private-key-file” is set and “certificate-file” is empty. Set "
                 "both."));
    }
    if (settings.private_key_file.empty()) {
        refuse(_("The TLS setting “certificate-file” is set and “private-key-file” is empty. Set "
                 "both."));
    }
    return read_identity(settings.certificate_file, settings.private_key_file, settings.borrowed);
}

// Everything but what concerns clients. Throws a sentence that names the file.
GnutlsCredentials::Parts parts_of(TlsIdentityPtr identity)
{
    GnutlsCredentials::Parts parts;
    const auto certificate = leaf(identity->certificate_pem, identity->certificate_file);
    parts.credentials =
        make_gnutls<CredentialsHandle>(gnutls_certificate_allocate_credentials, "TLS credentials");
    const gnutls_datum_t certificate_text = to_datum(identity->certificate_pem.bytes());
    const gnutls_datum_t key_text = to_datum(identity->key_pem.bytes());
    const int code = gnutls_certificate_set_x509_key_mem2(
        parts.credentials.get(), &certificate_text, &key_text, GNUTLS_X509_FMT_PEM, nullptr, 0);
    if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
        refuse(format_text(_("The private key in %s does not belong to the certificate in %s."),
                           identity->key_file.c_str(), identity->certificate_file.c_str()));
    }
    if (code < 0) {
        refuse(format_text(_("The private key file %s cannot be used: %s."),
                           identity->key_file.c_str(), gnutls_strerror(code)));
    }
    parts.priority = default_priority();
    parts.fingerprint = to_fingerprint(certificate.get());
    parts.pin = to_pin(certificate.get());
    parts.identity = std::move(identity);
    return parts;
}

// One load. What is not usable is complained of and left at the narrower choice.
class Loading {
public:
    Loading(const TlsSettings& settings, const TlsCredentialsPtr& before)
        : settings_(settings), before_(dynamic_cast<const GnutlsCredentials*>(before.get()))
    {}

    TlsLoaded run(const std::string& own_directory)
    {
        std::optional<GnutlsCredentials::Parts> parts;
        attempt([&] { parts = parts_of(read_identity(settings_, own_directory)); });
        if (!parts && before_ != nullptr) {
            attempt([&] { parts = parts_of(before_->parts().identity); });
        }
        if (!parts && settings_.borrowed) {
            attempt([&] { parts = parts_of(read_own_identity(own_directory)); });
        }
        if (parts) {
            const auto& identity = *parts->identity;
            complain(
                validity_complaint(leaf(identity.certificate_pem, identity.certificate_file).get(),
                                   identity.certificate_file));
            take_priority(*parts);
            parts->client_certificates = settings_.client_certificates;
            if (settings_.client_certificates != ClientCertificates::ignore) {
                take_trust(*parts);
            }
            rehearse(*parts);
            loaded_.credentials = std::make_shared<const GnutlsCredentials>(std::move(*parts));
        }
        return std::move(loaded_);
    }

private:
    template <typename Step>
    void attempt(Step step)
    {
        try {
            step();
        } catch (const std::runtime_error& error) {
            complain(error.what());
            loaded_.worth_a_retry = true;
        }
    }

    void complain(std::string sentence)
    {
        if (!sentence.empty()) {
            loaded_.complaints.push_back(std::move(sentence));
        }
    }

    // Instead of one that cannot be had, the one of before: ours may be wider than that was.
    void take_priority(GnutlsCredentials::Parts& parts)
    {
        const auto take = [&parts](const std::string& wished) {
            parts.priority = wished_priority(wished);
            parts.wished_priority = wished;
        };
        const bool worth_a_retry = loaded_.worth_a_retry;
        if (!settings_.priority.empty()) {
            attempt([&] { take(settings_.priority); });
            if (parts.wished_priority.empty() && before_ != nullptr &&
                !before_->parts().wished_priority.empty()) {
                attempt([&] { take(before_->parts().wished_priority); });
            }
        }
        loaded_.worth_a_retry = worth_a_retry; // that is no file
    }

    void take_trust(GnutlsCredentials::Parts& parts)
    {
        attempt([&] { parts.trust = std::make_shared<const TlsTrust>(read_tls_trust(settings_)); });
        const auto* const old = before_ != nullptr ? before_->trust() : nullptr;
        if (!parts.trust && old != nullptr && old->ca_file == settings_.ca_file &&
            old->crl_file == settings_.crl_file) {
            parts.trust = before_->parts().trust;
        }
        if (parts.trust) {
            // What was set of it before an error counts for nothing while parts.trust is null.
            bool set = false;
            attempt([&] {
                set_trust(parts.credentials.get(), *parts.trust);
                set = true;
            });
            if (!set) {
                parts.trust.reset();
            }
        }
        if (parts.trust) {
            for (auto& warning : warnings_of(*parts.trust)) {
                complain(std::move(warning));
            }
        } else if (parts.client_certificates == ClientCertificates::require) {
            parts.refusal = _("This desktop cannot check certificates of viewers now.");
            complain(_("Viewers must show a certificate and none can be checked, so nobody can "
                       "connect."));
        } else {
            complain(_("Viewers that show a certificate are refused."));
        }
    }

    // A priority or a key that suit nobody would be found out by viewers alone, one by one. What
    // was asked for is not widened for that.
    void rehearse(GnutlsCredentials::Parts& parts)
    {
        std::string why;
        try {
            why = rehearse_handshake(parts.credentials.get(), parts.priority.get());
        } catch (const std::runtime_error& error) {
            why = error.what();
        }
        if (why.empty()) {
            return;
        }
        parts.refusal = _("The TLS settings of this desktop do not go together.");
        const auto& key_file = parts.identity->key_file;
        if (parts.wished_priority.empty()) {
            complain(format_text(_("The private key in %s cannot be used with viewers (%s), so "
                                   "nobody can connect. Make an ECDSA or RSA key, with a "
                                   "certificate for it."),
                                 key_file.c_str(), why.c_str()));
        } else {
            complain(format_text(_("The TLS setting “priority” is “%s”, which leaves nothing that "
                                   "the private key in %s can be used for (%s), so nobody can "
                                   "connect. Change the setting, or clear it."),
                                 printable(parts.wished_priority).c_str(), key_file.c_str(),
                                 why.c_str()));
        }
    }

    const TlsSettings& settings_;
    const GnutlsCredentials* before_;
    TlsLoaded loaded_;
};

} // namespace

TlsLoaded load_tls(const TlsSettings& settings, const std::string& own_directory,
                   const TlsCredentialsPtr& before)
{
    return Loading{settings, before}.run(own_directory);
}

TlsCredentialsPtr load_tls_credentials(const std::string& certificate_file,
                                       const std::string& key_file)
{
    return std::make_shared<const GnutlsCredentials>(
        parts_of(read_identity(certificate_file, key_file)));
}

TlsCredentialsPtr load_or_make_tls_credentials(const std::string& directory)
{
    return std::make_shared<const GnutlsCredentials>(parts_of(read_own_identity(directory)));
}

} // namespace gds
