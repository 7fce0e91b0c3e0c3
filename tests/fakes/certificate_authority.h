// SPDX-License-Identifier: GPL-2.0-or-later
// An authority that signs certificates for tests, and takes them back.
#pragma once

#include <chrono>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

#include <gnutls/x509.h>

namespace gds::test {

struct IssuedCertificate {
    std::string certificate_pem;
    std::string key_pem;
};

class CertificateAuthority {
public:
    using Days = std::chrono::duration<long, std::ratio<86400>>;

    explicit CertificateAuthority(const std::string& name = "CN=Test authority")
    {
        key_ = make_key();
        certificate_ = begin(name, key_, Days{-30}, Days{3650});
        check(gnutls_x509_crt_set_basic_constraints(certificate_, 1, 1));
        check(gnutls_x509_crt_set_key_usage(certificate_,
                                            GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN));
        check(gnutls_x509_crt_sign2(certificate_, certificate_, key_, GNUTLS_DIG_SHA256, 0));
    }
    ~CertificateAuthority()
    {
        gnutls_x509_crt_deinit(certificate_);
        gnutls_x509_privkey_deinit(key_);
    }
    CertificateAuthority(const CertificateAuthority&) = delete;
    CertificateAuthority& operator=(const CertificateAuthority&) = delete;

    std::string pem() const { return text_of(certificate_); }

    // `name` as RFC 4514 has it. Valid from and until so many days from now.
    IssuedCertificate issue(const std::string& name, Days from = Days{-1}, Days until = Days{300},
                            const char* purpose = GNUTLS_KP_TLS_WWW_CLIENT)
    {
        gnutls_x509_privkey_t key = make_key();
        gnutls_x509_crt_t made = begin(name, key, from, until);
        check(gnutls_x509_crt_set_basic_constraints(made, 0, -1));
        check(gnutls_x509_crt_set_key_usage(made, GNUTLS_KEY_DIGITAL_SIGNATURE));
        check(gnutls_x509_crt_set_key_purpose_oid(made, purpose, 0));
        check(gnutls_x509_crt_sign2(made, certificate_, key_, GNUTLS_DIG_SHA256, 0));
        IssuedCertificate issued{text_of(made), {}};
        gnutls_datum_t text = {};
        check(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text));
        issued.key_pem = take(text);
        gnutls_x509_crt_deinit(made);
        gnutls_x509_privkey_deinit(key);
        return issued;
    }

    // The list of those that were revoked so far.
    std::string revoke(const std::vector<IssuedCertificate>& revoked, Days next_update = Days{30})
    {
        gnutls_x509_crl_t crl = nullptr;
        check(gnutls_x509_crl_init(&crl));
        check(gnutls_x509_crl_set_version(crl, 2));
        check(gnutls_x509_crl_set_this_update(crl, in(Days{-2})));
        check(gnutls_x509_crl_set_next_update(crl, in(next_update)));
        for (const auto& each : revoked) {
            gnutls_x509_crt_t one = nullptr;
            check(gnutls_x509_crt_init(&one));
            const gnutls_datum_t text = datum(each.certificate_pem);
            check(gnutls_x509_crt_import(one, &text, GNUTLS_X509_FMT_PEM));
            check(gnutls_x509_crl_set_crt(crl, one, in(Days{-1})));
            gnutls_x509_crt_deinit(one);
        }
        const unsigned char number = 1;
        check(gnutls_x509_crl_set_number(crl, &number, 1));
        check(gnutls_x509_crl_sign2(crl, certificate_, key_, GNUTLS_DIG_SHA256, 0));
        gnutls_datum_t text = {};
        check(gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_PEM, &text));
        gnutls_x509_crl_deinit(crl);
        return take(text);
    }

    static gnutls_datum_t datum(const std::string& text)
    {
        return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
                static_cast<unsigned>(text.size())};
    }

private:
    static void check(int code)
    {
        if (code < 0) {
            throw std::runtime_error{gnutls_strerror(code)};
        }
    }
    static std::time_t in(Days days) { return std::time(nullptr) + days.count() * 86400; }
    static std::string take(gnutls_datum_t& text)
    {
        std::string copy(reinterpret_cast<char*>(text.data), text.size);
        gnutls_free(text.data);
        return copy;
    }
    static std::string text_of(gnutls_x509_crt_t certificate)
    {
        gnutls_datum_t text = {};
        check(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &text));
        return take(text);
    }
    static gnutls_x509_privkey_t make_key()
    {
        gnutls_x509_privkey_t key = nullptr;
        check(gnutls_x509_privkey_init(&key));
        check(gnutls_x509_privkey_generate2(
            key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0, nullptr, 0));
        return key;
    }
    gnutls_x509_crt_t begin(const std::string& name, gnutls_x509_privkey_t key, Days from,
                            Days until)
    {
        gnutls_x509_crt_t made = nullptr;
        check(gnutls_x509_crt_init(&made));
        check(gnutls_x509_crt_set_version(made, 3));
        const unsigned char serial[] = {1, static_cast<unsigned char>(++serials_)};
        check(gnutls_x509_crt_set_serial(made, serial, sizeof(serial)));
        check(gnutls_x509_crt_set_dn(made, name.c_str(), nullptr));
        check(gnutls_x509_crt_set_activation_time(made, in(from)));
        check(gnutls_x509_crt_set_expiration_time(made, in(until)));
        check(gnutls_x509_crt_set_key(made, key));
        return made;
    }

    gnutls_x509_privkey_t key_ = nullptr;
    gnutls_x509_crt_t certificate_ = nullptr;
    unsigned serials_ = 0;
};

} // namespace gds::test
