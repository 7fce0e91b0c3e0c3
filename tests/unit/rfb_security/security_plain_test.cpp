// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_plain.h"

#include "login.h"

#include <gtest/gtest.h>

namespace gds {

using namespace test;
using namespace std::string_literals;

namespace {

ServerEnd log_in_as(const std::string& user, const std::string& password,
                    Pieces pieces = Pieces::all, SecuritySetup setup = some_setup())
{
    ViewerPlan plan;
    plan.login = {user, password, ""};
    const auto login = log_in_inner(run_plain, play_plain, std::move(setup), plan, pieces);
    login->run();
    return std::move(login->server);
}

Bytes header(std::uint32_t user, std::uint32_t password)
{
    StreamWriter message;
    message.put_u32(user);
    message.put_u32(password);
    return message.take();
}

} // namespace

TEST(SecurityPlain, TakesTheRightPassword)
{
    for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
        const auto end = log_in_as("alice", "wonderland", pieces);
        ASSERT_TRUE(end.who);
        EXPECT_EQ(end.who->user(), "alice");
        EXPECT_EQ(end.who->security_type(), "x509-sasl"); // what the channel said
        EXPECT_EQ(end.who->mechanism(), "");
        EXPECT_EQ(end.who->ssf(), 256U);
        EXPECT_EQ(end.log.stages, (std::vector<std::string>{"plain"}));
    }
}

TEST(SecurityPlain, JudgesNothingWhenTheSourceHasHadItsChances)
{
    auto message = header(5, 10);
    const std::string secret = "alicewonderland";
    message.insert(message.end(), secret.begin(), secret.end());
    auto pair = make_stream_pair();
    pair.client->send(message);
    ServerEnd end;
    end.log.judge = false;
    auto serving = serve_inner(std::move(pair.server), some_setup(), run_plain, end);
    serving.start();
    EXPECT_TRUE(spin_until([&] { return end.ended; }));
    EXPECT_TRUE(end.ended_by<TooManyAttempts>());
    EXPECT_EQ(end.log.asked_to_judge, 1);
}

TEST(SecurityPlain, TellsNobodyWhatWasWrong)
{
    const std::vector<std::pair<std::string, std::string>> bad{
        {"alice", "wonderlanD"},
        {"alice", ""},
        {"alice", "the builder"},
        {"mallory", "x"},
        {"", ""},
        {"Alice", "wonderland"},
        {"alice ", "wonderland"},
        {"alice\n", "wonderland"},
    };
    for (const auto& [user, password] : bad) {
        for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
            const auto end = log_in_as(user, password, pieces);
            EXPECT_FALSE(end.who);
            EXPECT_EQ(end.error_text<RefusedLogin>(), "Plain: no such user and password") << user;
        }
    }
}

TEST(SecurityPlain, NulIsNoTerminator)
{
    EXPECT_TRUE(log_in_as("alice\0"s, "wonderland").ended_by<RefusedLogin>());
    EXPECT_TRUE(log_in_as("alice\0x"s, "wonderland").ended_by<RefusedLogin>());
    EXPECT_TRUE(log_in_as("alice", "wonderland\0"s).ended_by<RefusedLogin>());
    EXPECT_TRUE(log_in_as("alice", "wonderland\0x"s).ended_by<RefusedLogin>());
    EXPECT_TRUE(log_in_as("\0"s, "\0"s).ended_by<RefusedLogin>());
}

TEST(SecurityPlain, LengthsOverTheLimitEndAtTheHeader)
{
    constexpr std::uint32_t most = 0xffffffff;
    for (const auto& octets : {header(k_max_plain_field + 1, 0), header(0, k_max_plain_field + 1),
                               header(most, 1), header(1, most), header(0x80000000, 0x80000000)}) {
        const auto answer = feed_inner(run_plain, octets);
        EXPECT_TRUE(answer->server.ended_by<ProtocolError>());
        EXPECT_FALSE(answer->server.ended_by<AuthenticationError>());
    }
    // The user name's length is refused before the password's came.
    const Bytes half = {0, 0, 4, 1};
    EXPECT_TRUE(feed_inner(run_plain, half)->server.ended_by<ProtocolError>());
}

TEST(SecurityPlain, LengthsAtTheLimitAreJudged)
{
    const std::string longest(k_max_plain_field, 'x');
    EXPECT_TRUE(log_in_as(longest, longest).ended_by<RefusedLogin>());
}

TEST(SecurityPlain, EndOfStreamWithinIt)
{
    Bytes octets = header(5, 10);
    const std::string_view rest = "alicewonderland";
    octets.insert(octets.end(), rest.begin(), rest.end());
    for (std::size_t size = 0; size < octets.size(); ++size) {
        auto pair = make_stream_pair();
        pair.client->send(ByteView{octets}.first(size));
        pair.client->end();
        ServerEnd end;
        auto serving = serve_inner(std::move(pair.server), some_setup(), run_plain, end);
        serving.start();
        EXPECT_TRUE(end.ended_by<EndOfStream>()) << size;
    }
}

TEST(SecurityPlain, SaysThatCredentialsAreNotAvailable)
{
    auto setup = some_setup();
    setup.credentials = locked_credentials();
    for (const char* password : {"wonderland", "wrong"}) {
        const auto end = log_in_as("alice", password, Pieces::all, setup);
        ASSERT_TRUE(end.ended_by<CredentialsUnavailable>());
        try {
            std::rethrow_exception(end.error);
        } catch (const Refusal& refusal) {
            EXPECT_EQ(refusal.reason, "Credentials not available: the keyring is locked");
        }
    }
}

} // namespace gds
