// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/scram_verifier.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <glib.h>

namespace gds {

namespace {

// RFC 7677, 3: user "user", password "pencil".
constexpr const char* k_pencil =
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
    "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
constexpr const char* k_auth_message =
    "n=user,r=rOprNGfwEbeRWgbNEkqO,"
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
constexpr const char* k_server_signature = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

std::string server_signature(const ScramVerifier& verifier)
{
    GHmac* hmac =
        g_hmac_new(G_CHECKSUM_SHA256, verifier.server_key.data(), verifier.server_key.size());
    g_hmac_update(hmac, reinterpret_cast<const guchar*>(k_auth_message), -1);
    Bytes digest(32);
    gsize size = digest.size();
    g_hmac_get_digest(hmac, digest.data(), &size);
    g_hmac_unref(hmac);
    char* text = g_base64_encode(digest.data(), digest.size());
    std::string signature{text};
    g_free(text);
    return signature;
}

} // namespace

TEST(ScramVerifier, AgreesWithTheExampleOfTheRfc)
{
    const auto verifier = parse_scram_verifier(k_pencil);
    ASSERT_TRUE(verifier);
    EXPECT_EQ(verifier->hash, ScramHash::sha256);
    EXPECT_EQ(verifier->iterations, 4096U);
    EXPECT_EQ(verifier->salt.size(), 16U);
    EXPECT_TRUE(check_password(*verifier, "pencil"));
    EXPECT_FALSE(check_password(*verifier, "Pencil"));
    EXPECT_FALSE(check_password(*verifier, "pencil "));
    EXPECT_FALSE(check_password(*verifier, std::string_view{"pencil\0", 7}));
    EXPECT_FALSE(check_password(*verifier, ""));
    EXPECT_EQ(server_signature(*verifier), k_server_signature);
    EXPECT_EQ(to_text(*verifier).view(), k_pencil);
}

TEST(ScramVerifier, IsMadeFreshEachTime)
{
    for (const ScramHash hash : {ScramHash::sha256, ScramHash::sha512}) {
        const auto one = make_scram_verifier(hash, "secret");
        const auto other = make_scram_verifier(hash, "secret");
        EXPECT_EQ(one.salt.size(), 16U);
        EXPECT_NE(one.salt, other.salt);
        EXPECT_NE(one.stored_key, other.stored_key);
        EXPECT_NE(one.stored_key, one.server_key);
        EXPECT_EQ(one.iterations, k_scram_default_iterations);
        EXPECT_TRUE(check_password(one, "secret"));
        EXPECT_FALSE(check_password(one, "secreT"));
        EXPECT_EQ(parse_scram_verifier(to_text(one).view()), one);
    }
}

TEST(ScramVerifier, HasTheKeySizesOfItsHash)
{
    EXPECT_EQ(make_scram_verifier(ScramHash::sha256, "x").server_key.size(), 32U);
    EXPECT_EQ(make_scram_verifier(ScramHash::sha512, "x").server_key.size(), 64U);
    EXPECT_EQ(make_scram_verifier(ScramHash::sha512, "x").stored_key.size(), 64U);
}

TEST(ScramVerifier, TakesAnyOctetsButNulAsPassword)
{
    const std::string octets{"\xff\n \t"};
    const auto verifier = make_scram_verifier(ScramHash::sha256, octets, k_scram_min_iterations);
    EXPECT_TRUE(check_password(verifier, octets));
    EXPECT_FALSE(check_password(verifier, octets.substr(0, 3)));
}

TEST(ScramVerifier, IsNotMadeOfNothing)
{
    EXPECT_THROW(make_scram_verifier(ScramHash::sha256, ""), std::invalid_argument);
    EXPECT_THROW(make_scram_verifier(ScramHash::sha256, std::string_view{"x\0", 2}),
                 std::invalid_argument);
    EXPECT_THROW(make_scram_verifier(ScramHash::sha256, "x", 4095), std::invalid_argument);
    EXPECT_THROW(make_scram_verifier(ScramHash::sha256, "x", 65537), std::invalid_argument);
}

TEST(ScramVerifier, WithoutKeysFitsNoPassword)
{
    ScramVerifier empty;
    empty.salt = Bytes(16, 1);
    EXPECT_FALSE(check_password(empty, "anything"));
    EXPECT_FALSE(check_password(empty, ""));
}

TEST(ScramVerifier, MalformedTextIsRefused)
{
    const std::string good = k_pencil;
    const auto with = [&good](const std::string& from, const std::string& to) {
        std::string text = good;
        return text.replace(text.find(from), from.size(), to);
    };
    const std::vector<std::string> bad{
        "",
        "SCRAM-SHA-256",
        with("SCRAM-SHA-256", "SCRAM-SHA-1"),
        with("SCRAM-SHA-256", "scram-sha-256"),
        // The keys are those of the other hash.
        with("SCRAM-SHA-256", "SCRAM-SHA-512"),
        with("4096", "4095"),
        with("4096", "65537"),
        with("4096", ""),
        with("4096", "-4096"),
        with("4096", "+4096"),
        with("4096", " 4096"),
        with("4096", "04096"),
        with("4096", "4096x"),
        with("4096", "99999999999999999999"),
        with("W22ZaJ0SNY7soEsUEjb6gQ==", ""),
        with("W22ZaJ0SNY7soEsUEjb6gQ==", "W22Z"),
        with("W22ZaJ0SNY7soEsUEjb6gQ==", "W22ZaJ0SNY7soEsUEjb6gQ"),
        with("W22ZaJ0SNY7soEsUEjb6gQ==", "W22ZaJ0S NY7soEsUEjb6gQ=="),
        with("W22ZaJ0SNY7soEsUEjb6gQ==", std::string(124, 'A')),
        with("$WG5d", "WG5d"),
        with("qY=:", "qY="),
        with("WG5d", ""),
        with("2dU=", ""),
        good + " ",
        good + ":",
        " " + good,
        good + std::string(1, '\0'),
    };
    for (const std::string& text : bad) {
        EXPECT_FALSE(parse_scram_verifier(text)) << text;
    }
}

} // namespace gds
