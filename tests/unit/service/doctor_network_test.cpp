// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/network_check.h"
#include "cli/doctor/settings_check.h"

#include <gtest/gtest.h>

namespace gds::cli {
namespace {

TEST(DoctorSockets, OnlyWhatListens)
{
    const auto sockets = parse_tcp_table(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        "timeout inode\n"
        "   0: 0100007F:170C 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        "
        "0 4711 1 0000000000000000 100 0 0 10 0\n"
        "   1: 0100007F:170D 0100007F:A000 01 00000000:00000000 00:00000000 00000000  1000        "
        "0 4712 1 0000000000000000 20 4 30 10 -1\n"
        "   2: 00000000000000000000000001000000:170E 00000000000000000000000000000000:0000 0A "
        "00000000:00000000 00:00000000 00000000  1000        0 4713 1 0000000000000000 100\n");
    ASSERT_EQ(sockets.size(), 2U);
    EXPECT_EQ(sockets[0].port, 5900);
    EXPECT_EQ(sockets[0].inode, 4711U);
    EXPECT_EQ(sockets[1].port, 5902);
}

TEST(DoctorSockets, WhatMakesNoSenseIsLeftOut)
{
    EXPECT_TRUE(parse_tcp_table("").empty());
    EXPECT_TRUE(parse_tcp_table("0: x 0 0A\n\n   \n").empty());
    EXPECT_TRUE(parse_tcp_table("0: 0:zz 0:0 0A 0 0 0 0 0 5\n").empty());
    EXPECT_TRUE(parse_tcp_table("0: 0:17000C 0:0 0A 0 0 0 0 0 5\n").empty());
}

Finding only(const Findings& findings)
{
    EXPECT_EQ(findings.size(), 1U);
    return findings.empty() ? Finding{} : findings[0];
}

const NetworkFacts k_taken{.port = {true, "Xvnc (process 7)"}};

TEST(DoctorPort, FreeOursOrTaken)
{
    EXPECT_EQ(only(judge_port({}, {})).verdict, Verdict::ok);
    // Of course it is taken when it is us.
    EXPECT_EQ(only(judge_port(k_taken, {.endpoints = {"tcp:[::]:5900"}})).verdict, Verdict::ok);
    EXPECT_EQ(only(judge_port(k_taken, {})).verdict, Verdict::warning);
    const auto strict = only(judge_port(k_taken, {.negotiate = false}));
    EXPECT_EQ(strict.verdict, Verdict::fault);
    EXPECT_EQ(strict.what, "Port 5900 is taken by Xvnc (process 7).");
    EXPECT_NE(strict.next.find("gsettings set org.gnome.desktop-sharing port"), std::string::npos);
    const auto moved = only(judge_port(k_taken, {.endpoints = {"tcp:0.0.0.0:5901"}}));
    EXPECT_EQ(moved.verdict, Verdict::warning);
    EXPECT_NE(moved.what.find("5901"), std::string::npos);
    // Told on the daemon's command line.
    EXPECT_EQ(only(judge_port({}, {.endpoints = {"tcp:0.0.0.0:5955"}})).verdict, Verdict::ok);
}

TEST(DoctorAddresses, WhereOthersReachUs)
{
    const NetworkFacts facts{.addresses = {"192.0.2.7", "2001:db8::7"}};
    const auto everywhere = only(judge_addresses(facts, {"tcp:0.0.0.0:5900", "tcp:[::]:5900"}));
    EXPECT_EQ(everywhere.verdict, Verdict::ok);
    EXPECT_NE(everywhere.what.find("192.0.2.7:5900, [2001:db8::7]:5900"), std::string::npos);
    const auto one = only(judge_addresses(facts, {"tcp:127.0.0.1:5900", "tcp:192.0.2.7:5900"}));
    EXPECT_EQ(one.what, "Viewers can connect to 192.0.2.7:5900.");
    EXPECT_EQ(only(judge_addresses(facts, {"tcp:127.0.0.1:5900"})).verdict, Verdict::warning);
    EXPECT_EQ(only(judge_addresses(facts, {"tcp:[::1]:5900", "unix:/x"})).verdict,
              Verdict::warning);
    EXPECT_EQ(only(judge_addresses({}, {"tcp:0.0.0.0:5900"})).next, "Connect it to a network.");
    EXPECT_TRUE(judge_addresses(facts, {}).empty());
}

TEST(DoctorFirewall, OnlyWhereItMayMatter)
{
    NetworkFacts facts{.addresses = {"192.0.2.7"}, .firewall = "firewalld"};
    EXPECT_NE(only(judge_firewall(facts, {"tcp:0.0.0.0:5901"})).next.find("--add-port=5901/tcp"),
              std::string::npos);
    EXPECT_TRUE(judge_firewall(facts, {"tcp:127.0.0.1:5900"}).empty());
    EXPECT_TRUE(judge_firewall(facts, {}).empty());
    facts.firewall = "ufw";
    EXPECT_NE(only(judge_firewall(facts, {"tcp:192.0.2.7:5900"})).next.find("ufw allow 5900/tcp"),
              std::string::npos);
    facts.firewall = "nftables";
    EXPECT_EQ(only(judge_firewall(facts, {"tcp:192.0.2.7:5900"})).verdict, Verdict::warning);
    facts.firewall.clear();
    EXPECT_TRUE(judge_firewall(facts, {"tcp:0.0.0.0:5900"}).empty());
}

TEST(DoctorSettings, Complaints)
{
    SettingsSurvey survey;
    EXPECT_EQ(only(judge_settings(survey)).verdict, Verdict::ok);
    survey.complaints = {"A word is not known. Known are a and b."};
    EXPECT_EQ(only(judge_settings(survey)).verdict, Verdict::warning);
    EXPECT_EQ(only(judge_settings(survey)).next, "Known are a and b.");
}

TEST(DoctorLocks, OnlySwitchedOffIsAFault)
{
    SettingsSurvey survey;
    EXPECT_EQ(only(judge_locks(survey)).verdict, Verdict::ok);
    survey.locked = {"sasl.keytab", "view-only"};
    EXPECT_EQ(only(judge_locks(survey)).what,
              "An administrator has locked: sasl.keytab, view-only.");
    survey.locked = {"enabled"};
    EXPECT_EQ(only(judge_locks(survey)).verdict, Verdict::fault);
    survey.policy.enabled = true;
    EXPECT_EQ(only(judge_locks(survey)).verdict, Verdict::ok);
}

TEST(DoctorGnome, InTheWayAtTheSamePortOnly)
{
    EXPECT_EQ(only(judge_gnome(std::nullopt, 5900)).verdict, Verdict::ok);
    GnomeState gnome;
    gnome.rdp.port = 3389;
    gnome.vnc.port = 5900;
    EXPECT_EQ(only(judge_gnome(gnome, 5900)).verdict, Verdict::ok);
    gnome.rdp.enabled = true;
    EXPECT_NE(only(judge_gnome(gnome, 5900)).what.find("RDP port 3389"), std::string::npos);
    gnome.vnc.enabled = true;
    EXPECT_EQ(only(judge_gnome(gnome, 5900)).verdict, Verdict::warning);
    EXPECT_EQ(only(judge_gnome(gnome, 5901)).verdict, Verdict::ok);
}

Policy with_types(std::vector<SecurityWord> types)
{
    Policy policy;
    policy.security_types = std::move(types);
    return policy;
}

TEST(DoctorNeeds, OfTheKeyring)
{
    auto needs = password_needs(Policy{});
    EXPECT_TRUE(needs.users);
    EXPECT_FALSE(needs.vnc || needs.other_ways);
    needs = password_needs(with_types({SecurityWord::vnc_auth}));
    EXPECT_TRUE(needs.vnc);
    EXPECT_FALSE(needs.users || needs.other_ways);
    EXPECT_TRUE(password_needs(with_types({SecurityWord::x509_none})).other_ways);
    Policy elsewhere;
    elsewhere.sasl.password_source = PasswordSource::saslauthd;
    needs = password_needs(elsewhere);
    EXPECT_FALSE(needs.users);
    EXPECT_TRUE(needs.other_ways);
}

TEST(DoctorNeeds, OfSasl)
{
    SettingsSurvey survey;
    survey.sasl_mechanisms = {"GSSAPI"};
    survey.keytab = "/x";
    EXPECT_TRUE(wants_kerberos(sasl_wishes(survey)));
    survey.policy = with_types({SecurityWord::x509_plain});
    EXPECT_FALSE(wants_kerberos(sasl_wishes(survey)));
}

} // namespace
} // namespace gds::cli
