// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/client_access.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

Policy policy_of(std::initializer_list<std::pair<const char*, const char*>> rules,
                 AccessVerdict otherwise = AccessVerdict::deny)
{
    Policy policy;
    policy.access = {{}, otherwise};
    for (const auto& [verdict, pattern] : rules) {
        policy.access.rules.push_back(parse_access_rule(verdict, pattern).rule);
    }
    return policy;
}

class OneClient : public testing::Test {
protected:
    OneClient() { access.set_identity({IdentityKind::password, "alice", {}, {}}); }
    ClientAccess access{"192.0.2.7"};
};

TEST_F(OneClient, IsJudgedAnewByEachPolicy)
{
    EXPECT_FALSE(access.judged());
    access.judge(policy_of({{"control", "alice"}}));
    EXPECT_TRUE(access.judged());
    EXPECT_TRUE(access.may_control());
    EXPECT_EQ(access.refusal(), "");
    access.judge(policy_of({{"view", "alice"}}));
    EXPECT_FALSE(access.may_control());
    EXPECT_EQ(access.refusal(), "");
    access.judge(policy_of({{"deny", "host:192.0.2.0/24"}, {"control", "*"}}));
    EXPECT_FALSE(access.may_control());
    EXPECT_NE(access.refusal(), "");
    access.judge(policy_of({}, AccessVerdict::control));
    EXPECT_TRUE(access.may_control());
    EXPECT_EQ(access.refusal(), "");
}

TEST_F(OneClient, IsDeniedOrHasToBeAskedFor)
{
    access.judge(policy_of({}, AccessVerdict::deny));
    const std::string denied = access.refusal();
    access.judge(policy_of({}, AccessVerdict::ask));
    EXPECT_FALSE(access.may_control());
    EXPECT_TRUE(access.asks());
    EXPECT_EQ(access.refusal(), "");
    access.refuse("nobody is there");
    EXPECT_FALSE(access.asks());
    EXPECT_EQ(access.refusal(), "nobody is there");
    EXPECT_NE(access.refusal(), denied);
}

TEST_F(OneClient, HasHisGroupsLookedUpWhereARuleNeedsThem)
{
    EXPECT_EQ(access.account_to_look_up(policy_of({{"control", "alice"}})), "");
    const auto policy = policy_of({{"control", "group:admins"}});
    EXPECT_EQ(access.account_to_look_up(policy), "alice");
    access.judge(policy);
    EXPECT_NE(access.refusal().find("later"), std::string::npos) << "they are not known yet";
    access.set_groups(std::vector<std::string>{"admins"});
    EXPECT_EQ(access.account_to_look_up(policy), "") << "once";
    access.judge(policy);
    EXPECT_TRUE(access.may_control());
    access.suspend();
    EXPECT_FALSE(access.may_control());
}

TEST_F(OneClient, OfAForeignRealmIsInNoGroup)
{
    const auto policy = policy_of({{"control", "group:admins"}, {"view", "kerberos:*@*"}});
    access.set_identity({IdentityKind::kerberos, "alice@ELSEWHERE", {}, {}});
    EXPECT_EQ(access.account_to_look_up(policy), "");
    access.judge(policy);
    EXPECT_EQ(access.refusal(), "");
    EXPECT_FALSE(access.may_control());
    access.set_identity({IdentityKind::kerberos, "alice@HERE", {}, "alice"});
    EXPECT_EQ(access.account_to_look_up(policy), "alice");
}

TEST_F(OneClient, WithoutACertificateIsRefusedWhereOneIsRequired)
{
    auto policy = policy_of({{"control", "alice"}});
    policy.tls.client_certificates = ClientCertificates::require;
    access.judge(policy);
    EXPECT_NE(access.refusal().find("certificate"), std::string::npos);
    access.set_identity({IdentityKind::password, "alice", ClientCertificate{"CN=alice", "ab"}, {}});
    access.judge(policy);
    EXPECT_TRUE(access.may_control());
}

} // namespace
} // namespace gds
