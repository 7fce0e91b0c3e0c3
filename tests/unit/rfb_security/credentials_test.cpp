// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/credentials.h"

#include "rfb/user_name.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gds {

namespace {

Credentials two_users()
{
    Credentials credentials;
    credentials.users["alice"] = {make_scram_verifier(ScramHash::sha256, "wonderland"),
                                  make_scram_verifier(ScramHash::sha512, "wonderland")};
    credentials.users["carol"] = {make_scram_verifier(ScramHash::sha512, "carols")};
    credentials.users["nobody"] = {};
    credentials.decoy_key = Bytes(32, 1);
    return credentials;
}

} // namespace

TEST(Credentials, JudgePasswordsByWhatVerifierThereIs)
{
    const auto credentials = two_users();
    EXPECT_TRUE(may_log_in(credentials, "alice", "wonderland"));
    EXPECT_FALSE(may_log_in(credentials, "alice", "carols"));
    EXPECT_FALSE(may_log_in(credentials, "alice", ""));
    EXPECT_TRUE(may_log_in(credentials, "carol", "carols"));
    EXPECT_FALSE(may_log_in(credentials, "carol", "wonderland"));
    EXPECT_FALSE(may_log_in(credentials, "nobody", ""));
    EXPECT_FALSE(may_log_in(credentials, "mallory", "wonderland"));
    EXPECT_FALSE(may_log_in(credentials, "", ""));
    EXPECT_FALSE(may_log_in(credentials, std::string_view{"alice\0", 6}, "wonderland"));
}

TEST(Credentials, ThatAreNotThereLetNobodyIn)
{
    EXPECT_FALSE(may_log_in(Credentials{}, "alice", "wonderland"));
    auto credentials = two_users();
    credentials.unavailable = "the keyring is locked";
    EXPECT_FALSE(may_log_in(credentials, "alice", "wonderland"));
}

TEST(Credentials, InventAVerifierForWhoIsUnknown)
{
    const auto credentials = two_users();
    for (const ScramHash hash : {ScramHash::sha256, ScramHash::sha512}) {
        bool known = true;
        const auto invented = credentials.verifier_for("mallory", hash, known);
        EXPECT_FALSE(known);
        const auto real = credentials.verifier_for("alice", hash, known);
        EXPECT_TRUE(known);
        EXPECT_EQ(invented.hash, real.hash);
        EXPECT_EQ(invented.iterations, real.iterations);
        EXPECT_EQ(invented.salt.size(), real.salt.size());
        EXPECT_EQ(invented.stored_key.size(), real.stored_key.size());
        EXPECT_EQ(invented.server_key.size(), real.server_key.size());
        EXPECT_EQ(credentials.verifier_for("mallory", hash, known), invented);
        EXPECT_NE(credentials.verifier_for("mallorz", hash, known).salt, invented.salt);
        EXPECT_TRUE(parse_scram_verifier(to_text(invented).view()));
    }
}

TEST(Credentials, InventTheMissingHashOfAKnownUser)
{
    bool known = true;
    const auto invented = two_users().verifier_for("carol", ScramHash::sha256, known);
    EXPECT_FALSE(known);
    EXPECT_FALSE(check_password(invented, "carols"));
}

TEST(Credentials, InventedVerifiersNeedTheKey)
{
    auto credentials = two_users();
    bool known = false;
    const auto before = credentials.verifier_for("mallory", ScramHash::sha256, known);
    credentials.decoy_key = Bytes(32, 2);
    EXPECT_NE(credentials.verifier_for("mallory", ScramHash::sha256, known), before);
    credentials.decoy_key.clear();
    const auto without = credentials.verifier_for("mallory", ScramHash::sha256, known);
    EXPECT_EQ(credentials.verifier_for("mallory", ScramHash::sha256, known), without);
    EXPECT_NE(without.salt, before.salt);
}

TEST(Credentials, InventedIterationsAreAsFrequentAsRealOnes)
{
    Credentials credentials;
    credentials.users["a"] = {make_scram_verifier(ScramHash::sha256, "a", 4096)};
    credentials.users["b"] = {make_scram_verifier(ScramHash::sha256, "b", 8192)};
    credentials.decoy_key = Bytes(32, 3);
    std::set<unsigned> seen;
    bool known = false;
    for (int i = 0; i < 50; ++i) {
        seen.insert(credentials.verifier_for("user" + std::to_string(i), ScramHash::sha256, known)
                        .iterations);
    }
    EXPECT_EQ(seen, (std::set<unsigned>{4096, 8192}));
}

TEST(UserName, IsTextWithoutSurprises)
{
    for (const char* good : {"a", "alice", "alice@example.test", "Jos\xc3\xa9", "two words", "0"}) {
        EXPECT_TRUE(is_user_name(good)) << good;
    }
    EXPECT_TRUE(is_user_name(std::string(200, 'x')));
    EXPECT_FALSE(is_user_name(std::string(201, 'x')));
    for (const char* bad : {"", " alice", "alice ", "al\nice", "al\x7fice", "\xff", "\xc3",
                            "\x1b[2J", "\xc2\x85", "\xe2\x80\x83x"}) {
        EXPECT_FALSE(is_user_name(bad)) << bad;
    }
    EXPECT_FALSE(is_user_name(std::string_view{"a\0b", 3}));
}

} // namespace gds
