// SPDX-License-Identifier: GPL-2.0-or-later
// The ways to log in that are open only when listed by name, over the whole handshake.
#include "full_setup.h"

#include "rfb/security_vencrypt.h"

#include <gtest/gtest.h>

namespace gds {

using namespace test;

namespace {

struct Door {
    SecurityWord word;
    std::uint8_t type;
    std::uint32_t sub_type;
    IdentityKind kind;
};

const std::vector<Door> k_doors{
    {SecurityWord::x509_plain, 19, 262, IdentityKind::password},
    {SecurityWord::x509_vnc, 19, 261, IdentityKind::vnc_password},
    {SecurityWord::x509_none, 19, 260, IdentityKind::anonymous},
    {SecurityWord::tls_plain, 19, 259, IdentityKind::password},
    {SecurityWord::tls_vnc, 19, 258, IdentityKind::vnc_password},
    {SecurityWord::tls_none, 19, 257, IdentityKind::anonymous},
    {SecurityWord::vnc_auth, 2, 0, IdentityKind::vnc_password},
    {SecurityWord::none, 1, 0, IdentityKind::anonymous},
};

ViewerPlan plan_for(const Door& door)
{
    ViewerPlan plan;
    plan.type = door.type;
    plan.sub_type = door.sub_type;
    return plan;
}

} // namespace

TEST(SecurityDoors, EachLogsInWhenListed)
{
    for (const auto& door : k_doors) {
        for (const char* version : {"RFB 003.008\n", "RFB 003.007\n"}) {
            for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
                auto plan = plan_for(door);
                plan.version = version;
                const auto login = run_login(setup_for({door.word}), plan, pieces);
                const auto& [server, viewer, serving, viewing] = *login;
                ASSERT_TRUE(server.who)
                    << to_text(door.word) << server.error_text<std::exception>();
                EXPECT_EQ(viewer.types, Bytes{door.type});
                if (door.type == 19) {
                    EXPECT_EQ(viewer.sub_types, std::vector{door.sub_type});
                    EXPECT_GE(server.who->ssf(), 128U);
                } else {
                    EXPECT_EQ(server.who->ssf(), 0U);
                }
                EXPECT_EQ(server.who->identity().kind, door.kind);
                EXPECT_EQ(server.who->user(), door.kind == IdentityKind::password ? "alice" : "");
                EXPECT_EQ(server.who->security_word(), door.word);
                const bool without_result =
                    door.word == SecurityWord::none && plan.version == "RFB 003.007\n";
                EXPECT_EQ(viewer.result.has_value(), !without_result);
                EXPECT_EQ(viewer.result.value_or(0), 0U);
                EXPECT_TRUE(viewer.behind_it.empty());
                EXPECT_EQ(viewer.tls_was_anonymous, needs_anonymous_tls(door.word));
            }
        }
    }
}

TEST(SecurityDoors, NoneIsOpenThatIsNotListed)
{
    for (const auto& door : k_doors) {
        auto offer = std::vector<SecurityWord>{};
        for (const auto& other : k_doors) {
            if (other.word != door.word) {
                offer.push_back(other.word);
            }
        }
        auto plan = plan_for(door);
        const auto login = run_login(setup_for(offer), plan);
        EXPECT_FALSE(login->server.who) << to_text(door.word);
        EXPECT_TRUE(login->server.ended_by<ProtocolError>()) << to_text(door.word);
        EXPECT_EQ(std::ranges::count(login->viewer.types, door.type), door.type == 19 ? 1 : 0);
        EXPECT_EQ(std::ranges::count(login->viewer.sub_types, door.sub_type), 0);
    }
}

TEST(SecurityDoors, VeNCryptComesBeforeTheRestAndBothAreInOrder)
{
    const auto setup = setup_for({SecurityWord::none, SecurityWord::tls_none,
                                  SecurityWord::vnc_auth, SecurityWord::x509_vnc});
    auto plan = plan_for(k_doors[1]);
    const auto login = run_login(setup, plan);
    EXPECT_EQ(login->viewer.types, (Bytes{19, 1, 2}));
    EXPECT_EQ(login->viewer.sub_types, (std::vector<std::uint32_t>{257, 261}));
    EXPECT_TRUE(login->server.who);
}

TEST(SecurityDoors, WrongSecretsAreJudgedAndTold)
{
    for (const auto& door : k_doors) {
        if (door.kind == IdentityKind::anonymous) {
            continue;
        }
        auto plan = plan_for(door);
        plan.login.password = "wrong";
        plan.vnc_password = "wrong";
        const auto login = run_login(setup_for({door.word}), plan);
        EXPECT_TRUE(login->server.ended_by<AuthenticationError>()) << to_text(door.word);
        EXPECT_EQ(login->viewer.result, 1U);
        EXPECT_EQ(login->viewer.reason, "Authentication failed");
        EXPECT_EQ(login->server.log.asked_to_judge, 1);
    }
}

