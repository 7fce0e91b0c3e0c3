// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_vnc_auth.h"

#include "login.h"

#include <gtest/gtest.h>

#include <numeric>

namespace gds {

using namespace test;
using namespace std::string_literals;

namespace {

Bytes counting()
{
    Bytes octets(k_vnc_challenge);
    std::iota(octets.begin(), octets.end(), std::uint8_t{0});
    return octets;
}

std::string hex(ByteView octets)
{
    std::string text;
    for (const std::uint8_t octet : octets) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[octet >> 4U];
        text += digits[octet & 15U];
    }
    return text;
}

SecuritySetup setup_with(std::string_view password)
{
    auto setup = some_setup();
    setup.credentials = with_vnc_password(password);
    return setup;
}

Task<> play_octets(ByteStream& stream, const ViewerPlan& plan, ViewerEnd& end)
{
    StreamReader reader{stream};
    end.challenge = co_await reader.bytes(k_vnc_challenge);
    StreamWriter message;
    message.put_text(plan.vnc_password);
    co_await message.flush(stream);
}

std::unique_ptr<Login> log_in_with(const std::string& password, Pieces pieces,
                                   SecuritySetup setup = setup_with("rosebud"))
{
    ViewerPlan plan;
    plan.vnc_password = password;
    auto login = log_in_inner(run_vnc_auth, play_vnc, std::move(setup), plan, pieces);
    login->run();
    return login;
}

} // namespace

// Computed with OpenSSL.
TEST(SecurityVncAuth, AnswersAsOtherImplementationsDo)
{
    EXPECT_EQ(hex(vnc_response(counting(), as_bytes("rosebud")).bytes()),
              "6098462f2a4b18e94e6300155a9db234");
    EXPECT_EQ(hex(vnc_response(counting(), as_bytes("12345678")).bytes()),
              "83dd2b4dbd04367f28578fdd5b142740");
    EXPECT_EQ(hex(vnc_response(counting(), as_bytes("p\xc3\xa4")).bytes()),
              "33f6b2e7f5689670d9a020d419291b72");
}

TEST(SecurityVncAuth, NothingIsMadeOfWhatIsNoPassword)
{
    EXPECT_THROW(vnc_response(counting(), {}), std::invalid_argument);
    EXPECT_THROW(vnc_response(counting(), as_bytes("123456789")), std::invalid_argument);
}

TEST(SecurityVncAuth, TheRightPasswordLogsInAndHasNoName)
{
    for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
        const auto login = log_in_with("rosebud", pieces);
        ASSERT_TRUE(login->server.who);
        EXPECT_EQ(login->server.who->identity(), (Identity{IdentityKind::vnc_password, "", {}}));
        EXPECT_EQ(login->server.log.asked_to_judge, 1);
        EXPECT_EQ(login->server.log.stages, std::vector<std::string>{"vnc-auth"});
    }
}

TEST(SecurityVncAuth, AnyOtherPasswordDoesNot)
{
    for (const char* password : {"rosebuD", "rosebu", "rosebuds", "x", "wonderla"}) {
        for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
            const auto login = log_in_with(password, pieces);
            EXPECT_FALSE(login->server.who) << password;
            EXPECT_EQ(login->server.error_text<RefusedLogin>(), "VNC password: wrong");
        }
    }
}

TEST(SecurityVncAuth, ChallengesDiffer)
{
    const auto first = log_in_with("rosebud", Pieces::all);
    const auto second = log_in_with("rosebud", Pieces::all);
    EXPECT_EQ(first->viewer.challenge.size(), k_vnc_challenge);
    EXPECT_NE(first->viewer.challenge, second->viewer.challenge);
}

TEST(SecurityVncAuth, AnswersThatAnswerNothingAreWrong)
{
    for (const std::string& octets :
         {std::string(16, '\0'), std::string(16, '\xff'), "rosebud\0rosebud\0"s}) {
        ViewerPlan plan;
        plan.vnc_password = octets;
        const auto login =
            log_in_inner(run_vnc_auth, play_octets, setup_with("rosebud"), std::move(plan));
        login->run();
        EXPECT_TRUE(login->server.ended_by<RefusedLogin>());
    }
}

TEST(SecurityVncAuth, ASecretThatIsNoneLetsNobodyIn)
{
    auto nothing = some_setup();
    auto longer = setup_with("123456789");
    auto empty = setup_with("");
    for (const auto& setup : {nothing, longer, empty}) {
        EXPECT_FALSE(vnc_auth_can_be_had(setup));
        for (const char* password : {"12345678", "x"}) {
            const auto login = log_in_with(password, Pieces::all, setup);
            EXPECT_TRUE(login->server.ended_by<CredentialsUnavailable>());
            EXPECT_EQ(login->server.log.asked_to_judge, 0);
        }
    }
}

TEST(SecurityVncAuth, IsNotJudgedWithoutAChance)
{
    ViewerPlan plan;
    const auto login = log_in_inner(run_vnc_auth, play_vnc, setup_with("rosebud"), plan);
    login->server.log.judge = false;
    login->run();
    EXPECT_TRUE(login->server.ended_by<TooManyAttempts>());
    EXPECT_FALSE(login->server.ended_by<AuthenticationError>());
}

TEST(SecurityVncAuth, EndOfStreamWithinTheAnswer)
{
    for (std::size_t size = 0; size < k_vnc_challenge; ++size) {
        auto pair = make_stream_pair();
        pair.client->send(std::string(size, 'x'));
        pair.client->end();
        ServerEnd end;
        auto serving =
            serve_inner(std::move(pair.server), setup_with("rosebud"), run_vnc_auth, end);
        serving.start();
        EXPECT_TRUE(end.ended_by<EndOfStream>()) << size;
    }
}

} // namespace gds
