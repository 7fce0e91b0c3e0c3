// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_handshake.h"

#include "full_setup.h"

#include "base/timeout.h"

#include <gtest/gtest.h>

namespace gds {

using namespace test;
using namespace std::string_literals;

namespace {

ViewerPlan plan_for(std::uint32_t sub_type, const std::string& mechanism = "SCRAM-SHA-256")
{
    ViewerPlan plan;
    plan.sub_type = sub_type;
    plan.mechanism = mechanism;
    return plan;
}

// Everything that a server says to these octets, sent in one piece.
Answer feed(std::string_view octets, SecuritySetup setup)
{
    Answer answer;
    auto pair = make_stream_pair();
    pair.client->send(octets);
    auto serving = serve(std::move(pair.server), std::move(setup), answer.server);
    serving.start();
    spin_until([&] { return answer.server.ended || pair.client->awaited(); });
    answer.octets = pair.client->take_arrived();
    return answer;
}

std::string text_of(const Bytes& octets) { return std::string{as_text(octets)}; }

const std::vector<std::string> k_sasl_stages{"version", "security-type", "vencrypt",
                                             "tls",     "sasl",          "result"};
const std::vector<std::string> k_plain_stages{"version", "security-type", "vencrypt",
                                              "tls",     "plain",         "result"};

} // namespace

TEST(SecurityHandshake, LogsInByEveryWayThatIsOffered)
{
    for (const char* version : {"RFB 003.008\n", "RFB 003.007\n"}) {
        for (const std::uint32_t sub_type : {262U, 263U, 264U}) {
            for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
                auto plan = plan_for(sub_type);
                plan.version = version;
                const auto login = run_login(full_setup(), plan, pieces);
                const auto& [server, viewer, serving, viewing] = *login;
                ASSERT_TRUE(server.who) << sub_type << server.error_text<std::exception>();
                EXPECT_EQ(viewer.version, "RFB 003.008\n");
                EXPECT_EQ(viewer.types, (Bytes{19}));
                EXPECT_EQ(viewer.sub_types, (std::vector<std::uint32_t>{263, 264, 262}));
                EXPECT_EQ(viewer.result, 0U);
                EXPECT_EQ(server.who->user(), "alice");
                EXPECT_GE(server.who->ssf(), 128U);
                EXPECT_EQ(server.who->security_type(),
                          sub_type == 262 ? "x509-plain" : "x509-sasl");
                EXPECT_EQ(server.who->mechanism(), sub_type == 262 ? "" : "SCRAM-SHA-256");
                EXPECT_EQ(server.log.stages, sub_type == 262 ? k_plain_stages : k_sasl_stages);
            }
        }
    }
}