TEST(SecurityDoors, WhoIsNotWantedIsToldWhereThereIsAWordForIt)
{
    for (const auto& door : k_doors) {
        for (const char* version : {"RFB 003.008\n", "RFB 003.007\n"}) {
            auto plan = plan_for(door);
            plan.version = version;
            auto login = log_in(setup_for({door.word}), plan);
            login->server.log.refuse_access = "Not you";
            login->run();
            EXPECT_TRUE(login->server.ended_by<RefusedAccess>());
            const bool is_3_8 = plan.version == "RFB 003.008\n";
            EXPECT_EQ(login->viewer.reason, is_3_8 ? "Not you" : "");
            // A 3.7 client that chose None would read the result as ServerInit.
            EXPECT_TRUE(login->viewer.behind_it.empty());
        }
    }
}

TEST(SecurityDoors, WhatATypeNeedsMustBeThere)
{
    auto no_certificate = setup_for({SecurityWord::x509_none, SecurityWord::tls_none});
    no_certificate.tls = nullptr;
    EXPECT_EQ(vencrypt_offer(no_certificate), std::vector<std::uint32_t>{257});
    auto no_anonymous = setup_for({SecurityWord::x509_none, SecurityWord::tls_none});
    no_anonymous.anonymous_tls = nullptr;
    EXPECT_EQ(vencrypt_offer(no_anonymous), std::vector<std::uint32_t>{260});
    auto no_password = setup_for({SecurityWord::x509_vnc, SecurityWord::tls_vnc,
                                  SecurityWord::vnc_auth, SecurityWord::x509_none});
    no_password.credentials = some_credentials();
    const auto login = run_login(no_password, plan_for(k_doors[2]));
    EXPECT_EQ(login->viewer.types, Bytes{19});
    EXPECT_EQ(login->viewer.sub_types, std::vector<std::uint32_t>{260});
}

TEST(SecurityDoors, A33ClientGetsWhatItKnows)
{
    struct Case {
        std::vector<SecurityWord> offer;
        std::uint32_t type;
    };
    const std::vector<Case> cases{
        {{SecurityWord::vnc_auth}, 2},
        {{SecurityWord::none}, 1},
        {{SecurityWord::x509_plain, SecurityWord::vnc_auth, SecurityWord::none}, 2},
        {{SecurityWord::none, SecurityWord::vnc_auth}, 1},
    };
    for (const auto& each : cases) {
        for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
            ViewerPlan plan;
            plan.version = "RFB 003.003\n";
            const auto login = run_login(setup_for(each.offer), plan, pieces);
            EXPECT_EQ(login->viewer.type_of_3_3, each.type);
            ASSERT_TRUE(login->server.who) << login->server.error_text<std::exception>();
            EXPECT_EQ(login->viewer.result.has_value(), each.type == 2);
            EXPECT_TRUE(login->viewer.behind_it.empty());
        }
    }
    ViewerPlan wrong;
    wrong.version = "RFB 003.003\n";
    wrong.vnc_password = "wrong";
    const auto login = run_login(setup_for({SecurityWord::vnc_auth}), wrong);
    EXPECT_EQ(login->viewer.result, 1U);
    EXPECT_TRUE(login->server.ended_by<AuthenticationError>());
}

TEST(SecurityDoors, A33ClientIsRefusedWhereItsTypesAreNotListed)
{
    ViewerPlan plan;
    plan.version = "RFB 003.003\n";
    const auto login = run_login(setup_for({SecurityWord::x509_none, SecurityWord::tls_vnc}), plan);
    EXPECT_EQ(login->viewer.type_of_3_3, 0U);
    EXPECT_NE(login->viewer.reason.find("3.7"), std::string::npos);
    EXPECT_FALSE(login->server.who);
}

TEST(SecurityDoors, AnonymousTlsAndTheCertificateAreNeverMixed)
{
    const auto all = setup_for({SecurityWord::x509_none, SecurityWord::tls_none});
    // Who agreed on the certificate gets no anonymous suite, however it asks, and the other way.
    auto downgrade = plan_for({SecurityWord::x509_none, 19, 260, IdentityKind::anonymous});
    downgrade.tls_priority = k_anonymous_tls;
    auto certificate = plan_for({SecurityWord::tls_none, 19, 257, IdentityKind::anonymous});
    certificate.tls_priority = "NORMAL";
    for (const auto& plan : {downgrade, certificate}) {
        const auto login = run_login(all, plan);
        EXPECT_FALSE(login->server.who);
        EXPECT_TRUE(login->server.ended_by<ProtocolError>());
        EXPECT_EQ(login->server.log.stages.back(), "tls");
    }
}

TEST(SecurityDoors, EveryAnonymousSuiteOfTheViewersWorks)
{
    for (const char* priority : {// gtk-vnc
                                 "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-DH",
                                 // TigerVNC, libvncclient
                                 "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH",
                                 "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH:+ANON-DH",
                                 "NORMAL:-KX-ALL:+ANON-DH:+ANON-ECDH"}) {
        auto plan = plan_for({SecurityWord::tls_none, 19, 257, IdentityKind::anonymous});
        plan.tls_priority = priority;
        const auto login = run_login(setup_for({SecurityWord::tls_none}), plan);
        EXPECT_TRUE(login->server.who) << priority;
    }
    auto old = plan_for({SecurityWord::tls_none, 19, 257, IdentityKind::anonymous});
    old.tls_priority = "NORMAL:-VERS-ALL:+VERS-TLS1.1:-KX-ALL:+ANON-DH";
    EXPECT_FALSE(run_login(setup_for({SecurityWord::tls_none}), old)->server.who);
}

} // namespace gds
