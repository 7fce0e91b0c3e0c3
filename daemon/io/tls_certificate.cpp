// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_certificate.h"

#include "io/gnutls_handles.h"
#include "io/socket_address.h"

#include <array>
#include <chrono>
#include <ctime>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <gnutls/crypto.h>

namespace gds {

namespace {

constexpr std::chrono::hours k_day{24};
// Viewers remember this certificate: a new one alarms their users, so it lasts.
constexpr auto k_lifetime = 3652 * k_day;
constexpr std::size_t k_common_name_max = 64; // RFC 5280, ub-common-name

std::string host_name()
{
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') {
        return "localhost";
    }
    return name.data();
}

// The binary form of a numeric address; empty: it is none.
Bytes to_octets(const std::string& address)
{
    Bytes octets(sizeof(in6_addr));
    if (::inet_pton(AF_INET6, address.c_str(), octets.data()) == 1) {
        return octets;
    }
    octets.resize(sizeof(in_addr));
    if (::inet_pton(AF_INET, address.c_str(), octets.data()) == 1) {
        return octets;
    }
    return {};
}

PrivateKeyHandle read_key(const SecretString& pem)
{
    auto key = make_gnutls<PrivateKeyHandle>(gnutls_x509_privkey_init, "private key");
    const gnutls_datum_t text = to_datum(pem.bytes());
    check_gnutls(gnutls_x509_privkey_import2(key.get(), &text, GNUTLS_X509_FMT_PEM, nullptr, 0),
                 "private key");
    return key;
}

void set_serial(gnutls_x509_crt_t certificate)
{
    std::array<std::uint8_t, 16> serial{};
    check_gnutls(gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size()), "random numbers");
    // A positive number of constant length.
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x3fU) | 0x40U);
    check_gnutls(gnutls_x509_crt_set_serial(certificate, serial.data(), serial.size()), "serial");
}

void set_names(gnutls_x509_crt_t certificate, const MachineNames& names)
{
    const auto common = names.hosts.front().substr(0, k_common_name_max);
    check_gnutls(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
                                               common.data(), static_cast<unsigned>(common.size())),
                 "common name");
    for (const auto& host : names.hosts) {
        check_gnutls(gnutls_x509_crt_set_subject_alt_name(
                         certificate, GNUTLS_SAN_DNSNAME, host.data(),
                         static_cast<unsigned>(host.size()), GNUTLS_FSAN_APPEND),
                     "host name");
    }
    for (const auto& address : names.addresses) {
        const Bytes octets = to_octets(address);
        if (!octets.empty()) {
            check_gnutls(gnutls_x509_crt_set_subject_alt_name(
                             certificate, GNUTLS_SAN_IPADDRESS, octets.data(),
                             static_cast<unsigned>(octets.size()), GNUTLS_FSAN_APPEND),
                         "address");
        }
    }
}

void set_purpose(gnutls_x509_crt_t certificate)
{
    check_gnutls(gnutls_x509_crt_set_basic_constraints(certificate, 0, -1), "basic constraints");
    check_gnutls(gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE),
                 "key usage");
    check_gnutls(gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_SERVER, 0),
                 "key purpose");
}

void set_key_id(gnutls_x509_crt_t certificate)
{
    std::array<std::uint8_t, 64> id{};
    std::size_t size = id.size();
    check_gnutls(gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA1, id.data(), &size),
                 "key id");
    check_gnutls(gnutls_x509_crt_set_subject_key_id(certificate, id.data(), size), "key id");
}

} // namespace

MachineNames machine_names()
{
    MachineNames names;
    const std::string host = host_name();
    names.hosts.push_back(host);
    // As Avahi announces it.
    if (host != "localhost" && host.find('.') == std::string::npos) {
        names.hosts.push_back(host + ".local");
    }
    if (host != "localhost") {
        names.hosts.emplace_back("localhost");
    }
    for (const auto& each : interface_addresses()) {
        // A link-local IPv6 address means nothing without a zone, which a certificate cannot hold.
        if (each.address.family() == AF_INET || !each.address.is_link_local()) {
            names.addresses.push_back(each.address.host());
        }
    }
    return names;
}

SecretString make_private_key()
{
    const auto key = make_gnutls<PrivateKeyHandle>(gnutls_x509_privkey_init, "private key");
    check_gnutls(gnutls_x509_privkey_generate2(key.get(), GNUTLS_PK_ECDSA,
                                               GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0,
                                               nullptr, 0),
                 "private key");
    GnutlsDatum pem;
    check_gnutls(gnutls_x509_privkey_export2_pkcs8(key.get(), GNUTLS_X509_FMT_PEM, nullptr,
                                                   GNUTLS_PKCS_PLAIN, pem.out()),
                 "private key");
    return SecretString{pem.bytes()};
}

std::string make_certificate(const SecretString& private_key, const MachineNames& names)
{
    const auto key = read_key(private_key);
    const auto made = make_gnutls<CertificateHandle>(gnutls_x509_crt_init, "certificate");
    gnutls_x509_crt_t certificate = made.get();

    const auto now = std::chrono::system_clock::now();
    const auto from = std::chrono::system_clock::to_time_t(now - k_day);
    const auto until = std::chrono::system_clock::to_time_t(now + k_lifetime);
    check_gnutls(gnutls_x509_crt_set_version(certificate, 3), "version");
    check_gnutls(gnutls_x509_crt_set_activation_time(certificate, from), "activation time");
    check_gnutls(gnutls_x509_crt_set_expiration_time(certificate, until), "expiration time");
    check_gnutls(gnutls_x509_crt_set_key(certificate, key.get()), "public key");
    set_serial(certificate);
    set_names(certificate, names);
    set_purpose(certificate);
    set_key_id(certificate);
    check_gnutls(gnutls_x509_crt_sign2(certificate, certificate, key.get(), GNUTLS_DIG_SHA256, 0),
                 "signature");

    GnutlsDatum pem;
    check_gnutls(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, pem.out()),
                 "certificate");
    return std::string{as_text(pem.bytes())};
}

} // namespace gds
