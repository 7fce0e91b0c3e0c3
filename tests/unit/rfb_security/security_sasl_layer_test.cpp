// SPDX-License-Identifier: GPL-2.0-or-later
// Security type 20 without TLS: where the mechanism's layer begins, and that nothing weaker or
// earlier does. (What servers of 2009 did wrong is named in each test.)
#include "base/errors.h"
#include "fakes/layer_mechanism.h"
#include "login.h"
#include "rfb/security_sasl.h"

#include <gtest/gtest.h>

namespace gds {

using namespace test;
using namespace std::string_literals;

namespace {

SecuritySetup layered_setup()
{
    add_layer_mechanism();
    auto setup = some_setup();
    setup.offer = {SecurityWord::sasl, SecurityWord::x509_sasl};
    setup.sasl.mechanisms = {"SCRAM-SHA-256", k_layer_mechanism, "PLAIN"};
    return setup;
}

// A session in miniature: answers one octet by another.
Task<> serve_session(std::unique_ptr<ByteStream> raw, SecuritySetup setup, ServerEnd& end,
                     Bytes& heard)
{
    {
        Connection connection{std::move(raw), "test:1"};
        try {
            auto who = co_await security_handshake(connection, setup, end.log, some_workers());
            end.who = std::move(who);
            StreamReader reader{connection.stream()};
            const auto octet = co_await reader.u8();
            heard.push_back(octet);
            const Bytes answer{0x77};
            co_await connection.stream().write(answer);
        } catch (...) {
            end.error = std::current_exception();
        }
    }
    end.ended = true;
}

struct Played {
    ServerEnd server;
    Bytes heard; // by the session
    std::string said; // by the server, behind the list of types
};

// What a client sends, all of it at once.
Played play(std::string_view octets, SecuritySetup setup = layered_setup(),
            Pieces pieces = Pieces::all, const std::string& refuse = {})
{
    Played played;
    played.server.log.refuse_access = refuse;
    auto pair = paired(pieces);
    pair.client->send("RFB 003.008\n\x14"s);
    pair.client->send(octets);
    auto serving =
        serve_session(std::move(pair.server), std::move(setup), played.server, played.heard);
    serving.start();
    spin_until([&] { return played.server.ended || pair.client->awaited(); });
    played.said = as_text(pair.client->arrived());
    const std::string before = "RFB 003.008\n\1\x14"s;
    EXPECT_EQ(played.said.substr(0, before.size()), before);
    played.said.erase(0, before.size());
    return played;
}

std::string u32(std::size_t value)
{
    StreamWriter writer;
    writer.put_u32(static_cast<std::uint32_t>(value));
    return std::string{as_text(writer.take())};
}

std::string start_by(std::string_view mechanism, std::string_view data)
{
    return u32(mechanism.size()) + std::string{mechanism} + u32(data.size() + 1) +
           std::string{data} + "\0"s;
}

std::string record(std::string_view text) { return std::string{as_text(sealed(text))}; }

const std::string k_list = "\0\0\0\7X-LAYER"s;
const std::string k_done = "\0\0\0\5done\0\1"s;

} // namespace

TEST(SaslLayer, BeginsBehindTheResult)
{
    // B1: the mechanism is complete in the reply to its start, which, as the result, is clear.
    for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
        const auto played =
            play(start_by("X-LAYER", "alice") + record("\1"), layered_setup(), pieces);
        ASSERT_TRUE(played.server.who) << played.server.error_text<std::exception>();
        EXPECT_EQ(played.server.who->user(), "alice");
        EXPECT_EQ(played.server.who->identity().kind, IdentityKind::password);
        EXPECT_EQ(played.server.who->security_type(), "sasl");
        EXPECT_EQ(played.server.who->mechanism(), "X-LAYER");
        EXPECT_EQ(played.server.who->ssf(), 128U);
        EXPECT_EQ(played.heard, Bytes{1});
        EXPECT_EQ(played.said, k_list + k_done + "\0\0\0\0"s + record("\x77"));
    }
}

TEST(SaslLayer, BeginsBehindTheResultAfterAStepToo)
{
    // Without data the library asks for it, with empty data.
    const std::string octets = u32(7) + "X-LAYER" + u32(0) + u32(6) + "alice\0"s + record("\1");
    const auto played = play(octets);
    EXPECT_TRUE(played.server.who);
    EXPECT_EQ(played.said, k_list + "\0\0\0\1\0\0"s + k_done + "\0\0\0\0"s + record("\x77"));
}

TEST(SaslLayer, ARefusalIsClear)
{
    // B2: the layer is agreed on, and access is refused for another reason.
    const auto played =
        play(start_by("X-LAYER", "alice"), layered_setup(), Pieces::all, "Not today");
    EXPECT_TRUE(played.server.ended_by<RefusedAccess>());
    EXPECT_EQ(played.said, k_list + k_done + "\0\0\0\1\0\0\0\x9Not today"s);
}

