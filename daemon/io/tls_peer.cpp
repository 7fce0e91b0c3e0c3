// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_peer.h"

#include "base/text.h"

#include <array>
#include <ctime>
#include <string_view>
#include <utility>
#include <vector>

namespace gds {

namespace {

// The client's own first, then those of the authorities between that it has sent.
std::vector<CertificateHandle> chain_of(gnutls_session_t session)
{
    unsigned count = 0;
    const gnutls_datum_t* const list = gnutls_certificate_get_peers(session, &count);
    std::vector<CertificateHandle> chain;
    for (unsigned i = 0; list != nullptr && i < count; ++i) {
        chain.push_back(make_gnutls<CertificateHandle>(gnutls_x509_crt_init, "client certificate"));
        check_gnutls(gnutls_x509_crt_import(chain.back().get(), &list[i], GNUTLS_X509_FMT_DER),
                     "client certificate");
    }
    return chain;
}

CertificateHandle leaf_of(gnutls_session_t session)
{
    auto chain = chain_of(session);
    return chain.empty() ? CertificateHandle{} : std::move(chain.front());
}

// RFC 4514, fully: its order, and octets that it does not name stay what they are.
std::string subject_of(gnutls_x509_crt_t certificate)
{
    GnutlsDatum text;
    const int code = gnutls_x509_crt_get_dn3(certificate, text.out(), 0);
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
        return {};
    }
    check_gnutls(code, "subject of the client certificate");
    return std::string{as_text(text.bytes())};
}

std::string sha256_of(gnutls_x509_crt_t certificate)
{
    std::array<std::uint8_t, 32> digest{};
    std::size_t size = digest.size();
    check_gnutls(
        gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, digest.data(), &size),
        "fingerprint of the client certificate");
    std::string text;
    for (const std::uint8_t octet : digest) {
        text += format_text("%02x", static_cast<unsigned>(octet));
    }
    return text;
}

// That the certificate may be one of a TLS client.
class ClientPurpose {
public:
    ClientPurpose()
    {
        data_.type = GNUTLS_DT_KEY_PURPOSE_OID;
        data_.data = reinterpret_cast<unsigned char*>(purpose_.data());
    }
    ClientPurpose(const ClientPurpose&) = delete;
    ClientPurpose& operator=(const ClientPurpose&) = delete;
    gnutls_typed_vdata_st* data() { return &data_; }

private:
    std::string purpose_{GNUTLS_KP_TLS_WWW_CLIENT};
    gnutls_typed_vdata_st data_ = {};
};

gnutls_alert_description_t alert_for(unsigned status)
{
    if ((status & GNUTLS_CERT_REVOKED) != 0) {
        return GNUTLS_A_CERTIFICATE_REVOKED;
    }
    if ((status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) != 0) {
        return GNUTLS_A_UNKNOWN_CA;
    }
    if ((status & GNUTLS_CERT_EXPIRED) != 0) {
        return GNUTLS_A_CERTIFICATE_EXPIRED;
    }
    return GNUTLS_A_BAD_CERTIFICATE;
}

std::string why_refused(gnutls_session_t session, unsigned status)
{
    GnutlsDatum text;
    std::string why = "client certificate refused";
    if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, text.out(), 0) >= 0) {
        // Ends with a NUL that is counted, or not, by version.
        std::string_view told = as_text(text.bytes());
        told = told.substr(0, told.find('\0'));
        while (told.ends_with(' ')) {
            told.remove_suffix(1);
        }
        why.append(": ").append(told);
    }
    if (const auto certificate = leaf_of(session)) {
        why.append(" (").append(printable(subject_of(certificate.get()))).append(")");
    }
    return why;
}

bool is_out_of_date(const TlsTrust* trust)
{
    return trust != nullptr && trust->crl_ends && *trust->crl_ends < std::time(nullptr);
}

constexpr std::size_t k_modulus_max = 8192 / 8 + 1; // with a leading zero
constexpr std::size_t k_exponent_max = 64 / 8 + 1;

} // namespace

bool key_is_cheap(gnutls_x509_crt_t certificate)
{
    unsigned bits = 0;
    switch (gnutls_x509_crt_get_pk_algorithm(certificate, &bits)) {
    case GNUTLS_PK_ECDSA:
    case GNUTLS_PK_EDDSA_ED25519:
    case GNUTLS_PK_EDDSA_ED448:
        return true; // of curves that are known by name
    case GNUTLS_PK_RSA:
    case GNUTLS_PK_RSA_PSS: {
        GnutlsDatum modulus;
        GnutlsDatum exponent;
        return gnutls_x509_crt_get_pk_rsa_raw(certificate, modulus.out(), exponent.out()) == 0 &&
               modulus.bytes().size() <= k_modulus_max && exponent.bytes().size() <= k_exponent_max;
    }
    default:
        return false;
    }
}

bool peer_key_is_cheap(gnutls_session_t session)
{
    const auto leaf = leaf_of(session);
    return leaf == nullptr || key_is_cheap(leaf.get());
}

PeerVerdict judge_peer(gnutls_session_t session, const TlsTrust* trust)
{
    unsigned count = 0;
    if (gnutls_certificate_get_peers(session, &count) == nullptr || count == 0) {
        return {}; // whether that may be is for the session to say
    }
    if (gnutls_certificate_type_get2(session, GNUTLS_CTYPE_CLIENT) != GNUTLS_CRT_X509) {
        return {GNUTLS_A_UNSUPPORTED_CERTIFICATE, "client certificate is not an X.509 one"};
    }
    ClientPurpose purpose;
    unsigned status = 0;
    const int code = gnutls_certificate_verify_peers(session, purpose.data(), 1, &status);
    if (code < 0) {
        return {GNUTLS_A_BAD_CERTIFICATE,
                std::string{"client certificate cannot be checked: "} + gnutls_strerror(code)};
    }
    if (status != 0) {
        return {alert_for(status), why_refused(session, status)};
    }
    // GnuTLS takes a list of whatever age; who was revoked since is not in it.
    if (is_out_of_date(trust)) {
        return {GNUTLS_A_CERTIFICATE_UNKNOWN,
                "client certificate refused: the list of revoked ones is out of date"};
    }
    return {};
}

bool still_holds(gnutls_session_t session, const TlsCredentials& credentials)
{
    const auto* const now = dynamic_cast<const GnutlsCredentials*>(&credentials);
    if (now == nullptr || now->client_certificates() == ClientCertificates::ignore) {
        return true;
    }
    const auto chain = chain_of(session);
    std::vector<gnutls_x509_crt_t> list;
    for (const auto& each : chain) {
        list.push_back(each.get());
    }
    gnutls_x509_trust_list_t trust = nullptr;
    gnutls_certificate_get_trust_list(now->parts().credentials.get(), &trust);
    if (now->trust() == nullptr || trust == nullptr || list.empty()) {
        return false;
    }
    ClientPurpose purpose;
    unsigned status = GNUTLS_CERT_INVALID;
    const int code =
        gnutls_x509_trust_list_verify_crt2(trust, list.data(), static_cast<unsigned>(list.size()),
                                           purpose.data(), 1, 0, &status, nullptr);
    return code >= 0 && status == 0 && !is_out_of_date(now->trust());
}

std::optional<TlsPeer> peer_of(gnutls_session_t session)
{
    const auto certificate = leaf_of(session);
    if (!certificate) {
        return std::nullopt;
    }
    return TlsPeer{subject_of(certificate.get()), sha256_of(certificate.get())};
}

} // namespace gds
