// SPDX-License-Identifier: GPL-2.0-or-later
// Keys that a client's certificate may have before anything is computed with them.
#include "io/tls_peer.h"

#include "base/errors.h"
#include "base/private_file.h"
#include "fakes/stream_pair.h"
#include "scratch_directory.h"
#include "tls_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <utility>
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

// A client with such a certificate, of an authority that is trusted, and no key at all: as long as
// a signature is what it signs with.
class Boaster {
public:
    Boaster(CertificateHandle shown, std::size_t signature)
        : shown_(std::move(shown)), signature_(signature),
          credentials_(
              make_gnutls<CredentialsHandle>(gnutls_certificate_allocate_credentials, "TLS"))
    {
        auto key = make_gnutls<PrivateKeyHandle>(gnutls_x509_privkey_init, "key");
        check_gnutls(gnutls_x509_privkey_generate(key.get(), GNUTLS_PK_ECDSA, 256, 0), "key");
        auto authority = make_gnutls<CertificateHandle>(gnutls_x509_crt_init, "authority");
        check_gnutls(gnutls_x509_crt_set_key(authority.get(), key.get()), "its key");
        check_gnutls(gnutls_x509_crt_set_basic_constraints(authority.get(), 1, -1), "authority");
        const char* name = "CN=Authority";
        const std::time_t now = std::time(nullptr);
        const unsigned char serial = 1;
        for (gnutls_x509_crt_t each : {authority.get(), shown_.get()}) {
            gnutls_x509_crt_set_version(each, 3);
            gnutls_x509_crt_set_serial(each, &serial, 1);
            gnutls_x509_crt_set_dn(each, std::exchange(name, "CN=mallory"), nullptr);
            gnutls_x509_crt_set_activation_time(each, now - 100);
            gnutls_x509_crt_set_expiration_time(each, now + 1000);
            check_gnutls(
                gnutls_x509_crt_sign2(each, authority.get(), key.get(), GNUTLS_DIG_SHA256, 0),
                "signature");
        }
        GnutlsDatum pem;
        check_gnutls(gnutls_x509_crt_export2(authority.get(), GNUTLS_X509_FMT_PEM, pem.out()),
                     "authority");
        authority_pem_ = as_text(pem.bytes());
        check_gnutls(gnutls_pcert_import_x509(&sent_, shown_.get(), 0), "sent");
        check_gnutls(gnutls_privkey_init(&key_), "key");
        check_gnutls(gnutls_privkey_import_ext4(key_, this, sign, sign, nullptr, nullptr, tell, 0),
                     "no key");
        gnutls_certificate_set_retrieve_function2(credentials_.get(), retrieve);
    }
    ~Boaster()
    {
        gnutls_privkey_deinit(key_);
        gnutls_pcert_deinit(&sent_);
    }
    Boaster(const Boaster&) = delete;
    Boaster& operator=(const Boaster&) = delete;
    const std::string& authority_pem() const { return authority_pem_; }
    void speak_for(gnutls_session_t session)
    {
        gnutls_session_set_ptr(session, this);
        check_gnutls(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials_.get()),
                     "credentials");
    }

private:
    static int retrieve(gnutls_session_t session, const gnutls_datum_t*, int,
                        const gnutls_pk_algorithm_t*, int, gnutls_pcert_st** certificates,
                        unsigned* count, gnutls_privkey_t* key)
    {
        auto& self = *static_cast<Boaster*>(gnutls_session_get_ptr(session));
        *certificates = &self.sent_;
        *count = 1;
        *key = self.key_;
        return 0;
    }
    // Data, or what a hash made of it.
    static int sign(gnutls_privkey_t, gnutls_sign_algorithm_t, void* context, unsigned,
                    const gnutls_datum_t*, gnutls_datum_t* signature)
    {
        const auto size = static_cast<const Boaster*>(context)->signature_;
        signature->data = static_cast<unsigned char*>(gnutls_malloc(size));
        signature->size = static_cast<unsigned>(size);
        std::fill_n(signature->data, size, static_cast<unsigned char>(1));
        return 0;
    }
    static int tell(gnutls_privkey_t, unsigned what, void*)
    {
        if ((what & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0) {
            return GNUTLS_PK_RSA;
        }
        return (what & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0 ? 2048 : 1;
    }

    CertificateHandle shown_;
    const std::size_t signature_;
    std::string authority_pem_;
    CredentialsHandle credentials_;
    gnutls_pcert_st sent_ = {};
    gnutls_privkey_t key_ = nullptr;
};

struct Refusal {
    std::string why;
    int alert = -1;
    std::chrono::steady_clock::duration longest{}; // that our side computed
};

Refusal meet(std::size_t size, const char* version)
{
    Boaster boaster{rsa_certificate(size, size), size};
    const test::ScratchDirectory scratch;
    TlsSettings settings;
    settings.client_certificates = ClientCertificates::request;
    settings.ca_file = scratch / "ca.pem";
    write_private_file(settings.ca_file, as_bytes(boaster.authority_pem()));
    const auto credentials = load_tls(settings, scratch / "tls", nullptr).credentials;
    auto pair = test::make_stream_pair();
    test::TlsClient client{*pair.client, version};
    boaster.speak_for(client.session());
    auto shake = TlsStream::handshake(*pair.server, credentials);
    shake.start();
    Refusal refusal;
    int code = GNUTLS_E_AGAIN;
    for (int i = 0; i < 20 && (code == GNUTLS_E_AGAIN || !shake.done()); ++i) {
        code = code == GNUTLS_E_AGAIN ? client.handshake() : code;
        const auto begin = std::chrono::steady_clock::now();
        test::spin_ready();
        refusal.longest = std::max(refusal.longest, std::chrono::steady_clock::now() - begin);
    }
    if (!shake.done()) {
        refusal.why = std::string{"the client gave up: "} + gnutls_strerror(code);
        return refusal;
    }
    try {
        shake.result();
    } catch (const ProtocolError& error) {
        refusal.why = error.what();
        client.receive();
        refusal.alert = gnutls_alert_get(client.session());
    }
    return refusal;
}

} // namespace

TEST(TlsPeerKey, OneThatTakesSecondsIsRefusedInTheHandshakeAtOnce)
{
    using namespace std::chrono_literals;
    for (const char* version : {"NORMAL:-VERS-ALL:+VERS-TLS1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.2"}) {
        // The second could be computed with in no time, were its exponent not so long.
        for (const std::size_t size : {std::size_t{6000}, std::size_t{256}}) {
            const auto refusal = meet(size, version);
            EXPECT_NE(refusal.why.find("takes too long"), std::string::npos) << refusal.why;
            EXPECT_EQ(refusal.alert, GNUTLS_A_UNSUPPORTED_CERTIFICATE) << version;
            EXPECT_LT(refusal.longest, 2s);
        }
    }
}

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
