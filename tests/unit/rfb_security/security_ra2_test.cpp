// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_ra2.h"

#include "ra2_client.h"

#include <gtest/gtest.h>

namespace gds {

using namespace test;
using namespace std::string_literals;

namespace {

SecuritySetup ra2_setup()
{
    auto setup = some_setup();
    setup.offer = {SecurityWord::ra2_256};
    setup.ra2_key = key_of_the_server();
    return setup;
}

// Adapts the client to the frame of a whole handshake.
Task<> play_whole(ByteStream& raw, const ViewerPlan& plan, ViewerEnd& end)
{
    StreamReader reader{raw};
    co_await reader.skip(12);
    StreamWriter message;
    message.put_text(plan.version);
    co_await message.flush(raw);
    const auto count = co_await reader.u8();
    end.types = co_await reader.bytes(count);
    message.put_u8(129);
    co_await message.flush(raw);
    co_await play_faulty_ra2(raw, plan, end, plan.clear_before_tls);
}

std::unique_ptr<Login> log_in_as(const std::string& user, const std::string& password,
                                 Pieces pieces = Pieces::all, const std::string& fault = "",
                                 const std::string& version = "RFB 003.008\n")
{
    ViewerPlan plan;
    plan.login = {user, password, ""};
    plan.version = version;
    plan.clear_before_tls = fault;
    auto login = std::make_unique<Login>();
    auto pair = paired(pieces);
    login->serving = serve(std::move(pair.server), ra2_setup(), login->server);
    login->viewing = view(std::move(pair.client), std::move(plan), play_whole, login->viewer);
    login->run();
    return login;
}

} // namespace

TEST(SecurityRa2, LogsIn)
{
    for (const char* version : {"RFB 003.008\n", "RFB 003.007\n"}) {
        for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
            const auto login = log_in_as("alice", "wonderland", pieces, "", version);
            ASSERT_TRUE(login->server.who) << login->server.error_text<std::exception>();
            EXPECT_EQ(login->viewer.types, Bytes{129});
            EXPECT_EQ(login->viewer.result, 0U);
            EXPECT_EQ(login->server.who->identity(),
                      (Identity{IdentityKind::password, "alice", {}}));
            EXPECT_EQ(login->server.who->security_type(), "ra2-256");
            EXPECT_EQ(login->server.who->ssf(), 256U);
            EXPECT_EQ(login->server.log.stages,
                      (std::vector<std::string>{"version", "security-type", "ra2", "result"}));
        }
    }
}

TEST(SecurityRa2, WrongSecretsAreToldInside)
{
    const std::vector<std::pair<std::string, std::string>> bad{
        {"alice", "wonderlanD"}, {"alice", ""},
        {"mallory", "x"},        {"", ""},
        {"", "wonderland"},      {std::string(255, 'x'), std::string(255, 'x')},
    };
    for (const auto& [user, password] : bad) {
        for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
            const auto login = log_in_as(user, password, pieces);
            EXPECT_FALSE(login->server.who);
            EXPECT_EQ(login->server.error_text<RefusedLogin>(), "RA2: no such user and password");
            EXPECT_EQ(login->viewer.result, 1U);
            EXPECT_EQ(login->viewer.reason, "Authentication failed");
            EXPECT_EQ(login->server.log.asked_to_judge, 1);
        }
    }
}

TEST(SecurityRa2, NulIsNoTerminator)
{
    for (const auto& [user, password] :
         {std::pair{"alice\0"s, "wonderland"s}, std::pair{"alice\0x"s, "wonderland"s},
          std::pair{"alice"s, "wonderland\0"s}}) {
        EXPECT_TRUE(log_in_as(user, password)->server.ended_by<RefusedLogin>());
    }
}

TEST(SecurityRa2, FaultsEndItBeforeAnythingIsJudged)
{
    for (const char* fault : {"padding", "number", "short random", "hash", "clear hash"}) {
        const auto login = log_in_as("alice", "wonderland", Pieces::all, fault);
        EXPECT_TRUE(login->server.ended_by<ProtocolError>()) << fault;
        EXPECT_FALSE(login->server.ended_by<AuthenticationError>());
        EXPECT_EQ(login->server.log.asked_to_judge, 0) << fault;
        EXPECT_FALSE(login->viewer.result) << fault;
    }
    // What is wrong with the random number is not told apart: each time it is the first record.
    std::vector<std::string> told;
    for (const char* fault : {"padding", "number", "short random"}) {
        told.push_back(log_in_as("alice", "wonderland", Pieces::all, fault)
                           ->server.error_text<ProtocolError>());
    }
    EXPECT_EQ(told[0], told[1]);
    EXPECT_EQ(told[0], told[2]);
}

