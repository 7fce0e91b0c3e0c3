// SPDX-License-Identifier: GPL-2.0-or-later
// Files that change under a running daemon.
#include "service/tls_source.h"

#include "base/private_file.h"
#include "fakes/certificate_authority.h"
#include "fakes/main_loop.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;
using test::CertificateAuthority;
using test::spin_until;

class TlsSourceTest : public testing::Test {
protected:
    TlsSourceTest()
    {
        char pattern[] = "/tmp/gds-tls-source-XXXXXX";
        directory = ::mkdtemp(pattern);
        settings.certificate_file = directory / "cert.pem";
        settings.private_key_file = directory / "key.pem";
    }
    ~TlsSourceTest() override { std::filesystem::remove_all(directory); }

    void write(const char* name, const std::string& text)
    {
        write_private_file(directory / name, as_bytes(text));
    }
    void renew()
    {
        const auto made =
            authority.issue("CN=desk", CertificateAuthority::Days{-1},
                            CertificateAuthority::Days{300}, GNUTLS_KP_TLS_WWW_SERVER);
        write("cert.pem", made.certificate_pem);
        write("key.pem", made.key_pem);
    }
    std::string fingerprint() const { return now ? now->fingerprint() : std::string{}; }

    std::filesystem::path directory;
    CertificateAuthority authority;
    TlsSettings settings;
    WorkerPool workers{1};
    TlsCredentialsPtr now;
    std::string complaint;
    int loads = 0;
    TlsSource source{workers,
                     "/nowhere/at/all",
                     [this](TlsCredentialsPtr credentials, std::string why) {
                         now = std::move(credentials);
                         complaint = std::move(why);
                         ++loads;
                     },
                     {5ms, 15ms, 1h}};
};

TEST_F(TlsSourceTest, LoadsAtOnceAndNotTwiceTheSame)
{
    renew();
    source.set(settings);
    EXPECT_EQ(loads, 1);
    EXPECT_NE(fingerprint(), "");
    EXPECT_EQ(complaint, "");
    source.set(settings);
    EXPECT_FALSE(spin_until([&] { return loads > 1; }, 40ms));
}

TEST_F(TlsSourceTest, FollowsTheFiles)
{
    renew();
    source.set(settings);
    const auto first = fingerprint();
    renew();
    EXPECT_TRUE(spin_until([&] { return fingerprint() != first; }));
    EXPECT_EQ(complaint, "");
}

TEST_F(TlsSourceTest, KeepsWhatItHasWhenTheNewIsBroken)
{
    renew();
    source.set(settings);
    const auto first = fingerprint();
    write("cert.pem", "half of a");
    EXPECT_TRUE(spin_until([&] { return !complaint.empty(); }));
    EXPECT_NE(complaint.find("cert.pem"), std::string::npos);
    EXPECT_EQ(fingerprint(), first);
    renew();
    EXPECT_TRUE(spin_until([&] { return complaint.empty() && fingerprint() != first; }));
}

TEST_F(TlsSourceTest, FindsAFileThatComesLater)
{
    source.set(settings);
    EXPECT_FALSE(now);
    EXPECT_NE(complaint, "");
    renew();
    EXPECT_TRUE(spin_until([&] { return now != nullptr && complaint.empty(); }));
}

TEST_F(TlsSourceTest, FollowsTheSettings)
{
    renew();
    source.set(settings);
    settings.client_certificates = ClientCertificates::require;
    source.set(settings);
    EXPECT_TRUE(spin_until([&] { return now && !now->refusal().empty(); }));
    settings.ca_file = directory / "ca.pem";
    source.set(settings);
    EXPECT_TRUE(spin_until([&] { return complaint.find("ca.pem") != std::string::npos; }));
    write("ca.pem", authority.pem());
    EXPECT_TRUE(spin_until([&] { return now->refusal().empty() && complaint.empty(); }));
}

// The old ones may be more open than what the settings say now.
TEST_F(TlsSourceTest, AnErrorThatNobodyExpectedIsNamedAndLeavesNothingInUse)
{
    std::atomic<bool> broken = false;
    TlsSource fragile{workers,
                      "/nowhere/at/all",
                      [this](TlsCredentialsPtr credentials, std::string why) {
                          now = std::move(credentials);
                          complaint = std::move(why);
                      },
                      {5ms, 15ms, 1h},
                      [&broken](const auto& wanted, const auto& where, const auto& before) {
                          if (broken) {
                              throw std::bad_alloc{};
                          }
                          return load_tls(wanted, where, before);
                      }};
    renew();
    fragile.set(settings);
    ASSERT_TRUE(now);
    broken = true;
    settings.client_certificates = ClientCertificates::request;
    fragile.set(settings);
    EXPECT_TRUE(spin_until([&] { return !complaint.empty(); }));
    EXPECT_NE(complaint.find("cannot be used"), std::string::npos);
    EXPECT_FALSE(now);
    broken = false;
    EXPECT_TRUE(spin_until([&] { return now != nullptr; })) << "without a change";
    broken = true;
    complaint.clear();
    TlsSource{workers,
              "/nowhere/at/all",
              [this](TlsCredentialsPtr, std::string why) { complaint = std::move(why); },
              {5ms, 15ms, 1h},
              [](const auto&, const auto&, const auto&) -> TlsLoaded { throw std::bad_alloc{}; }}
        .set(settings);
    EXPECT_NE(complaint, "") << "at the first load";
}

TEST_F(TlsSourceTest, EndsWhileItLoads)
{
    renew();
    source.set(settings);
    settings.priority = "NORMAL";
    source.set(settings);
}

} // namespace
} // namespace gds
