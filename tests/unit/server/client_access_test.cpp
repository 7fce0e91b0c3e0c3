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

TEST_F(OneClient, BehindAProxyIsNotToldToTryAgain)
{
    const auto policy = policy_of({{"deny", "host:192.0.2.0/24"}, {"control", "*"}});
    access.judge(policy);
    const std::string denied = access.refusal();
    ClientAccess called{"", true};
    called.set_identity({IdentityKind::password, "alice", {}, {}});
    called.judge(policy);
    EXPECT_NE(denied, "");
    EXPECT_EQ(called.refusal(), denied) << "it will not be known later either";
}

using Names = std::vector<std::string>;

TEST_F(OneClient, HasHisGroupsLookedUpWhereTheAnswerTurnsOnThem)
{
    access.judge(policy_of({{"control", "alice"}, {"deny", "group:guests"}}));
    EXPECT_EQ(access.to_be_asked().account, "");
    const auto policy = policy_of({{"control", "group:admins"}});
    access.judge(policy_of({{"control", "group:admins"}}, AccessVerdict::view));
    EXPECT_EQ(access.refusal(), "") << "he may look in any case";
    EXPECT_FALSE(access.may_control());
    access.judge(policy_of({{"view", "group:admins"}}));
    const auto question = access.to_be_asked();
    EXPECT_EQ(question.account, "alice");
    EXPECT_EQ(question.groups, Names{"admins"});
    EXPECT_NE(access.refusal().find("later"), std::string::npos) << "it is not known yet";
    access.learn(question, {{"admins"}, {}, false});
    access.judge(policy);
    EXPECT_EQ(access.to_be_asked().account, "");
    EXPECT_TRUE(access.may_control());
}

TEST_F(OneClient, HasWhatWasNotFoundOutAskedAnew)
{
    const auto policy = policy_of({{"deny", "group:guests"}, {"control", "alice"}});
    access.judge(policy);
    access.learn(access.to_be_asked(), {});
    access.judge(policy);
    EXPECT_NE(access.refusal(), "");
    EXPECT_TRUE(access.groups_missing());
    EXPECT_EQ(access.to_be_asked().account, "") << "not at once";
    access.ask_anew();
    const auto question = access.to_be_asked();
    EXPECT_EQ(question.groups, Names{"guests"});
    access.learn(question, {{}, {"guests"}, false});
    access.judge(policy);
    EXPECT_EQ(access.refusal(), "");
    EXPECT_FALSE(access.groups_missing());
}

TEST_F(OneClient, HasOtherGroupsLookedUpWhenTheRulesNameThem)
{
    access.judge(policy_of({{"deny", "group:guests"}, {"control", "alice"}}));
    access.learn(access.to_be_asked(), {{}, {"guests"}, false});
    const auto wider =
        policy_of({{"deny", "group:guests"}, {"deny", "group:pupils"}, {"control", "alice"}});
    access.judge(wider);
    const auto question = access.to_be_asked();
    EXPECT_EQ(question.groups, (Names{"guests", "pupils"}));
    // Of guests there is no news; he is in the other.
    access.learn(question, {{"pupils"}, {}, false});
    access.judge(policy_of({{"deny", "group:guests"}, {"control", "alice"}}));
    EXPECT_EQ(access.refusal(), "");
    access.judge(wider);
    EXPECT_NE(access.refusal(), "");
    EXPECT_FALSE(access.groups_missing());
}

TEST_F(OneClient, OfAForeignRealmIsInNoGroup)
{
    const auto policy = policy_of({{"control", "group:admins"}, {"view", "kerberos:*@*"}});
    access.set_identity({IdentityKind::kerberos, "alice@ELSEWHERE", {}, {}});
    access.judge(policy);
    EXPECT_EQ(access.to_be_asked().account, "");
    EXPECT_EQ(access.refusal(), "");
    EXPECT_FALSE(access.may_control());
    access.set_identity({IdentityKind::kerberos, "alice@HERE", {}, "alice"});
    access.judge(policy);
    EXPECT_EQ(access.to_be_asked().account, "alice");
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