TEST(SecurityRa2, ClearCredentialsAreNoCredentials)
{
    const auto login = log_in_as("alice", "wonderland", Pieces::all, "clear credentials");
    EXPECT_FALSE(login->server.who);
    EXPECT_EQ(login->server.log.asked_to_judge, 0);
}

TEST(SecurityRa2, KeysOutsideTheLimitsEndItAtTheHeader)
{
    for (const std::uint32_t bits : {0U, 1U, 1024U, 2047U, 4097U, 65536U, 0xffffffffU}) {
        StreamWriter message;
        message.put_u32(bits);
        const auto answer = feed_inner(run_ra2_256, message.view(), ra2_setup());
        EXPECT_TRUE(answer->server.ended_by<ProtocolError>()) << bits;
        EXPECT_EQ(answer->octets, key_of_the_server()->public_octets());
    }
}

TEST(SecurityRa2, WhatIsNoKeyIsRefused)
{
    const Bytes good = key_of_the_client()->public_octets();
    const std::size_t size = (good.size() - 4) / 2;
    std::vector<Bytes> bad;
    bad.emplace_back(good.size(), std::uint8_t{0}); // both zero
    bad.push_back(good);
    bad.back()[3 + size] &= 0xfeU; // an even modulus
    bad.push_back(good);
    bad.back().back() &= 0xfeU; // an even exponent
    bad.push_back(good);
    bad.back()[4 + size] = 0x7f; // an exponent that would keep us busy
    bad.push_back(good);
    std::fill(bad.back().begin() + 4, bad.back().begin() + 40, std::uint8_t{0}); // a small one
    for (auto& octets : bad) {
        std::copy_n(good.begin(), 4, octets.begin());
        const auto answer = feed_inner(run_ra2_256, octets, ra2_setup());
        EXPECT_TRUE(answer->server.ended_by<ProtocolError>());
    }
}

TEST(SecurityRa2, OurOwnKeyIsNobodyElses)
{
    const Bytes& ours = key_of_the_server()->public_octets();
    const auto answer = feed_inner(run_ra2_256, ours, ra2_setup());
    EXPECT_NE(answer->server.error_text<ProtocolError>().find("our own"), std::string::npos);
    EXPECT_EQ(answer->octets, ours) << "and nothing behind it";
}

TEST(SecurityRa2, ARandomNumberOfAnotherSizeIsRefused)
{
    for (const unsigned size : {0U, 255U, 257U, 65535U}) {
        StreamWriter message;
        message.put_bytes(key_of_the_client()->public_octets());
        message.put_u16(static_cast<std::uint16_t>(size));
        const auto answer = feed_inner(run_ra2_256, message.view(), ra2_setup());
        EXPECT_TRUE(answer->server.ended_by<ProtocolError>()) << size;
    }
}

TEST(SecurityRa2, AClientMayStopAtAnyOctetBeforeTheRecords)
{
    StreamWriter message;
    message.put_bytes(key_of_the_client()->public_octets());
    message.put_u16(256);
    message.pad(256);
    const Bytes octets = message.take();
    for (std::size_t size = 0; size < octets.size(); size += 37) {
        auto pair = make_stream_pair();
        pair.client->send(ByteView{octets}.first(size));
        pair.client->end();
        ServerEnd end;
        auto serving = serve_inner(std::move(pair.server), ra2_setup(), run_ra2_256, end);
        serving.start();
        EXPECT_TRUE(spin_until([&] { return end.ended; })) << size;
        EXPECT_TRUE(end.ended_by<EndOfStream>()) << size;
    }
}

TEST(SecurityRa2, WithoutAKeyItIsNotOffered)
{
    auto setup = ra2_setup();
    setup.ra2_key = nullptr;
    EXPECT_FALSE(ra2_256_can_be_had(setup));
    ViewerPlan plan;
    plan.type = 129;
    const auto login = log_in(setup, plan);
    login->run();
    EXPECT_TRUE(login->viewer.types.empty());
    EXPECT_FALSE(login->server.who);
}

} // namespace gds
