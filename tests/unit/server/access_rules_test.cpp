// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/access_rules.h"

#include "server/wildcard.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace gds {
namespace {

using enum AccessVerdict;
using Written = std::initializer_list<std::pair<const char*, const char*>>;

AccessRules rules(Written written, AccessVerdict otherwise = deny)
{
    AccessRules made{{}, otherwise};
    for (const auto& [verdict, pattern] : written) {
        made.rules.push_back(parse_access_rule(verdict, pattern).rule);
    }
    return made;
}

Identity password(const char* name) { return {IdentityKind::password, name, {}, {}}; }
Identity kerberos(const char* name) { return {IdentityKind::kerberos, name, {}, {}}; }
Identity own_user(const char* name) { return {IdentityKind::own_user, name, {}, name}; }
Identity nobody(IdentityKind kind) { return {kind, "", {}, {}}; }
Identity with_certificate(Identity who, const char* subject)
{
    who.certificate = ClientCertificate{subject, std::string(62, '0') + "ab"};
    return who;
}

AccessVerdict verdict(const AccessRules& by, Identity who, const char* address = "192.0.2.7",
                      AccountGroups groups = {})
{
    return decide_access(by, {std::move(who), address, std::move(groups)}).verdict;
}

AccessVerdict verdict(const std::string& pattern, Identity who)
{
    EXPECT_EQ(parse_access_rule("control", pattern).complaint, "") << pattern;
    return verdict(rules({{"control", pattern.c_str()}}), std::move(who));
}

TEST(AccessRules, OfAFreshInstallationLetPasswordUsersControl)
{
    const auto usual = default_access_rules();
    EXPECT_EQ(verdict(usual, password("alice")), control);
    EXPECT_EQ(verdict(usual, kerberos("alice@EXAMPLE.TEST")), ask);
    EXPECT_EQ(verdict(usual, nobody(IdentityKind::vnc_password)), ask);
    EXPECT_EQ(verdict(usual, nobody(IdentityKind::anonymous)), ask);
    EXPECT_EQ(verdict(usual, own_user("alice")), ask);
    EXPECT_TRUE(groups_named(usual).empty());
}

TEST(AccessRules, WhatAProxyWasAskedForLetsNobodyIn)
{
    const auto behind = [](const AccessRules& by, const char* address) {
        return decide_access(by, {password("alice"), address, {}, true}).verdict;
    };
    const auto from_there = rules({{"control", "host:192.0.2.0/24"}, {"view", "alice"}});
    EXPECT_EQ(verdict(from_there, password("alice")), control);
    EXPECT_EQ(behind(from_there, "192.0.2.7"), view);
    EXPECT_EQ(behind(from_there, ""), view);
    const auto not_from_there = rules({{"deny", "host:192.0.2.0/24"}, {"control", "alice"}});
    EXPECT_EQ(behind(not_from_there, "192.0.2.7"), deny);
    EXPECT_EQ(behind(not_from_there, "198.51.100.7"), control);
    EXPECT_EQ(behind(not_from_there, ""), deny) << "a name, of which nothing is known";
    EXPECT_EQ(verdict(not_from_there, password("alice"), ""), control) << "a unix socket";
    EXPECT_EQ(behind(rules({{"ask", "host:192.0.2.0/24"}, {"control", "*"}}), ""), ask);
    EXPECT_EQ(behind(rules({{"control", "host:0.0.0.0/0"}}, ask), ""), ask);
}

TEST(AccessRules, TheFirstThatMatchesDecides)
{
    const auto some = rules({{"view", "password:bob"}, {"deny", "password:b*"}, {"control", "*"}});
    EXPECT_EQ(verdict(some, password("bob")), view);
    EXPECT_EQ(verdict(some, password("bill")), deny);
    EXPECT_EQ(verdict(some, password("alice")), control);
}

TEST(AccessRules, WhoMatchesNoneGetsTheDefault)
{
    for (const auto otherwise : {control, view, ask, deny}) {
        EXPECT_EQ(verdict(rules({}, otherwise), password("alice")), otherwise);
        EXPECT_EQ(verdict(rules({{"control", "bob"}}, otherwise), password("alice")), otherwise);
    }
}

TEST(AccessRules, PasswordAndKerberosAreNeverConfused)
{
    EXPECT_EQ(verdict("alice", password("alice")), control);
    EXPECT_EQ(verdict("alice", kerberos("alice@ELSEWHERE")), deny);
    EXPECT_EQ(verdict("password:*", kerberos("alice@ELSEWHERE")), deny);
    EXPECT_EQ(verdict("alice@EXAMPLE.TEST", kerberos("alice@EXAMPLE.TEST")), control);
    EXPECT_EQ(verdict("alice@EXAMPLE.TEST", kerberos("alice@ELSEWHERE")), deny);
    EXPECT_EQ(verdict("alice@EXAMPLE.TEST", password("alice@EXAMPLE.TEST")), deny);
    EXPECT_EQ(verdict("alice@EXAMPLE.TEST", password("alice")), deny);
    EXPECT_EQ(verdict("kerberos:*@EXAMPLE.TEST", kerberos("bob@EXAMPLE.TEST")), control);
    EXPECT_EQ(verdict("kerberos:*@*", kerberos("bob@ELSEWHERE")), control);
    EXPECT_EQ(verdict("kerberos:*", kerberos("bob@ELSEWHERE")), control);
    EXPECT_EQ(verdict("*", kerberos("bob@ELSEWHERE")), deny);
    EXPECT_EQ(verdict("ALICE", password("alice")), deny);
}

// The realm is what stands behind the last @ that is not part of the name.
TEST(AccessRules, OurOwnUserIsNeitherThePasswordUserNorThePrincipalOfHisName)
{
    EXPECT_EQ(verdict("unix:alice", own_user("alice")), control);
    EXPECT_EQ(verdict("unix:al*", own_user("alice")), control);
    EXPECT_EQ(verdict("unix:bob", own_user("alice")), deny);
    EXPECT_EQ(verdict("unix:alice@HERE", own_user("alice@HERE")), control);
    for (const auto* const pattern : {"alice", "password:*", "*@*", "kerberos:*", "alice@HERE",
                                      "anonymous", "vnc-password", "host:0.0.0.0/0", "host:::/0"}) {
        EXPECT_EQ(verdict(rules({{"control", pattern}}), own_user("alice"), ""), deny) << pattern;
        EXPECT_EQ(verdict(rules({{"control", pattern}}), own_user("alice@HERE"), ""), deny);
    }
    for (const auto* const pattern : {"unix:*", "unix:alice", "unix:alice@HERE"}) {
        EXPECT_EQ(verdict(pattern, password("alice")), deny);
        EXPECT_EQ(verdict(pattern, kerberos("alice@HERE")), deny);
        EXPECT_EQ(verdict(pattern, nobody(IdentityKind::anonymous)), deny);
    }
    EXPECT_NE(parse_access_rule("control", "unix:").complaint, "");
    // What is said of a group is said of him, too: a rule that denies is not got round.
    const auto denied = rules({{"deny", "group:guests"}, {"control", "unix:*"}});
    EXPECT_EQ(verdict(denied, own_user("alice"), "", {{"guests"}, {}}), deny);
    EXPECT_EQ(verdict(denied, own_user("alice"), "", {{}, {"guests"}}), control);
    EXPECT_EQ(local_account_of(own_user("alice")), "alice");
}

TEST(AccessRules, ANameDoesNotPassForARealm)
{
    EXPECT_EQ(verdict("kerberos:*@EXAMPLE.TEST", kerberos("a@EXAMPLE.TEST@ELSEWHERE")), deny);
    EXPECT_EQ(verdict("kerberos:*@EXAMPLE.TEST", kerberos("a\\@EXAMPLE.TEST@ELSEWHERE")), deny);
    EXPECT_EQ(verdict("kerberos:alice@*", kerberos("alice@X")), control);
    EXPECT_EQ(verdict(rules({{"view", "kerberos:a@B"}}, control), kerberos("alice")), deny)
        << "without a realm nothing can be said";
}

TEST(AccessRules, KnowThoseWithoutAName)
{
    EXPECT_EQ(verdict("vnc-password", nobody(IdentityKind::vnc_password)), control);
    EXPECT_EQ(verdict("vnc-password", nobody(IdentityKind::anonymous)), deny);
    EXPECT_EQ(verdict("anonymous", nobody(IdentityKind::anonymous)), control);
    EXPECT_EQ(verdict("anonymous", nobody(IdentityKind::vnc_password)), deny);
    EXPECT_EQ(verdict("*", nobody(IdentityKind::anonymous)), deny);
    EXPECT_EQ(verdict("anonymous", password("anonymous")), deny);
}

TEST(AccessRules, KnowCertificates)
{
    const auto alice = with_certificate(password("alice"), "CN=alice,O=Example,C=GB");
    EXPECT_EQ(verdict("x509:CN=alice,O=Example,C=GB", alice), control);
    EXPECT_EQ(verdict("x509:C=GB, O=Example, CN=alice", alice), control);
    EXPECT_EQ(verdict("x509:CN=*,O=Example,C=GB", alice), control);
    EXPECT_EQ(verdict("x509:CN=bob,O=Example,C=GB", alice), deny);
    EXPECT_EQ(verdict("x509:*", password("alice")), deny);
    EXPECT_EQ(verdict("x509-sha256:" + std::string(62, '0') + "AB", alice), control);
    std::string colons = "x509-sha256:";
    for (int i = 0; i < 31; ++i) {
        colons += "00:";
    }
    EXPECT_EQ(verdict(colons + "aB", alice), control);
    EXPECT_EQ(verdict(colons + "aC", alice), deny);
}

TEST(AccessRules, DenyWhereASubjectCannotBeRead)
{
    const auto odd = with_certificate(password("alice"), "no name at all");
    EXPECT_EQ(verdict(rules({{"deny", "x509:CN=mallory"}}, control), odd), deny);
    EXPECT_EQ(verdict(rules({{"control", "alice"}, {"deny", "x509:CN=mallory"}}), odd), control);
}

TEST(AccessRules, KnowNetworks)
{
    const auto some =
        rules({{"deny", "host:192.0.2.0/25"}, {"view", "host:2001:db8::/32"}}, control);
    EXPECT_EQ(verdict(some, password("alice"), "192.0.2.7"), deny);
    EXPECT_EQ(verdict(some, password("alice"), "::ffff:192.0.2.7"), deny);
    EXPECT_EQ(verdict(some, password("alice"), "192.0.2.200"), control);
    EXPECT_EQ(verdict(some, password("alice"), "2001:db8::7"), view);
    EXPECT_EQ(verdict(some, password("alice"), ""), control);
}

AccountGroups member_of(std::vector<std::string> in, std::vector<std::string> not_in = {})
{
    return {std::move(in), std::move(not_in), false};
}

TEST(AccessRules, KnowGroups)
{
    const auto some = rules({{"deny", "group:guests"}, {"control", "group:adm*"}}, view);
    EXPECT_EQ(groups_named(some).size(), 2U);
    const auto admin = member_of({"users", "admins"}, {"guests"});
    EXPECT_EQ(verdict(some, password("alice"), "", admin), control);
    EXPECT_EQ(verdict(some, kerberos("alice@X"), "", member_of({"admins", "guests"})), deny);
    EXPECT_EQ(verdict(some, password("alice"), "", member_of({}, {"guests", "admins"})), view);
    EXPECT_EQ(verdict(some, nobody(IdentityKind::anonymous), "", admin), view);
    AccountGroups no_account;
    no_account.no_account = true;
    EXPECT_EQ(verdict(some, kerberos("alice@ELSEWHERE"), "", no_account), view);
}

TEST(AccessRules, AGroupThatNobodyKnowsOfMayBeOneThatHeIsIn)
{
    EXPECT_EQ(membership("guests", member_of({}, {"users"})), Membership::unknown);
    EXPECT_EQ(membership("guests", member_of({}, {"users", "guests"})), Membership::no);
    EXPECT_EQ(membership("guests", member_of({"guests"})), Membership::yes);
    EXPECT_EQ(membership(to_wildcard("g*"), member_of({"users"})), Membership::unknown);
    EXPECT_EQ(membership(to_wildcard("g*"), member_of({"users"}, {"guests"})), Membership::no);
    EXPECT_EQ(membership(to_wildcard("g*"), member_of({"guests"}, {"games"})), Membership::yes);
}

// A directory that is away lets nobody do what he could not do while it is there.
TEST(AccessRules, TheStrictestHoldsOfWhatMayBe)
{
    const auto unknown = [](Written written, AccessVerdict otherwise) {
        return decide_access(rules(written, otherwise), {password("alice"), "", {}});
    };
    EXPECT_EQ(unknown({{"deny", "group:guests"}, {"control", "alice"}}, deny).verdict, deny);
    EXPECT_EQ(unknown({{"view", "group:guests"}, {"control", "alice"}}, deny).verdict, view);
    EXPECT_EQ(unknown({{"ask", "group:guests"}, {"control", "alice"}}, deny).verdict, ask);
    EXPECT_EQ(unknown({{"control", "group:admins"}, {"view", "alice"}}, deny).verdict, view);
    EXPECT_EQ(unknown({{"control", "group:admins"}}, deny).verdict, deny);
    EXPECT_EQ(unknown({{"control", "group:admins"}}, ask).verdict, ask);
    EXPECT_EQ(
        unknown({{"control", "group:a"}, {"view", "group:b"}, {"control", "*"}}, deny).verdict,
        view);
    EXPECT_EQ(unknown({{"view", "group:a"}, {"deny", "group:b"}, {"view", "*"}}, control).verdict,
              deny);
    EXPECT_EQ(unknown({{"control", "alice"}, {"deny", "group:guests"}}, deny).verdict, control);
}

TEST(AccessRules, GroupsAreWantedWhereTheAnswerTurnsOnThem)
{
    const auto decide = [](Written written, AccountGroups groups = {}) {
        return decide_access(rules(written), {password("alice"), "", std::move(groups)});
    };
    EXPECT_FALSE(decide({{"control", "alice"}, {"deny", "group:guests"}}).wants_groups);
    EXPECT_FALSE(decide({{"control", "group:admins"}, {"control", "alice"}}).wants_groups);
    EXPECT_FALSE(decide({{"deny", "group:guests"}}).wants_groups) << "denied anyway";
    const auto some = decide({{"deny", "group:guests"}, {"control", "alice"}});
    EXPECT_TRUE(some.wants_groups);
    EXPECT_TRUE(some.undecided);
    EXPECT_EQ(some.because, "rule 1 (deny group:guests), which cannot be decided now");
    const auto known =
        decide({{"deny", "group:guests"}, {"control", "alice"}}, member_of({}, {"guests"}));
    EXPECT_FALSE(known.wants_groups);
    EXPECT_FALSE(known.undecided);
    EXPECT_EQ(known.because, "rule 2 (control alice)");
    const auto odd = with_certificate(password("alice"), "no name at all");
    const auto subject =
        decide_access(rules({{"deny", "x509:CN=mallory"}, {"control", "alice"}}), {odd, "", {}});
    EXPECT_TRUE(subject.undecided);
    EXPECT_FALSE(subject.wants_groups);
}

TEST(AccessRules, ThatAreNotUnderstoodDenyWhereTheyStand)
{
    for (const char* pattern : {"",
                                "passwrd:bob",
                                "Password:bob",
                                "password:",
                                "kerberos:",
                                "kerberos:alice",
                                "kerberos:al*",
                                "kerberos:@X",
                                "kerberos:a@",
                                "@",
                                "a@",
                                "@b",
                                "x509:",
                                "x509:alice",
                                "x509:CM=x",
                                "x509-sha256:",
                                "x509-sha256:00",
                                "x509-sha256:*",
                                "group:",
                                "host:",
                                "host:192.0.2.7/24",
                                "host:*",
                                "a:b",
                                "a\nb",
                                "password:\x01",
                                "\xff",
                                "vnc-password:"}) {
        const auto parsed = parse_access_rule("control", pattern);
        EXPECT_NE(parsed.complaint, "") << pattern;
        AccessRules some{{parse_access_rule("control", "alice").rule, parsed.rule}, control};
        EXPECT_EQ(verdict(some, password("alice")), control) << "it stands before: " << pattern;
        EXPECT_EQ(verdict(some, password("bob")), deny) << pattern;
        EXPECT_EQ(verdict(some, nobody(IdentityKind::anonymous)), deny) << pattern;
    }
    EXPECT_NE(parse_access_rule("control", std::string(5000, 'a')).complaint, "");
}

TEST(AccessRules, AnUnknownVerdictDeniesThoseWhoMatch)
{
    for (const char* word : {"", "Control", "allow", "dney", "control "}) {
        const auto parsed = parse_access_rule(word, "password:bob");
        EXPECT_NE(parsed.complaint.find("password:bob"), std::string::npos);
        const AccessRules some{{parsed.rule}, control};
        EXPECT_EQ(verdict(some, password("bob")), deny) << word;
        EXPECT_EQ(verdict(some, password("alice")), control) << word;
    }
}

TEST(AccessRules, AreNamedInTheReasonAndInComplaints)
{
    const auto some = rules({{"view", "bob"}, {"deny", "mallory"}});
    const AccessQuestion question{password("mallory"), "", {}};
    EXPECT_EQ(decide_access(some, question).because, "rule 2 (deny mallory)");
    EXPECT_EQ(decide_access(rules({}), question).because, "no rule matches");
    const auto parsed = parse_access_rule("control", "kerberos:al\nice");
    EXPECT_NE(parsed.complaint.find("kerberos:al\\nice"), std::string::npos) << parsed.complaint;
}

} // namespace
} // namespace gds
