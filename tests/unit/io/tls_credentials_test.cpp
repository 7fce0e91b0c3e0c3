// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_credentials.h"

#include "base/private_file.h"
#include "io/tls_certificate.h"
#include "scratch_directory.h"

#include <algorithm>
#include <ctime>

#include <sys/stat.h>
#include <unistd.h>

#include <gnutls/x509.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

unsigned mode_of(const std::string& path)
{
    struct stat status = {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
}

std::string refusal(const std::string& certificate, const std::string& key)
{
    try {
        load_tls_credentials(certificate, key);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

class TlsCredentialsFiles : public testing::Test {
protected:
    test::ScratchDirectory scratch;
    std::string directory = scratch / "state/tls";
    std::string certificate_file = directory + "/cert.pem";
    std::string key_file = directory + "/key.pem";
};

TEST_F(TlsCredentialsFiles, AreMadeOnceAndKept)
{
    const auto first = load_or_make_tls_credentials(directory);
    const auto second = load_or_make_tls_credentials(directory);
    EXPECT_EQ(first->fingerprint(), second->fingerprint());
    EXPECT_EQ(first->pin(), second->pin());
    EXPECT_EQ(first->fingerprint().size(), 95U);
    EXPECT_EQ(first->fingerprint()[2], ':');
    EXPECT_EQ(first->pin().size(), 44U);
}

TEST_F(TlsCredentialsFiles, AreClosedToOthers)
{
    load_or_make_tls_credentials(directory);
    EXPECT_EQ(mode_of(directory), 0700U);
    EXPECT_EQ(mode_of(key_file), 0600U);
}

TEST_F(TlsCredentialsFiles, KeepTheKeyWhenOnlyTheCertificateIsGone)
{
    const auto first = load_or_make_tls_credentials(directory);
    ASSERT_EQ(::unlink(certificate_file.c_str()), 0);
    const auto second = load_or_make_tls_credentials(directory);
    EXPECT_NE(first->fingerprint(), second->fingerprint());
    EXPECT_EQ(first->pin(), second->pin());
}

TEST_F(TlsCredentialsFiles, AreMadeAnewWhenTheKeyIsGone)
{
    const auto first = load_or_make_tls_credentials(directory);
    ASSERT_EQ(::unlink(key_file.c_str()), 0);
    const auto second = load_or_make_tls_credentials(directory);
    EXPECT_NE(first->pin(), second->pin());
}

TEST_F(TlsCredentialsFiles, NameTheFileThatIsMissing)
{
    load_or_make_tls_credentials(directory);
    EXPECT_NE(refusal("/nowhere/cert.pem", key_file).find("/nowhere/cert.pem"), std::string::npos);
    EXPECT_NE(refusal(certificate_file, "/nowhere/key.pem").find("/nowhere/key.pem"),
              std::string::npos);
}

TEST_F(TlsCredentialsFiles, RefuseAKeyOfAnotherCertificate)
{
    load_or_make_tls_credentials(directory);
    const auto other = scratch / "other.pem";
    write_private_file(other, make_private_key().bytes());
    EXPECT_NE(refusal(certificate_file, other).find("does not belong"), std::string::npos);
}

TEST_F(TlsCredentialsFiles, RefuseAKeyThatEverybodyCanRead)
{
    load_or_make_tls_credentials(directory);
    ASSERT_EQ(::chmod(key_file.c_str(), 0644), 0);
    EXPECT_NE(refusal(certificate_file, key_file).find("chmod 600 " + key_file), std::string::npos);
}

TEST_F(TlsCredentialsFiles, RefuseWhatIsNoPem)
{
    load_or_make_tls_credentials(directory);
    const auto other = scratch / "other.pem";
    write_private_file(other, as_bytes("-----BEGIN CERTIFICATE-----\nnot one\n"));
    EXPECT_NE(refusal(other, key_file).find(other), std::string::npos);
    EXPECT_NE(refusal(certificate_file, other).find(other), std::string::npos);
    EXPECT_NE(refusal(directory, key_file).find(directory), std::string::npos);
}

TEST_F(TlsCredentialsFiles, SayWhereTheyCannotBeStored)
{
    write_private_file(scratch / "file", as_bytes("x"));
    const auto impossible = scratch / "file/below";
    try {
        load_or_make_tls_credentials(impossible);
        ADD_FAILURE() << "made something";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find(impossible), std::string::npos);
    }
}

class Parsed {
public:
    explicit Parsed(const std::string& pem)
    {
        gnutls_x509_crt_init(&certificate);
        const gnutls_datum_t text = {
            reinterpret_cast<unsigned char*>(const_cast<char*>(pem.data())),
            static_cast<unsigned>(pem.size())};
        EXPECT_EQ(gnutls_x509_crt_import(certificate, &text, GNUTLS_X509_FMT_PEM), 0);
    }
    ~Parsed() { gnutls_x509_crt_deinit(certificate); }
    Parsed(const Parsed&) = delete;
    Parsed& operator=(const Parsed&) = delete;
    gnutls_x509_crt_t certificate = nullptr;
};

TEST(TlsCertificate, IsWhatViewersCheck)
{
    const MachineNames names{{"desk", "desk.local"}, {"192.0.2.7", "2001:db8::7"}};
    const Parsed parsed{make_certificate(make_private_key(), names)};
    auto* const certificate = parsed.certificate;
    EXPECT_EQ(gnutls_x509_crt_get_version(certificate), 3);
    EXPECT_EQ(gnutls_x509_crt_get_ca_status(certificate, nullptr), 0);
    for (const char* name : {"desk", "desk.local", "192.0.2.7", "2001:db8::7"}) {
        EXPECT_NE(gnutls_x509_crt_check_hostname(certificate, name), 0U) << name;
    }
    EXPECT_EQ(gnutls_x509_crt_check_hostname(certificate, "desk.example"), 0U);
    unsigned bits = 0;
    EXPECT_EQ(gnutls_x509_crt_get_pk_algorithm(certificate, &bits), GNUTLS_PK_ECDSA);
    EXPECT_EQ(bits, 256U);
    unsigned usage = 0;
    EXPECT_GE(gnutls_x509_crt_get_key_usage(certificate, &usage, nullptr), 0);
    EXPECT_EQ(usage, static_cast<unsigned>(GNUTLS_KEY_DIGITAL_SIGNATURE));
    const std::time_t now = std::time(nullptr);
    EXPECT_LT(gnutls_x509_crt_get_activation_time(certificate), now - 23 * 3600);
    EXPECT_GT(gnutls_x509_crt_get_expiration_time(certificate), now + 9 * 365 * 86400LL);
}

TEST(TlsCertificate, CutsAHostNameThatDoesNotFit)
{
    const MachineNames names{{std::string(120, 'h')}, {}};
    const Parsed parsed{make_certificate(make_private_key(), names)};
    EXPECT_EQ(gnutls_x509_crt_get_version(parsed.certificate), 3);
}

TEST(TlsCertificate, NamesThisMachine)
{
    const auto names = machine_names();
    ASSERT_FALSE(names.hosts.empty());
    EXPECT_NE(std::find(names.addresses.begin(), names.addresses.end(), "127.0.0.1"),
              names.addresses.end());
}

} // namespace
} // namespace gds
