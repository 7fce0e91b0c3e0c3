// SPDX-License-Identifier: GPL-2.0-or-later
// Files that are there, missing, broken or old: what stays in use, and what is said.
#include "base/private_file.h"
#include "fakes/certificate_authority.h"
#include "io/tls_credentials.h"
#include "scratch_directory.h"

#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::CertificateAuthority;
using Days = CertificateAuthority::Days;

class TlsLoading : public testing::Test {
protected:
    std::string write(const std::string& name, const std::string& text)
    {
        const std::string path = scratch / name.c_str();
        write_private_file(path, as_bytes(text));
        return path;
    }
    void use(const test::IssuedCertificate& mine)
    {
        settings.certificate_file = write("mine.pem", mine.certificate_pem);
        settings.private_key_file = write("mine.key", mine.key_pem);
    }
    void require_certificates()
    {
        settings.ca_file = write("ca.pem", authority.pem());
        settings.crl_file = write("crl.pem", authority.revoke({}));
        settings.client_certificates = ClientCertificates::require;
    }
    test::IssuedCertificate for_server(Days until = Days{300})
    {
        return authority.issue("CN=desk", Days{-40}, until, GNUTLS_KP_TLS_WWW_SERVER);
    }
    TlsLoaded load(const TlsCredentialsPtr& before = nullptr)
    {
        return load_tls(settings, scratch / "own", before);
    }
    static bool named(const TlsLoaded& loaded, const std::string& words)
    {
        for (const auto& complaint : loaded.complaints) {
            if (complaint.find(words) != std::string::npos) {
                return true;
            }
        }
        return false;
    }

    test::ScratchDirectory scratch;
    CertificateAuthority authority;
    TlsSettings settings;
};

TEST_F(TlsLoading, MakesOneWhereNoneIsNamed)
{
    const auto first = load();
    ASSERT_TRUE(first.credentials);
    EXPECT_TRUE(first.complaints.empty());
    EXPECT_EQ(load().credentials->fingerprint(), first.credentials->fingerprint());
}

TEST_F(TlsLoading, TakesTheFilesThatAreNamed)
{
    const auto own = load();
    use(for_server());
    const auto named_one = load(own.credentials);
    ASSERT_TRUE(named_one.credentials);
    EXPECT_TRUE(named_one.complaints.empty());
    EXPECT_NE(named_one.credentials->fingerprint(), own.credentials->fingerprint());
    const auto before = named_one.credentials->fingerprint();
    use(for_server());
    EXPECT_NE(load(named_one.credentials).credentials->fingerprint(), before);
}

TEST_F(TlsLoading, AMissingFileAtTheStartMeansNone)
{
    use(for_server());
    ::unlink(settings.certificate_file.c_str());
    const auto loaded = load();
    EXPECT_FALSE(loaded.credentials) << "another certificate must not stand in for it";
    EXPECT_TRUE(named(loaded, settings.certificate_file));
}

TEST_F(TlsLoading, HalfOfAPairIsNamed)
{
    use(for_server());
    settings.private_key_file.clear();
    EXPECT_TRUE(named(load(), "private-key-file"));
    EXPECT_FALSE(load().credentials);
    use(for_server());
    settings.certificate_file.clear();
    EXPECT_TRUE(named(load(), "certificate-file"));
    EXPECT_FALSE(load().credentials);
}

TEST_F(TlsLoading, ABrokenNewFileLeavesTheOldInUse)
{
    use(for_server());
    const auto good = load();
    const std::string fingerprint = good.credentials->fingerprint();
    const auto next = for_server();
    const auto broken = [&](const char* what) {
        const auto loaded = load(good.credentials);
        ASSERT_TRUE(loaded.credentials) << what;
        EXPECT_EQ(loaded.credentials->fingerprint(), fingerprint) << what;
        EXPECT_TRUE(named(loaded, "mine.")) << what;
    };
    write("mine.pem", next.certificate_pem);
    broken("the key of another");
    write("mine.pem", next.certificate_pem.substr(0, 200));
    broken("half of a certificate");
    ::unlink(settings.certificate_file.c_str());
    broken("no certificate");
    use(next);
    ::chmod(settings.private_key_file.c_str(), 0644);
    broken("a key that everybody reads");
    ::chmod(settings.private_key_file.c_str(), 0600);
    const auto whole = load(load(good.credentials).credentials);
    EXPECT_TRUE(whole.complaints.empty());
    EXPECT_NE(whole.credentials->fingerprint(), fingerprint);
}