TEST(SaslLayer, ClearOctetsBehindTheLastStepAreNotExecuted)
{
    // B3: ClientInit in clear, in the segment of the last step. Then the client's own record.
    for (const std::string& clear : {"\1"s, "\1\0\0\0"s, "\1"s + record("\1"), "\0\0\0\1\1"s}) {
        const auto played = play(start_by("X-LAYER", "alice") + clear);
        EXPECT_TRUE(played.server.who);
        EXPECT_TRUE(played.heard.empty()) << clear.size();
        EXPECT_EQ(played.said, k_list + k_done + "\0\0\0\0"s);
    }
    const auto played = play(start_by("X-LAYER", "alice") + "\1"s + record("\1"));
    EXPECT_TRUE(played.server.ended_by<ProtocolError>());
}

TEST(SaslLayer, OnlyStrongMechanismsAreListed)
{
    // Without TLS neither what sends passwords nor what has no layer.
    EXPECT_EQ(play("").said, k_list);
    for (const char* name : {"PLAIN", "SCRAM-SHA-256"}) {
        const auto played = play(start_by(name, "\0alice\0wonderland"s));
        EXPECT_TRUE(played.server.ended_by<RefusedChoice>()) << name;
        EXPECT_FALSE(played.server.who);
    }
}

TEST(SaslLayer, TheTypeIsOfferedOnlyWhileAMechanismQualifies)
{
    EXPECT_TRUE(sasl_layer_can_be_had(layered_setup()));
    auto setup = layered_setup();
    setup.sasl.minimum_ssf = k_layer_ssf + 1;
    EXPECT_FALSE(sasl_layer_can_be_had(setup));
    // B10: no setting makes single DES, or nothing, good enough.
    setup.sasl = {};
    setup.sasl.minimum_ssf = 0;
    EXPECT_FALSE(sasl_layer_can_be_had(setup));
}

TEST(SaslLayer, WhatWasAgreedOnIsVerified)
{
    // B10: 1 is integrity only, 56 is DES; the last one gives no room in a record.
    for (const char* agreed : {"alice,0", "alice,1", "alice,56", "alice,127", "alice,128,100"}) {
        const auto played = play(start_by("X-LAYER", agreed) + record("\1"));
        EXPECT_TRUE(played.server.ended_by<RefusedLogin>()) << agreed;
        EXPECT_TRUE(played.heard.empty());
        // Complete without data, failed, with a reason, all in clear.
        EXPECT_EQ(played.said,
                  k_list + "\0\0\0\0\1"s + "\0\0\0\1"s + "\0\0\0\x15"s + "Authentication failed");
    }
    EXPECT_TRUE(play(start_by("X-LAYER", "alice,256") + record("\1")).server.who);
}

TEST(SaslLayer, InsideTlsThereIsNone)
{
    // The layer would be agreed on inside a layer.
    ViewerEnd viewer;
    const auto answer =
        feed_inner(run_sasl, as_bytes(start_by("X-LAYER", "alice")), layered_setup());
    EXPECT_TRUE(answer->server.ended_by<RefusedLogin>());
    EXPECT_TRUE(feed_inner(run_sasl, as_bytes(start_by("X-LAYER", "alice,0")), layered_setup())
                    ->server.who);
}

TEST(SaslLayer, ALoginWithoutAPasswordGoesByTheLayersOwnRules)
{
    // Locked passwords are the trouble of those who need them; this mechanism has users of ours.
    auto setup = layered_setup();
    setup.credentials = locked_credentials();
    const auto played = play(start_by("X-LAYER", "alice"), setup);
    EXPECT_TRUE(played.server.ended_by<CredentialsUnavailable>());
}

TEST(SaslLayer, AKeytabThatCannotBeReadRefusesAndSaysNothingOfIt)
{
    auto setup = layered_setup();
    setup.sasl.mechanisms = {k_kerberos_mechanism, k_layer_mechanism};
    setup.sasl.keytab = "/nonexistent/keytab";
    ASSERT_EQ(layered_sasl_mechanisms(setup.sasl).size(), 2U)
        << "is the GSSAPI plug-in installed (libsasl2-modules-gssapi-mit)?";
    // Locked passwords do not matter to it, and neither does the budget for guesses.
    setup.credentials = locked_credentials();
    const auto played = play(start_by("GSSAPI", "no token"), setup);
    EXPECT_TRUE(played.server.ended_by<RefusedLogin>());
    EXPECT_FALSE(played.server.ended_by<CredentialsUnavailable>());
    EXPECT_NE(played.server.error_text<RefusedLogin>().find("/nonexistent/keytab"),
              std::string::npos);
    EXPECT_EQ(played.server.log.asked_to_judge, 0);
    EXPECT_EQ(played.said, "\0\0\0\x0eGSSAPI,X-LAYER"s + "\0\0\0\0\1"s + "\0\0\0\1"s +
                               "\0\0\0\x15"s + "Authentication failed");
}

} // namespace gds
