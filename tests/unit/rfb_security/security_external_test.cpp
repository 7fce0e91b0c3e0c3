// SPDX-License-Identifier: GPL-2.0-or-later
// EXTERNAL: who the kernel says is our own user needs no password, and nobody else gets near it.
#include "login.h"
#include "rfb/sasl_library.h"
#include "rfb/security_sasl.h"

#include <gtest/gtest.h>

#include <glib.h>

namespace gds {

using namespace test;
using namespace std::string_literals;

namespace {

std::string own_name() { return g_get_user_name(); }

SecuritySetup setup_for_own_user()
{
    auto setup = some_setup();
    setup.sasl.mechanisms = {k_own_user_mechanism, "SCRAM-SHA-256"};
    setup.peer_is_own_user = true;
    return setup;
}

std::unique_ptr<Login> log_in_as(const std::string& acts_as, SecuritySetup setup,
                                 const std::string& said = "")
{
    ViewerPlan plan;
    plan.mechanism = said.empty() ? k_own_user_mechanism : "PLAIN";
    plan.said_mechanism = said;
    plan.login = {own_name(), "", acts_as};
    auto login = log_in_inner(run_sasl, play_sasl, std::move(setup), plan);
    login->run();
    return login;
}

void expect_own_user(const Login& login)
{
    ASSERT_TRUE(login.server.who) << login.server.error_text<std::exception>();
    EXPECT_EQ(login.server.who->identity(),
              (Identity{IdentityKind::own_user, own_name(), {}, own_name()}));
    EXPECT_EQ(login.server.who->mechanism(), "EXTERNAL");
    EXPECT_EQ(login.server.who->ssf(), 256U) << "that of TLS";
    EXPECT_EQ(login.server.log.asked_to_judge, 0) << "there is nothing to guess";
    EXPECT_EQ(login.viewer.sasl_result, SASL_OK);
}

} // namespace

TEST(SecurityExternal, OurOwnUserNeedsNoPassword)
{
    for (const auto& acts_as : {""s, own_name()}) {
        const auto login = log_in_as(acts_as, setup_for_own_user());
        EXPECT_EQ(login->viewer.mechanisms, "EXTERNAL,SCRAM-SHA-256");
        expect_own_user(*login);
    }
}

TEST(SecurityExternal, NeedsNobodyWhoKnowsPasswords)
{
    auto locked = setup_for_own_user();
    locked.credentials = locked_credentials();
    expect_own_user(*log_in_as("", locked));
    for (const auto source :
         {PasswordSource::saslauthd, PasswordSource::sasldb, PasswordSource::nobody}) {
        auto setup = setup_for_own_user();
        setup.sasl.password_source = source;
        setup.sasl.password_place = "/nonexistent/place";
        expect_own_user(*log_in_as("", setup));
    }
}

TEST(SecurityExternal, LetsNobodyActForAnother)
{
    for (const auto& acts_as :
         {"alice"s, own_name() + "x", own_name() + " ", "*"s, own_name() + "@HERE"}) {
        const auto login = log_in_as(acts_as, setup_for_own_user());
        EXPECT_TRUE(login->server.ended_by<RefusedLogin>()) << acts_as;
        EXPECT_FALSE(login->server.who) << acts_as;
    }
}

TEST(SecurityExternal, IsForNobodyElse)
{
    auto setup = setup_for_own_user();
    setup.peer_is_own_user = false;
    const auto login = log_in_as("", setup, k_own_user_mechanism);
    EXPECT_EQ(login->viewer.mechanisms, "SCRAM-SHA-256");
    EXPECT_FALSE(login->server.who);
    EXPECT_TRUE(login->server.ended_by<RefusedChoice>());
    setup.sasl.mechanisms = {k_own_user_mechanism};
    EXPECT_FALSE(sasl_can_be_had(setup));
    setup.peer_is_own_user = true;
    EXPECT_TRUE(sasl_can_be_had(setup));
}

TEST(SecurityExternal, IsOffUntilItIsListed)
{
    auto setup = some_setup();
    setup.peer_is_own_user = true;
    const auto login = log_in_as("", setup, k_own_user_mechanism);
    EXPECT_EQ(login->viewer.mechanisms, "SCRAM-SHA-512,SCRAM-SHA-256,PLAIN");
    EXPECT_FALSE(login->server.who);
    EXPECT_TRUE(login->server.ended_by<RefusedChoice>());
}

TEST(SecurityExternal, ANameOnTheListIsNoNameOfAnother)
{
    for (const std::string& said : {"EXTERNA"s, "external"s, "EXTERNAL\0"s, "XEXTERNAL"s}) {
        EXPECT_FALSE(log_in_as("", setup_for_own_user(), said)->server.who) << said;
    }
}

TEST(SecurityExternal, PasswordsAreJudgedOnTheSameSocketAsEver)
{
    for (const auto* const password : {"wonderland", "wrong"}) {
        ViewerPlan plan;
        plan.login = {"alice", password, ""};
        auto login = log_in_inner(run_sasl, play_sasl, setup_for_own_user(), plan);
        login->run();
        EXPECT_EQ(login->server.who.has_value(), password == "wonderland"s);
        EXPECT_EQ(login->server.log.asked_to_judge > 0, true);
        if (login->server.who) {
            EXPECT_EQ(login->server.who->identity(),
                      (Identity{IdentityKind::password, "alice", {}, {}}));
        }
    }
}

TEST(SecurityExternal, BringsNoLayerAndSoDoesNotDoWithoutTls)
{
    auto setup = setup_for_own_user();
    EXPECT_FALSE(sasl_layer_can_be_had(setup));
    setup.offer = {SecurityWord::sasl};
    ViewerPlan plan;
    plan.type = 20;
    const auto login = log_in(setup, plan);
    login->run();
    EXPECT_FALSE(login->server.who);
    EXPECT_TRUE(login->viewer.types.empty());
}

} // namespace gds
