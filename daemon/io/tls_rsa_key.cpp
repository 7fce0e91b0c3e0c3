// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_rsa_key.h"

#include "io/gnutls_handles.h"

namespace gds {

SecretString make_rsa_private_key(unsigned bits)
{
    const auto key = make_gnutls<PrivateKeyHandle>(gnutls_x509_privkey_init, "private key");
    check_gnutls(gnutls_x509_privkey_generate(key.get(), GNUTLS_PK_RSA, bits, 0), "RSA key");
    GnutlsDatum pem;
    check_gnutls(gnutls_x509_privkey_export2(key.get(), GNUTLS_X509_FMT_PEM, pem.out()),
                 "RSA key as PEM");
    return SecretString{pem.bytes()};
}

} // namespace gds
