// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/doors.h"

#include <gtest/gtest.h>

#include <set>

namespace gds {
namespace {

Credentials all_there()
{
    Credentials credentials;
    credentials.vnc_password = std::make_shared<const SecretString>("rosebud");
    return credentials;
}

const OwnKeys k_all_keys{true, true, ""};
const std::vector<SecurityWord> k_all{k_security_words.begin(), k_security_words.end()};

} // namespace

TEST(Doors, AreOpenInTheOrderOfTheSetting)
{
    EXPECT_EQ(look_at_doors(k_all, all_there(), k_all_keys, {true, true}).open, k_all);
    EXPECT_TRUE(look_at_doors({}, all_there(), k_all_keys).open.empty());
    const std::vector<SecurityWord> some{SecurityWord::none, SecurityWord::x509_plain};
    EXPECT_EQ(look_at_doors(some, all_there(), k_all_keys).open, some);
}

TEST(Doors, AreClosedWhileWhatTheyNeedIsMissing)
{
    Credentials nobody;
    nobody.unavailable = "No user.";
    nobody.vnc_unavailable = "No VNC password.";
    const SaslAbility layer{false, true};
    for (const SecurityWord word : k_security_words) {
        EXPECT_EQ(look_at_doors({word}, all_there(), {false, true, ""}, layer).open.empty(),
                  needs_certificate(word))
            << to_text(word);
        const auto doors = look_at_doors({word}, nobody, k_all_keys, layer);
        EXPECT_EQ(doors.open.empty(), needs_user_password(word) || needs_vnc_password(word))
            << to_text(word);
        // Said where it matters, and only there.
        std::vector<std::string> expected;
        if (needs_user_password(word)) {
            expected.emplace_back("No user.");
        }
        if (needs_vnc_password(word)) {
            expected.emplace_back("No VNC password.");
        }
        EXPECT_EQ(doors.missing, expected) << to_text(word);
    }
}

TEST(Doors, ATicketNeedsNoPassword)
{
    Credentials locked;
    locked.unavailable = "The keyring is locked.";
    const std::vector<SecurityWord> listed{SecurityWord::x509_sasl, SecurityWord::x509_plain,
                                           SecurityWord::sasl};
    const auto doors = look_at_doors(listed, locked, k_all_keys, {true, true});
    EXPECT_EQ(doors.open, (std::vector<SecurityWord>{SecurityWord::x509_sasl, SecurityWord::sasl}));
    EXPECT_EQ(doors.missing, std::vector<std::string>{"The keyring is locked."});
    EXPECT_TRUE(look_at_doors({SecurityWord::sasl}, all_there(), k_all_keys).open.empty());
}

TEST(Doors, OurOwnUserNeedsNoPassword)
{
    Credentials locked;
    locked.unavailable = "The keyring is locked.";
    const std::vector<SecurityWord> listed{SecurityWord::x509_sasl, SecurityWord::x509_plain};
    const std::vector<SecurityWord> open{SecurityWord::x509_sasl};
    for (const bool passwords : {false, true}) {
        EXPECT_EQ(look_at_doors(listed, locked, k_all_keys, {false, false, passwords, true}).open,
                  open);
        EXPECT_TRUE(look_at_doors(listed, locked, k_all_keys, {false, false, passwords, false})
                        .open.empty());
    }
    SaslPolicy only;
    only.mechanisms = {k_own_user_mechanism};
    const auto ability = sasl_ability(only, locked);
    EXPECT_TRUE(ability.own_user && !ability.passwords && !ability.kerberos && !ability.layer);
    EXPECT_FALSE(sasl_ability(SaslPolicy{}, locked).own_user);
}

TEST(Doors, ThatNobodyHasAPasswordIsSaidWhereThereIsNoOtherWayIn)
{
    Credentials nobody;
    nobody.unavailable = "No user.";
    nobody.no_users = true;
    const std::vector<SecurityWord> usual{SecurityWord::x509_sasl, SecurityWord::x509_plain};
    const std::vector<std::string> said{"No user."};
    EXPECT_EQ(look_at_doors(usual, nobody, k_all_keys).missing, said);
    // Kerberos alone, and beside passwords.
    const SaslAbility tickets_only{true, true, false};
    EXPECT_TRUE(look_at_doors(usual, nobody, k_all_keys, tickets_only).missing.empty());
    EXPECT_TRUE(look_at_doors(usual, nobody, k_all_keys, {true, true, true}).missing.empty());
    // Certificates of viewers alone.
    EXPECT_TRUE(
        look_at_doors({SecurityWord::x509_none, SecurityWord::x509_plain}, nobody, k_all_keys)
            .missing.empty());
    // Tickets, without our own certificate.
    EXPECT_EQ(look_at_doors(usual, nobody, {false, true, ""}, {true, true, true}).missing, said);
    // Not even a locked keyring matters where no password is asked for.
    nobody.no_users = false;
    EXPECT_TRUE(
        look_at_doors({SecurityWord::x509_sasl}, nobody, k_all_keys, tickets_only).missing.empty());
    EXPECT_EQ(look_at_doors(usual, nobody, k_all_keys, {true, true, true}).missing, said);
}

TEST(Doors, SaslWithoutAnyMechanismIsClosed)
{
    EXPECT_TRUE(
        look_at_doors({SecurityWord::x509_sasl}, all_there(), k_all_keys, {false, false, false})
            .open.empty());
}

TEST(Doors, Ra2NeedsItsKey)
{
    const OwnKeys no_key{true, false, "No RSA key."};
    for (const SecurityWord word : k_security_words) {
        const auto doors = look_at_doors({word}, all_there(), no_key, {true, true});
        const bool is_ra2 = word == SecurityWord::ra2_256;
        EXPECT_EQ(doors.open.empty(), is_ra2) << to_text(word);
        EXPECT_EQ(doors.missing.empty(), !is_ra2) << to_text(word);
    }
    EXPECT_EQ(look_at_doors({SecurityWord::ra2_256}, all_there(), no_key).missing,
              std::vector<std::string>{"No RSA key."});
}

TEST(Doors, SayTheSameReasonOnce)
{
    Credentials locked;
    locked.unavailable = "The keyring is locked.";
    locked.vnc_unavailable = "The keyring is locked.";
    EXPECT_EQ(look_at_doors(k_all, locked, k_all_keys).missing,
              std::vector<std::string>{"The keyring is locked."});
}

TEST(Doors, WeakOnesAreNamedWithWhatTheyMean)
{
    EXPECT_TRUE(
        look_at_doors({SecurityWord::x509_sasl, SecurityWord::x509_plain, SecurityWord::ra2_256},
                      all_there(), k_all_keys)
            .warnings.empty());
    std::set<std::string> different;
    for (const SecurityWord word :
         {SecurityWord::x509_vnc, SecurityWord::x509_none, SecurityWord::tls_plain,
          SecurityWord::tls_vnc, SecurityWord::tls_none, SecurityWord::vnc_auth,
          SecurityWord::none}) {
        const auto doors = look_at_doors({word}, all_there(), k_all_keys);
        ASSERT_EQ(doors.warnings.size(), 1U) << to_text(word);
        EXPECT_NE(doors.warnings[0].find(std::string{"type "} + to_text(word) + " is on"),
                  std::string::npos);
        different.insert(doors.warnings[0]);
    }
    EXPECT_EQ(different.size(), 7U);
}

} // namespace gds
