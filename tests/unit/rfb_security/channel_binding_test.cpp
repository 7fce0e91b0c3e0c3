// SPDX-License-Identifier: GPL-2.0-or-later
// SCRAM bound to the TLS session below it: whoever asks for it gets it, and nobody has to.
#include "full_setup.h"
#include "login.h"

#include <gtest/gtest.h>

namespace gds {

using namespace test;

namespace {

constexpr const char* k_tls_1_2 = "NORMAL:-VERS-TLS1.3";

// Cyrus SASL binds by the name with -PLUS and says the one without.
std::unique_ptr<Login> log_in_bound(const std::string& said, const std::string& type,
                                    const char* tls = nullptr, Bytes data = {})
{
    ViewerPlan plan;
    plan.mechanism = type.empty() || said.ends_with("-PLUS") ? said : said + "-PLUS";
    plan.said_mechanism = said;
    plan.tls_priority = tls;
    plan.login.binding_type = type;
    plan.login.binding = std::move(data);
    auto login = log_in(full_setup(), plan);
    login->run();
    return login;
}

} // namespace

TEST(ChannelBinding, IsOfferedInsideTls)
{
    const auto login = log_in_bound("SCRAM-SHA-256", "");
    EXPECT_EQ(login->viewer.mechanisms,
              "SCRAM-SHA-512-PLUS,SCRAM-SHA-512,SCRAM-SHA-256-PLUS,SCRAM-SHA-256,PLAIN");
    // And not demanded.
    EXPECT_TRUE(login->server.who);
}

TEST(ChannelBinding, IsOfferedWhereEveryMechanismHasIt)
{
    // The library's own list would be an octet too long for its buffer.
    auto setup = full_setup();
    setup.sasl.mechanisms = {"SCRAM-SHA-256"};
    const auto login = log_in(setup, ViewerPlan{});
    login->run();
    EXPECT_EQ(login->viewer.mechanisms, "SCRAM-SHA-256-PLUS,SCRAM-SHA-256");
    EXPECT_TRUE(login->server.who);
}

TEST(ChannelBinding, HoldsUnderEitherNameAndVersion)
{
    for (const char* mechanism :
         {"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS"}) {
        const auto now = log_in_bound(mechanism, "tls-exporter");
        ASSERT_TRUE(now->server.who) << mechanism << now->server.error_text<std::exception>();
        EXPECT_EQ(now->viewer.sasl_result, SASL_OK);
        EXPECT_EQ(now->server.who->mechanism(), mechanism);
        EXPECT_TRUE(log_in_bound(mechanism, "tls-server-end-point", k_tls_1_2)->server.who);
    }
}

TEST(ChannelBinding, OfAnotherChannelIsRefused)
{
    for (const char* mechanism : {"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}) {
        const auto login = log_in_bound(mechanism, "tls-exporter", nullptr, Bytes(32, 7));
        EXPECT_FALSE(login->server.who);
        EXPECT_TRUE(login->server.ended_by<RefusedLogin>()) << mechanism;
    }
    EXPECT_FALSE(log_in_bound("SCRAM-SHA-256", "tls-unique", nullptr, Bytes(12, 7))->server.who);
}

TEST(ChannelBinding, AWrongPasswordIsWrongAllTheSame)
{
    ViewerPlan plan;
    plan.mechanism = "SCRAM-SHA-256-PLUS";
    plan.login = {"alice", "wonderlanD", "", "tls-exporter", {}};
    const auto login = log_in(full_setup(), plan);
    login->run();
    EXPECT_FALSE(login->server.who);
    EXPECT_EQ(login->viewer.result, 1U);
}

} // namespace gds
