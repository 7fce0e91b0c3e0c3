// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/distinguished_name.h"

#include <gtest/gtest.h>

#include <gnutls/x509.h>

namespace gds {
namespace {

bool matches(const char* pattern, const char* subject)
{
    const auto wanted = parse_subject_pattern(pattern);
    const auto name = parse_subject(subject);
    EXPECT_TRUE(wanted.has_value()) << pattern;
    EXPECT_TRUE(name.has_value()) << subject;
    return wanted && name && subject_matches(*wanted, *name);
}

constexpr const char* k_alice = "CN=alice,O=Example,C=GB";

TEST(DistinguishedName, IsComparedByWhatItSays)
{
    EXPECT_TRUE(matches(k_alice, k_alice));
    EXPECT_TRUE(matches("cn = Alice , o=EXAMPLE, c=gb", k_alice));
    EXPECT_TRUE(matches("2.5.4.3=alice,OID.2.5.4.10=Example,C=GB", k_alice));
    EXPECT_TRUE(matches("CN=#0C05616C696365,O=Example,C=GB", k_alice));
    EXPECT_TRUE(matches("CN=\\61lice,O=Example,C=GB", k_alice));
    EXPECT_TRUE(matches("commonName=alice,organizationName=Example,countryName=GB", k_alice));
    EXPECT_TRUE(matches("CN=Åsa  Öberg,O=x", "CN=\\C3\\85sa O\\CC\\88berg,O=x"));
    EXPECT_TRUE(matches("emailAddress=a@b", "EMAIL=a@b"));
    EXPECT_TRUE(matches("E=a@b", "1.2.840.113549.1.9.1=#1603614062"));
    EXPECT_TRUE(matches("CN=Doe\\, John,O=x", "CN=Doe\\2C John,O=x"));
    EXPECT_TRUE(matches("CN=a=b", "CN=a=b"));
}

TEST(DistinguishedName, IsTheSameInEitherOrder)
{
    EXPECT_TRUE(matches("C=GB,O=Example,CN=alice", k_alice));
    EXPECT_FALSE(matches("O=Example,CN=alice,C=GB", k_alice));
    EXPECT_TRUE(matches("UID=a+CN=b,O=x", "CN=b+UID=a,O=x"));
    EXPECT_FALSE(matches("UID=a,CN=b,O=x", "CN=b+UID=a,O=x"));
}

TEST(DistinguishedName, IsTheWholeName)
{
    EXPECT_FALSE(matches("CN=alice", k_alice));
    EXPECT_FALSE(matches("CN=alice,O=Example", k_alice));
    EXPECT_FALSE(matches(k_alice, "CN=alice,OU=Guests,O=Example,C=GB"));
    EXPECT_FALSE(matches("CN=alice,O=Other,C=GB", k_alice));
    EXPECT_FALSE(matches("OU=alice,O=Example,C=GB", k_alice));
    EXPECT_FALSE(matches(k_alice, ""));
}

TEST(DistinguishedName, WildcardsStayWithinAValue)
{
    EXPECT_TRUE(matches("CN=*,O=Example,C=GB", k_alice));
    EXPECT_TRUE(matches("CN=al?ce,O=Exam*,C=??", k_alice));
    // What is text within a value is no further part.
    EXPECT_FALSE(matches("CN=*,O=Example,C=GB", "CN=x\\,O=Example\\,C=GB"));
    EXPECT_FALSE(matches("CN=*,O=Example,C=GB", "CN=x\\,O=Example,O=Evil,C=GB"));
    EXPECT_FALSE(matches("CN=*,O=Example", "CN=x,OU=y,O=Example"));
    EXPECT_TRUE(matches("CN=\\*,O=x", "CN=*,O=x"));
    EXPECT_TRUE(matches("CN=\\2A,O=x", "CN=*,O=x"));
    EXPECT_FALSE(matches("CN=\\*,O=x", "CN=alice,O=x"));
    EXPECT_FALSE(matches("CN=a,O=x", "CN=\\01,O=x"));
}

TEST(DistinguishedName, AStarInPlaceOfAPartIsAnyNumberOfThem)
{
    EXPECT_TRUE(matches("*", k_alice));
    EXPECT_TRUE(matches("*", ""));
    EXPECT_TRUE(matches("*,O=Example,C=GB", k_alice));
    EXPECT_TRUE(matches("*,O=Example,C=GB", "O=Example,C=GB"));
    EXPECT_TRUE(matches("*,O=Example,C=GB", "CN=a,OU=b,O=Example,C=GB"));
    EXPECT_TRUE(matches("C=GB,O=Example,*", k_alice));
    EXPECT_TRUE(matches("CN=alice,*,C=GB", k_alice));
    EXPECT_FALSE(matches("*,O=Other,C=GB", k_alice));
}

TEST(DistinguishedName, WhatMakesNoSenseIsNoPattern)
{
    for (const char* text :
         {"",         "alice",      "CN=alice,", ",CN=alice", "CN=alice,,O=x", "=alice",
          "CM=alice", "/C=GB/CN=x", "CN=a\\",    "CN=#0",     "CN=#zz",        "CN=\"a\"",
          "CN=a;O=b", "CN=a+",      "CN=a\n",    "CN=a\\0A",  "CN=#0C0101",    "1..2=a",
          ".1=a",     "CN=\\FF",    "CN=<a>"}) {
        EXPECT_FALSE(parse_subject_pattern(text).has_value()) << text;
    }
}

TEST(DistinguishedName, ASubjectMayHaveTypesThatNobodyKnows)
{
    EXPECT_TRUE(parse_subject("frob=x,CN=a").has_value());
    EXPECT_TRUE(matches("*", "frob=x,CN=a"));
    EXPECT_FALSE(parse_subject("no name").has_value());
}

// Else the name in a subject would be one that no pattern can have.
TEST(DistinguishedName, EveryTypeThatGnuTlsNamesIsKnown)
{
    const auto check = [](const std::string& oid) {
        const char* const name = gnutls_x509_dn_oid_name(oid.c_str(), 0);
        if (name == nullptr || gnutls_x509_dn_oid_known(oid.c_str()) == 0) {
            return;
        }
        const auto parsed = parse_subject_pattern(std::string{name} + "=x");
        ASSERT_TRUE(parsed.has_value()) << oid << " " << name;
        EXPECT_EQ(parsed->front().front().type, oid) << name;
    };
    for (const char* const root :
         {"2.5.4.", "1.2.840.113549.1.9.", "0.9.2342.19200300.100.1.", "1.3.6.1.5.5.7.9.",
          "1.3.6.1.5.5.7.8.", "1.3.6.1.4.1.311.60.2.1."}) {
        for (int number = 0; number < 130; ++number) {
            check(root + std::to_string(number));
        }
    }
}

} // namespace
} // namespace gds
