// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/ra2_key.h"

#include "base/errors.h"
#include "ra2_client.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <glib/gstdio.h>
#include <sys/stat.h>

namespace gds {

using namespace test;

namespace {

class Ra2KeyFile : public testing::Test {
protected:
    Ra2KeyFile()
    {
        std::string pattern = std::filesystem::temp_directory_path() / "gds-ra2-XXXXXX";
        EXPECT_NE(g_mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        file_ = directory_ + "/state/ra2-key.pem";
    }
    ~Ra2KeyFile() override { std::filesystem::remove_all(directory_); }

    std::string complaint() const
    {
        try {
            load_or_make_ra2_key(file_);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return {};
    }
    mode_t mode() const
    {
        struct stat status = {};
        EXPECT_EQ(::stat(file_.c_str(), &status), 0);
        return status.st_mode & 0777U;
    }

    std::string directory_;
    std::string file_;
};

} // namespace

TEST(Ra2Key, DecryptsWhatWasEncryptedForIt)
{
    const auto key = key_of_the_server();
    EXPECT_EQ(key->size(), 256U);
    EXPECT_EQ(key->public_octets().size(), 4U + 256 + 256);
    EXPECT_EQ(key->fingerprint().size(), 23U);
    const Bytes secret = random_octets(32);
    const Bytes encrypted = encrypt_for(key->public_octets(), secret);
    EXPECT_EQ(encrypted.size(), key->size());
    EXPECT_TRUE(key->decrypt(encrypted, 32).equals(secret));
    EXPECT_NE(encrypt_for(key->public_octets(), secret), encrypted);
}

TEST(Ra2Key, WhatIsNoEncryptionBecomesSomethingNobodyKnows)
{
    const auto key = key_of_the_server();
    const Bytes zeros(key->size(), 0);
    const auto first = key->decrypt(zeros, 32);
    const auto second = key->decrypt(zeros, 32);
    EXPECT_EQ(first.size(), 32U);
    EXPECT_FALSE(first.equals(second.bytes()));
    EXPECT_FALSE(first.equals(Bytes(32, 0)));
}

TEST(Ra2Key, BadPemIsRefused)
{
    for (const char* text :
         {"", "x", "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----",
          "-----END RSA PRIVATE KEY----------BEGIN RSA PRIVATE KEY-----",
          "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"}) {
        EXPECT_THROW(parse_ra2_key(SecretString{text}), std::runtime_error) << text;
    }
    EXPECT_THROW(parse_ra2_key(make_rsa_private_key(1024)), std::runtime_error);
}

TEST_F(Ra2KeyFile, IsMadeOnceAndPrivate)
{
    const auto made = load_or_make_ra2_key(file_);
    EXPECT_EQ(mode(), 0600U);
    EXPECT_EQ(load_or_make_ra2_key(file_)->public_octets(), made->public_octets());
}

TEST_F(Ra2KeyFile, ThatCannotBeUsedIsNamedAndKept)
{
    std::filesystem::create_directory(directory_ + "/state");
    std::ofstream{file_} << "not a key";
    ::chmod(file_.c_str(), 0600);
    EXPECT_NE(complaint().find(file_), std::string::npos) << complaint();
    EXPECT_EQ(std::filesystem::file_size(file_), 9U);
    ::chmod(file_.c_str(), 0644);
    EXPECT_NE(complaint().find("chmod"), std::string::npos) << complaint();
    std::filesystem::remove(file_);
    std::filesystem::create_directory(file_);
    EXPECT_NE(complaint().find(file_), std::string::npos) << complaint();
}

} // namespace gds