TEST_F(TlsLoading, BorrowedFilesMayBeOpenInAClosedDirectory)
{
    use(for_server());
    const auto& key = settings.private_key_file;
    const std::string directory = std::filesystem::path{key}.parent_path();
    ASSERT_EQ(::chmod(key.c_str(), 0644), 0);
    EXPECT_TRUE(named(load(), "open to every user"));
    settings.borrowed = true;
    EXPECT_TRUE(load().complaints.empty());
    if (std::filesystem::temp_directory_path() == "/tmp") { // which is not closed itself
        ASSERT_EQ(::chmod(directory.c_str(), 0755), 0);
        EXPECT_TRUE(named(load(), "open to every user"));
    }
}

TEST_F(TlsLoading, WithoutBorrowedFilesTheSelfMadeCertificateWillDo)
{
    use(for_server());
    settings.borrowed = true;
    const auto theirs = load();
    ASSERT_TRUE(theirs.credentials);
    ::unlink(settings.certificate_file.c_str());
    EXPECT_EQ(load(theirs.credentials).credentials->fingerprint(),
              theirs.credentials->fingerprint()); // as long as we run
    const auto own = load();
    ASSERT_TRUE(own.credentials);
    EXPECT_NE(own.credentials->fingerprint(), theirs.credentials->fingerprint());
    EXPECT_TRUE(named(own, "mine.pem"));
}

TEST_F(TlsLoading, AnEndNearOrPastIsSaid)
{
    use(for_server(Days{20}));
    EXPECT_TRUE(load().complaints.empty());
    use(for_server(Days{13}));
    EXPECT_TRUE(named(load(), "expires on 2"));
    EXPECT_TRUE(named(load(), "mine.pem"));
    use(for_server(Days{-1}));
    EXPECT_TRUE(named(load(), "has expired"));
    EXPECT_TRUE(load().credentials) << "viewers judge it";
}

TEST_F(TlsLoading, RequiringWithoutAnAuthorityLetsNobodyIn)
{
    require_certificates();
    EXPECT_EQ(load().credentials->refusal(), "");
    EXPECT_TRUE(load().complaints.empty());

    settings.ca_file.clear();
    EXPECT_NE(load().credentials->refusal(), "");
    EXPECT_TRUE(named(load(), "ca-file"));
    settings.ca_file = scratch / "nowhere.pem";
    EXPECT_NE(load().credentials->refusal(), "");
    EXPECT_TRUE(named(load(), "nowhere.pem"));
    settings.ca_file = write("empty.pem", "");
    EXPECT_NE(load().credentials->refusal(), "");
    EXPECT_TRUE(named(load(), "empty.pem"));
}

TEST_F(TlsLoading, AListOfTheRevokedThatCannotBeUsedMakesAllUnusable)
{
    require_certificates();
    settings.crl_file = scratch / "nowhere.pem";
    EXPECT_NE(load().credentials->refusal(), "");
    EXPECT_TRUE(named(load(), "nowhere.pem"));
    settings.crl_file = write("crl2.pem", "not a list");
    EXPECT_NE(load().credentials->refusal(), "");
    CertificateAuthority foreign{"CN=Foreign authority"};
    settings.crl_file = write("crl3.pem", foreign.revoke({}));
    EXPECT_NE(load().credentials->refusal(), "");
    EXPECT_TRUE(named(load(), "crl3.pem"));
    // The name alone is not the authority.
    CertificateAuthority pretender;
    settings.crl_file = write("crl4.pem", pretender.revoke({}));
    EXPECT_NE(load().credentials->refusal(), "");
}

TEST_F(TlsLoading, AListThatIsOutOfDateIsSaid)
{
    require_certificates();
    settings.crl_file = write("crl.pem", authority.revoke({}, Days{-1}));
    EXPECT_TRUE(named(load(), "out of date"));
}

TEST_F(TlsLoading, BrokenAuthoritiesLeaveTheOldOnesOfTheSameFile)
{
    require_certificates();
    const auto good = load();
    write("ca.pem", "half");
    const auto kept = load(good.credentials);
    EXPECT_EQ(kept.credentials->refusal(), "");
    EXPECT_TRUE(named(kept, "ca.pem"));
    settings.ca_file = scratch / "nowhere.pem";
    const auto other = load(kept.credentials);
    EXPECT_NE(other.credentials->refusal(), "") << "whom the old authority signed is not meant";
}

TEST_F(TlsLoading, WhatIsNotAskedForIsNotRead)
{
    settings.ca_file = scratch / "nowhere.pem";
    EXPECT_TRUE(load().complaints.empty());
    settings.client_certificates = ClientCertificates::request;
    EXPECT_TRUE(named(load(), "nowhere.pem"));
    EXPECT_EQ(load().credentials->refusal(), "") << "those without one may come";
}

} // namespace
} // namespace gds
