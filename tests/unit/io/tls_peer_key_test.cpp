// SPDX-License-Identifier: GPL-2.0-or-later
// Keys that a client's certificate may have before anything is computed with them.
#include "io/tls_peer.h"

#include <gtest/gtest.h>

#include <vector>

#include <gnutls/abstract.h>

namespace gds {
namespace {

using PublicKeyHandle = GnutlsPtr<gnutls_pubkey_t, gnutls_pubkey_deinit>;

// No such key has to be made: the numbers are enough to be computed with.
CertificateHandle rsa_certificate(std::size_t modulus_size, std::size_t exponent_size)
{
    std::vector<std::uint8_t> modulus(modulus_size, 0x81);
    std::vector<std::uint8_t> exponent(exponent_size, 0x41);
    const gnutls_datum_t m = to_datum(modulus);
    const gnutls_datum_t e = to_datum(exponent);
    auto key = make_gnutls<PublicKeyHandle>(gnutls_pubkey_init, "key");
    check_gnutls(gnutls_pubkey_import_rsa_raw(key.get(), &m, &e), "numbers");
    auto certificate = make_gnutls<CertificateHandle>(gnutls_x509_crt_init, "certificate");
    check_gnutls(gnutls_x509_crt_set_pubkey(certificate.get(), key.get()), "key of it");
    return certificate;
}

CertificateHandle made_certificate(gnutls_pk_algorithm_t algorithm, unsigned bits)
{
    auto key = make_gnutls<PrivateKeyHandle>(gnutls_x509_privkey_init, "key");
    check_gnutls(gnutls_x509_privkey_generate(key.get(), algorithm, bits, 0), "making a key");
    auto certificate = make_gnutls<CertificateHandle>(gnutls_x509_crt_init, "certificate");
    check_gnutls(gnutls_x509_crt_set_key(certificate.get(), key.get()), "key of it");
    return certificate;
}

} // namespace

TEST(TlsPeerKey, UsualKeysAreCheap)
{
    EXPECT_TRUE(key_is_cheap(
        made_certificate(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)).get()));
    EXPECT_TRUE(key_is_cheap(made_certificate(GNUTLS_PK_EDDSA_ED25519, 256).get()));
    EXPECT_TRUE(key_is_cheap(made_certificate(GNUTLS_PK_RSA, 2048).get()));
    EXPECT_TRUE(key_is_cheap(rsa_certificate(8192 / 8, 3).get()));
}

TEST(TlsPeerKey, LongNumbersAreNot)
{
    EXPECT_FALSE(key_is_cheap(rsa_certificate(12'000, 3).get()));
    EXPECT_FALSE(key_is_cheap(rsa_certificate(256, 200).get()));
    EXPECT_FALSE(key_is_cheap(rsa_certificate(12'000, 12'000).get()));
}

} // namespace gds
