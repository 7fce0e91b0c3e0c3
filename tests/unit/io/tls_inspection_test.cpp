// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_inspection.h"

#include "fakes/certificate_authority.h"
#include "io/tls_credentials.h"
#include "scratch_directory.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gds {
namespace {

using Days = test::CertificateAuthority::Days;

class TlsInspected : public testing::Test {
protected:
    TlsSettings issue(Days from, Days until)
    {
        const auto issued = authority_.issue("CN=desk", from, until, GNUTLS_KP_TLS_WWW_SERVER);
        TlsSettings settings;
        settings.certificate_file = scratch_ / "desk.pem";
        settings.private_key_file = scratch_ / "desk.key";
        std::ofstream{settings.certificate_file} << issued.certificate_pem;
        std::ofstream{settings.private_key_file} << issued.key_pem;
        EXPECT_EQ(::chmod(settings.private_key_file.c_str(), 0600), 0);
        return settings;
    }

    test::ScratchDirectory scratch_;
    test::CertificateAuthority authority_;
};

TEST_F(TlsInspected, MakesNothing)
{
    const std::string directory = scratch_ / "state";
    const auto inspection = inspect_tls({}, directory);
    EXPECT_TRUE(inspection.own && inspection.missing);
    EXPECT_TRUE(inspection.complaints.empty());
    EXPECT_NE(::access(directory.c_str(), F_OK), 0);
}

TEST_F(TlsInspected, TheSelfMadeOne)
{
    const std::string directory = scratch_ / "state";
    load_or_make_tls_credentials(directory);
    const auto inspection = inspect_tls({}, directory);
    EXPECT_TRUE(inspection.own && inspection.usable && !inspection.missing);
    EXPECT_EQ(inspection.certificate_file, directory + "/cert.pem");
    EXPECT_LT(inspection.valid_from, inspection.valid_until);
    EXPECT_TRUE(inspection.complaints.empty());
}

TEST_F(TlsInspected, TimesAreFactsAndNoComplaints)
{
    for (const auto& [from, until] :
         {std::pair{Days{-9}, Days{-2}}, {Days{2}, Days{9}}, {Days{-1}, Days{5}}}) {
        const auto inspection = inspect_tls(issue(from, until), "");
        EXPECT_TRUE(inspection.usable && !inspection.own);
        EXPECT_TRUE(inspection.complaints.empty());
        EXPECT_EQ(inspection.valid_until - inspection.valid_from,
                  std::chrono::seconds{until - from}.count());
        EXPECT_EQ(inspection.last_day.size(), 10U);
    }
}

TEST_F(TlsInspected, WhatCannotBeUsedIsAComplaint)
{
    auto settings = issue(Days{-1}, Days{300});
    EXPECT_EQ(::chmod(settings.private_key_file.c_str(), 0644), 0);
    auto inspection = inspect_tls(settings, "");
    EXPECT_FALSE(inspection.usable);
    EXPECT_EQ(inspection.complaints.size(), 1U);
    EXPECT_EQ(inspection.valid_until, 0);
    settings.private_key_file = scratch_ / "gone";
    EXPECT_FALSE(inspect_tls(settings, "").usable);
    settings.private_key_file.clear();
    inspection = inspect_tls(settings, "");
    EXPECT_FALSE(inspection.usable || inspection.own);
    EXPECT_EQ(inspection.complaints.size(), 1U);
}

} // namespace
} // namespace gds