TEST(SecurityHandshake, EveryMechanismWorksInsideTls)
{
    for (const char* mechanism : {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"}) {
        const auto login = run_login(full_setup(), plan_for(263, mechanism));
        EXPECT_EQ(login->viewer.result, 0U) << mechanism;
        EXPECT_TRUE(login->server.who) << mechanism;
    }
}

TEST(SecurityHandshake, AWrongPasswordIsToldWithAReason)
{
    for (const std::uint32_t sub_type : {262U, 263U}) {
        for (const char* user : {"alice", "mallory"}) {
            auto plan = plan_for(sub_type, "PLAIN");
            plan.login = {user, "wrong", ""};
            const auto login = run_login(full_setup(), plan);
            EXPECT_FALSE(login->server.who);
            EXPECT_TRUE(login->server.ended_by<AuthenticationError>());
            EXPECT_EQ(login->viewer.result, 1U);
            EXPECT_EQ(login->viewer.reason, "Authentication failed");
            EXPECT_EQ(login->server.log.stages, sub_type == 262 ? k_plain_stages : k_sasl_stages);
            EXPECT_EQ(login->server.log.wrong_secrets, 1);
            EXPECT_EQ(login->server.log.wrong_secret_in, sub_type == 262 ? "plain" : "sasl");
        }
    }
}

TEST(SecurityHandshake, AWrongPasswordCountsAlthoughItsRefusalIsNotRead)
{
    ServerEnd end;
    auto pair = make_stream_pair();
    // Version, one type and the challenge.
    constexpr std::size_t k_before_the_result = 12 + 2 + k_vnc_challenge;
    pair.server->set_write_capacity(k_before_the_result);
    auto serving = serve(std::move(pair.server), setup_for({SecurityWord::vnc_auth}), end);
    pair.client->send("RFB 003.008\n\x02");
    pair.client->send(Bytes(k_vnc_challenge, 0));
    serving.start();
    EXPECT_TRUE(spin_until([&] { return end.log.wrong_secrets == 1; }));
    EXPECT_FALSE(end.ended) << "he is not told yet";
    EXPECT_EQ(pair.client->arrived().size(), k_before_the_result);
}

TEST(SecurityHandshake, WhoIsNotWantedIsToldAfterHisProof)
{
    for (const std::uint32_t sub_type : {262U, 263U}) {
        auto login = log_in(full_setup(), plan_for(sub_type));
        login->server.log.refuse_access = "Not you";
        login->run();
        EXPECT_FALSE(login->server.who);
        EXPECT_TRUE(login->server.ended_by<RefusedAccess>());
        EXPECT_FALSE(login->server.ended_by<AuthenticationError>()) << "his secret was right";
        EXPECT_EQ(login->viewer.result, 1U);
        EXPECT_EQ(login->viewer.reason, "Not you");
        EXPECT_EQ(login->server.log.wrong_secrets, 0);
    }
}

TEST(SecurityHandshake, In37TheResultHasNoReason)
{
    auto plan = plan_for(262);
    plan.version = "RFB 003.007\n";
    plan.login.password = "wrong";
    const auto login = run_login(full_setup(), plan);
    EXPECT_EQ(login->viewer.result, 1U);
    EXPECT_EQ(login->viewer.reason, "");
    EXPECT_TRUE(login->server.ended_by<AuthenticationError>());
}

TEST(SecurityHandshake, ALockedKeyringIsToldAsReason)
{
    auto setup = full_setup();
    setup.credentials = locked_credentials();
    for (const std::uint32_t sub_type : {262U, 263U}) {
        const auto login = run_login(setup, plan_for(sub_type, "PLAIN"));
        EXPECT_EQ(login->viewer.result, 1U);
        EXPECT_EQ(login->viewer.reason, "Credentials not available: the keyring is locked");
        EXPECT_TRUE(login->server.ended_by<CredentialsUnavailable>());
        EXPECT_EQ(login->server.log.wrong_secrets, 0);
    }
}

TEST(SecurityHandshake, TheOfferFollowsTheSetup)
{
    auto setup = full_setup();
    setup.offer = {SecurityWord::x509_plain, SecurityWord::x509_sasl};
    EXPECT_EQ(run_login(setup, plan_for(262))->viewer.sub_types,
              (std::vector<std::uint32_t>{262, 263, 264}));
    setup.offer = {SecurityWord::x509_plain};
    EXPECT_EQ(run_login(setup, plan_for(262))->viewer.sub_types, (std::vector<std::uint32_t>{262}));
    setup.offer = {SecurityWord::x509_sasl, SecurityWord::x509_sasl};
    EXPECT_EQ(run_login(setup, plan_for(263))->viewer.sub_types,
              (std::vector<std::uint32_t>{263, 264}));
    setup.offer = {SecurityWord::x509_sasl, SecurityWord::x509_plain};
    setup.sasl.mechanisms = {"NO-SUCH"};
    EXPECT_EQ(run_login(setup, plan_for(262))->viewer.sub_types, (std::vector<std::uint32_t>{262}));
}

TEST(SecurityHandshake, AVersionOf33IsRefusedWithAReason)
{
    ViewerPlan plan;
    plan.version = "RFB 003.003\n";
    const auto login = run_login(full_setup(), plan);
    EXPECT_EQ(login->viewer.type_of_3_3, 0U);
    EXPECT_NE(login->viewer.reason.find("3.7"), std::string::npos);
    EXPECT_TRUE(login->server.ended_by<ProtocolError>());
    // Not a single octet more.
    const auto answer = feed("RFB 003.003\n\1", full_setup());
    EXPECT_EQ(text_of(answer.octets).substr(12, 4), "\0\0\0\0"s);
}

TEST(SecurityHandshake, WithoutAnOfferEveryVersionGetsTheReason)
{
    auto no_tls = full_setup();
    no_tls.tls = nullptr;
    auto nothing = full_setup();
    nothing.offer.clear();
    auto refusing = full_setup();
    refusing.refuse_with = "The certificate cannot be read";
    auto no_mechanism = full_setup();
    no_mechanism.offer = {SecurityWord::x509_sasl};
    no_mechanism.sasl.mechanisms.clear();
    for (const auto& setup : {no_tls, nothing, refusing, no_mechanism}) {
        const std::string reason =
            setup.refuse_with.empty() ? "No way to log in is available" : setup.refuse_with;
        for (const char* version : {"RFB 003.003\n", "RFB 003.007\n", "RFB 003.008\n"}) {
            ViewerPlan plan;
            plan.version = version;
            const auto login = run_login(setup, plan);
            EXPECT_TRUE(login->viewer.types.empty());
            EXPECT_EQ(login->viewer.reason, reason);
            EXPECT_TRUE(login->server.ended_by<ProtocolError>());
            EXPECT_EQ(login->server.log.stages,
                      (std::vector<std::string>{"version", "security-type"}));
        }
    }
}

TEST(SecurityHandshake, ATypeThatWasNotOfferedIsRefused)
{
    for (unsigned type = 0; type < 256; ++type) {
        if (type == 19) {
            continue;
        }
        ViewerPlan plan;
        plan.type = static_cast<std::uint8_t>(type);
        const auto login = run_login(full_setup(), plan);
        EXPECT_EQ(login->viewer.result, 1U) << type;
        EXPECT_NE(login->viewer.reason, "");
        EXPECT_TRUE(login->server.ended_by<ProtocolError>()) << type;
        EXPECT_FALSE(login->server.who);
    }
}

TEST(SecurityHandshake, ASubTypeThatWasNotOfferedIsRefused)
{
    auto only_plain = full_setup();
    only_plain.offer = {SecurityWord::x509_plain};
    for (const std::uint32_t number :
         {0U, 1U, 2U, 19U, 256U, 257U, 258U, 259U, 260U, 261U, 263U, 264U, 265U, 0x10106U,
          0x01060000U, 0x06010000U, 0xffffffffU}) {
        const auto login = run_login(only_plain, plan_for(number));
        EXPECT_EQ(login->viewer.error, nullptr) << number; // read its refusal, and no more
        EXPECT_TRUE(login->server.ended_by<ProtocolError>()) << number;
        EXPECT_FALSE(login->server.who);
    }
}

TEST(SecurityHandshake, AnotherVeNCryptVersionIsRefused)
{
    for (const std::string& version : {"\0\0"s, "\0\1"s, "\0\3"s, "\1\2"s, "\2\0"s, "\xff\xff"s}) {
        const auto answer = feed("RFB 003.008\n\x13"s + version, full_setup());
        EXPECT_TRUE(answer.server.ended_by<ProtocolError>());
        EXPECT_EQ(text_of(answer.octets), "RFB 003.008\n\1\x13\0\2\1"s);
    }
}

TEST(SecurityHandshake, ClearOctetsBeforeTlsHaveNoEffect)
{
    for (const std::string& clear :
         {"\1"s, "\0\0"s, "\1\1\1"s, "\0\0\0\5"s, std::string(300, '\1')}) {
        auto plan = plan_for(262);
        plan.clear_before_tls = clear;
        const auto login = run_login(full_setup(), plan);
        EXPECT_FALSE(login->server.who);
        EXPECT_NE(login->server.error, nullptr);
        EXPECT_FALSE(login->server.ended_by<AuthenticationError>());
        EXPECT_EQ(login->server.log.stages.back(), "tls");
        EXPECT_NE(login->viewer.error, nullptr);
    }
}

TEST(SecurityHandshake, NothingIsSaidInClearOnceTlsWasAgreed)
{
    const std::string opening = "RFB 003.008\n\x13\0\2\0\0\1\6"s;
    const std::string said = "RFB 003.008\n\1\x13\0\2\0\3\0\0\1\7\0\0\1\x08\0\0\1\6\1"s;
    const auto answer = feed(opening + "no TLS at all, but many octets"s, full_setup());
    EXPECT_TRUE(answer.server.error != nullptr);
    const std::string all = text_of(answer.octets);
    EXPECT_EQ(all.substr(0, said.size()), said);
    // At most a TLS alert.
    const std::string rest = all.substr(said.size());
    EXPECT_TRUE(rest.empty() || rest[0] == '\x15') << rest;
}

TEST(SecurityHandshake, ClearOctetsOfASessionBeforeItAreNotExecuted)
{
    // A client that sends everything in one piece and hopes: each is read as what it must be.
    const auto answer = feed("RFB 003.008\n\1\1\0\0\0\0"s, full_setup());
    EXPECT_TRUE(answer.server.ended_by<ProtocolError>());
    EXPECT_FALSE(answer.server.who);
}

TEST(SecurityHandshake, GarbageVersionsEndIt)
{
    for (const char* garbage : {"GET / HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH_9\r\n",
                                "\x16\x03\x01\x02\x00\x01\xfc\x03\x03qwertz", "RFB 001.000\n"}) {
        const auto answer = feed(std::string{garbage} + std::string(12, '\0'), full_setup());
        EXPECT_TRUE(answer.server.ended_by<ProtocolError>());
        EXPECT_EQ(text_of(answer.octets), "RFB 003.008\n");
    }
}

TEST(SecurityHandshake, AClientMayStopAtAnyOctet)
{
    const std::string opening = "RFB 003.008\n\x13\0\2\0\0\1\6"s;
    for (std::size_t size = 0; size <= opening.size(); ++size) {
        auto pair = make_stream_pair();
        pair.client->send(opening.substr(0, size));
        pair.client->end();
        ServerEnd end;
        auto serving = serve(std::move(pair.server), full_setup(), end);
        serving.start();
        EXPECT_TRUE(spin_until([&] { return end.ended; })) << size;
        EXPECT_FALSE(end.who);
        EXPECT_NE(end.error, nullptr);
    }
}

TEST(SecurityHandshake, AClientThatDoesNotListenIsRefusedAllTheSame)
{
    // It sends its choice and is gone before the answer.
    auto pair = make_stream_pair();
    pair.client->send("RFB 003.008\n\2"s);
    pair.server->set_write_capacity(12);
    ServerEnd end;
    auto serving = serve(std::move(pair.server), full_setup(), end);
    serving.start();
    pair.client.reset();
    EXPECT_TRUE(spin_until([&] { return end.ended; }));
    EXPECT_NE(end.error, nullptr);
}

TEST(SecurityHandshake, TheCallerSetsTheDeadline)
{
    auto pair = make_stream_pair();
    pair.client->send("RFB 003.008\n\x13"s);
    Connection connection{std::move(pair.server), "test:1"};
    const auto setup = full_setup();
    StageLog log;
    auto handshake = security_handshake(connection, setup, log, some_workers());
    EXPECT_THROW(run_loop(with_timeout(std::move(handshake), std::chrono::milliseconds{30})),
                 TimedOut);
    EXPECT_EQ(log.stages.back(), "vencrypt");
}

TEST(SecurityHandshake, ManyAtOnce)
{
    std::vector<std::unique_ptr<Login>> logins;
    for (unsigned i = 0; i < 20; ++i) {
        auto plan = plan_for(i % 2 == 0 ? 263 : 262, i % 4 == 0 ? "PLAIN" : "SCRAM-SHA-256");
        plan.login = {"alice", i % 5 == 0 ? "wrong" : "wonderland", ""};
        logins.push_back(log_in(full_setup(), plan, i % 3 == 0 ? Pieces::one_octet : Pieces::all));
    }
    for (const auto& login : logins) {
        login->start();
    }
    EXPECT_TRUE(spin_until([&] {
        return std::ranges::all_of(logins, [](const auto& login) { return login->ended(); });
    }));
    for (unsigned i = 0; i < logins.size(); ++i) {
        EXPECT_EQ(logins[i]->server.who.has_value(), i % 5 != 0) << i;
        EXPECT_EQ(logins[i]->viewer.result == 0U, i % 5 != 0) << i;
    }
}

} // namespace gds
