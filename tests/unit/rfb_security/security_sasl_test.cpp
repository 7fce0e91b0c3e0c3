// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_sasl.h"

#include "login.h"
#include "rfb/sasl_exchange.h"
#include "rfb/sasl_library.h"

#include <gtest/gtest.h>

namespace gds {

using namespace test;
using namespace std::string_literals;

namespace {

constexpr const char* k_list = "SCRAM-SHA-512,SCRAM-SHA-256,PLAIN";

std::unique_ptr<Login> log_in_by(const std::string& mechanism, const SaslLogin& who,
                                 SecuritySetup setup = some_setup(), Pieces pieces = Pieces::all)
{
    ViewerPlan plan;
    plan.mechanism = mechanism;
    plan.login = who;
    auto login = log_in_inner(run_sasl, play_sasl, std::move(setup), plan, pieces);
    login->run();
    return login;
}

Bytes start_message(std::string_view mechanism, const std::optional<Bytes>& data)
{
    StreamWriter message;
    message.put_u32(static_cast<std::uint32_t>(mechanism.size()));
    message.put_text(mechanism);
    put_data(message, data);
    return message.take();
}

Bytes octets_of(std::string_view text) { return {text.begin(), text.end()}; }

// What comes behind the list of mechanisms.
std::string behind_the_list(const Bytes& octets)
{
    std::string text{as_text(octets)};
    const std::string list = "\0\0\0\x21"s + k_list;
    EXPECT_EQ(text.substr(0, list.size()), list);
    return text.substr(std::min(list.size(), text.size()));
}

} // namespace

TEST(SecuritySasl, PluginsAreInstalled)
{
    const std::vector<std::string> wanted{"PLAIN", "NO-SUCH", "SCRAM-SHA-256", "PLAIN"};
    EXPECT_EQ(usable_sasl_mechanisms(wanted), (std::vector<std::string>{"PLAIN", "SCRAM-SHA-256"}));
}

TEST(SecuritySasl, TakesTheRightPassword)
{
    for (const char* mechanism : {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"}) {
        for (const Pieces pieces : {Pieces::all, Pieces::one_octet}) {
            const auto login =
                log_in_by(mechanism, {"alice", "wonderland", ""}, some_setup(), pieces);
            EXPECT_EQ(login->viewer.mechanisms, k_list);
            EXPECT_TRUE(login->viewer.complete) << mechanism;
            EXPECT_EQ(login->viewer.sasl_result, SASL_OK) << mechanism;
            ASSERT_TRUE(login->server.who)
                << mechanism << login->server.error_text<std::exception>();
            EXPECT_EQ(login->server.who->user(), "alice");
            EXPECT_EQ(login->server.who->security_type(), "x509-sasl");
            EXPECT_EQ(login->server.who->mechanism(), mechanism);
            EXPECT_EQ(login->server.who->ssf(), 256U);
            EXPECT_EQ(login->server.log.stages, (std::vector<std::string>{"sasl"}));
        }
    }
}

TEST(SecuritySasl, TakesThePasswordWithVerifiersAsTheyAreKept)
{
    for (const auto& [mechanism, hash] : {std::pair{"SCRAM-SHA-512", ScramHash::sha512},
                                          std::pair{"SCRAM-SHA-256", ScramHash::sha256}}) {
        auto credentials = std::make_shared<Credentials>(*some_credentials());
        credentials->users["alice"] = {make_scram_verifier(hash, "wonderland")};
        EXPECT_EQ(credentials->users["alice"].front().iterations, 4096U);
        auto setup = some_setup();
        setup.credentials = credentials;
        EXPECT_TRUE(log_in_by(mechanism, {"alice", "wonderland", ""}, setup)->server.who);
        EXPECT_FALSE(log_in_by(mechanism, {"alice", "wonderlanD", ""}, setup)->server.who);
    }
}

TEST(SecuritySasl, AnUnknownUserLooksLikeAWrongPassword)
{
    for (const char* mechanism : {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"}) {
        // Of one length, so that all messages must have the same lengths.
        const auto wrong = log_in_by(mechanism, {"alice", "wonderlanD", ""});
        const auto unknown = log_in_by(mechanism, {"bella", "wonderland", ""});
        for (const auto* login : {wrong.get(), unknown.get()}) {
            EXPECT_FALSE(login->server.who);
            EXPECT_TRUE(login->server.ended_by<RefusedLogin>()) << mechanism;
            EXPECT_TRUE(login->viewer.complete);
        }
        EXPECT_EQ(wrong->viewer.data_lengths, unknown->viewer.data_lengths) << mechanism;
        EXPECT_EQ(wrong->server.error_text<RefusedLogin>(),
                  unknown->server.error_text<RefusedLogin>());
        const std::size_t rounds = mechanism == "PLAIN"s ? 1 : 2;
        EXPECT_EQ(wrong->viewer.data_lengths.size(), rounds);
    }
}

TEST(SecuritySasl, AnEmptyPasswordIsNone)
{
    for (const char* mechanism : {"SCRAM-SHA-256", "PLAIN"}) {
        EXPECT_FALSE(log_in_by(mechanism, {"alice", "", ""})->server.who);
        EXPECT_FALSE(log_in_by(mechanism, {"mallory", "", ""})->server.who);
    }
}

TEST(SecuritySasl, NobodyActsForAnother)
{
    for (const char* mechanism : {"SCRAM-SHA-256", "PLAIN"}) {
        const auto other = log_in_by(mechanism, {"alice", "wonderland", "bob"});
        EXPECT_FALSE(other->server.who);
        EXPECT_TRUE(other->server.ended_by<RefusedLogin>()) << mechanism;
        const auto self = log_in_by(mechanism, {"alice", "wonderland", "alice"});
        EXPECT_TRUE(self->server.who) << mechanism;
    }
}

TEST(SecuritySasl, NamesAreTakenAsTheyAre)
{
    // By hand, because Cyrus clients trim what they send.
    for (const std::string& name :
         {" alice"s, "alice "s, "alice\n"s, "Alice"s, "alice@localhost"s, ""s, " "s, "\xff"s,
          std::string(201, 'x'), std::string(5000, 'x')}) {
        const auto plain =
            feed_inner(run_sasl, start_message("PLAIN", octets_of("\0"s + name + "\0wonderland"s)));
        EXPECT_TRUE(plain->server.ended_by<RefusedLogin>()) << name;
        StreamWriter message;
        message.put_bytes(
            start_message("SCRAM-SHA-256", octets_of("n,,n=" + name + ",r=abcdefghij")));
        put_data(message, octets_of("c=biws,r=x,p=AAAA"));
        const auto scram = feed_inner(run_sasl, message.take());
        EXPECT_TRUE(scram->server.ended_by<RefusedLogin>()) << name;
    }
}

TEST(SecuritySasl, OnlyWhatTheSetupNamesIsListed)
{
    auto setup = some_setup();
    setup.sasl.mechanisms = {"PLAIN", "NO-SUCH", "SCRAM-SHA-256", "PLAIN"};
    const auto login = log_in_by("SCRAM-SHA-256", {"alice", "wonderland", ""}, setup);
    EXPECT_EQ(login->viewer.mechanisms, "PLAIN,SCRAM-SHA-256");
    EXPECT_TRUE(login->server.who);
}

TEST(SecuritySasl, AMechanismThatWasNotOfferedIsRefused)
{
    for (const std::string& name : {"ANONYMOUS"s,
                                    "LOGIN"s,
                                    "CRAM-MD5"s,
                                    "DIGEST-MD5"s,
                                    "EXTERNAL"s,
                                    "NTLM"s,
                                    "SCRAM-SHA-1"s,
                                    "SCRAM-SHA-384"s,
                                    "SCRAM-SHA-25"s,
                                    "SHA-256"s,
                                    "AIN"s,
                                    "PLAI"s,
                                    "plain"s,
                                    "X-PLAIN"s,
                                    "SCRAM-SHA-256-PLUS"s,
                                    "PLAIN\0"s,
                                    "PLAIN\0\0\0\0\0\0\0"s,
                                    "\0"s,
                                    "PLAIN,"s,
                                    ","s,
                                    "SHA-256,PLAIN"s,
                                    "\xff\xff"s,
                                    "PLA IN"s}) {
        const auto answer =
            feed_inner(run_sasl, start_message(name, octets_of("\0alice\0wonderland"s)));
        EXPECT_TRUE(answer->server.ended_by<RefusedChoice>()) << name;
        EXPECT_FALSE(answer->server.ended_by<AuthenticationError>()) << name;
        EXPECT_FALSE(answer->server.who);
    }
}

TEST(SecuritySasl, OneChoiceIsAllThereIs)
{
    // Neither the wrong choice nor a bad login leads back to the list.
    const auto good = start_message("PLAIN", octets_of("\0alice\0wonderland"s));
    for (const auto& first :
         {start_message("LOGIN", octets_of("\0alice\0wonderland"s)),
          start_message("PLAIN", octets_of("\0alice\0wonderlanD"s)),
          start_message("SCRAM-SHA-256", octets_of("n,,n=alice,r=abcdefghij"))}) {
        Bytes both = first;
        both.insert(both.end(), good.begin(), good.end());
        const auto answer = feed_inner(run_sasl, both);
        EXPECT_TRUE(answer->server.ended);
        EXPECT_FALSE(answer->server.who);
    }
}

TEST(SecuritySasl, OneThatTheSetupDoesNotNameIsNotOffered)
{
    auto setup = some_setup();
    setup.sasl.mechanisms = {"SCRAM-SHA-256"};
    const auto message = start_message("PLAIN", octets_of("\0alice\0wonderland"s));
    EXPECT_TRUE(feed_inner(run_sasl, message, setup)->server.ended_by<RefusedChoice>());
}

TEST(SecuritySasl, LengthsOverTheLimitEndAtTheHeader)
{
    for (const std::uint32_t length : {0U, 21U, 100U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        StreamWriter message;
        message.put_u32(length);
        const auto answer = feed_inner(run_sasl, message.take());
        EXPECT_TRUE(answer->server.ended_by<ProtocolError>()) << length;
    }
    for (const std::uint32_t length :
         {k_max_sasl_data + 1, 0x100000U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        StreamWriter message;
        message.put_u32(5);
        message.put_text("PLAIN");
        message.put_u32(length);
        const auto answer = feed_inner(run_sasl, message.take());
        EXPECT_TRUE(answer->server.ended_by<ProtocolError>()) << length;
    }
}

TEST(SecuritySasl, AWeakChannelCarriesNothing)
{
    const auto setup = some_setup();
    for (const unsigned strength : {1U, 40U, 56U, 111U}) {
        const SaslExchange exchange{{setup.credentials, setup.sasl, strength, {}}};
        EXPECT_TRUE(exchange.mechanisms().empty()) << strength;
    }
    const SaslExchange exchange{{setup.credentials, setup.sasl, k_least_ssf, {}}};
    EXPECT_EQ(exchange.mechanisms(), setup.sasl.mechanisms);
}

TEST(SecuritySasl, DataAtTheLimitIsJudged)
{
    Bytes data = octets_of("\0alice\0"s);
    data.resize(k_max_sasl_data - 1, 'x');
    const auto answer = feed_inner(run_sasl, start_message("PLAIN", data));
    EXPECT_TRUE(answer->server.ended_by<RefusedLogin>());
}

TEST(SecuritySasl, TheLastOctetIsNotLookedAt)
{
    auto message = start_message("PLAIN", octets_of("\0alice\0wonderland"s));
    message.back() = 0xa2;
    const auto answer = feed_inner(run_sasl, message);
    ASSERT_TRUE(answer->server.who);
    EXPECT_EQ(answer->server.who->user(), "alice");
    // PLAIN has nothing to say, and it is complete.
    EXPECT_EQ(behind_the_list(answer->octets), "\0\0\0\0\1"s);
}

TEST(SecuritySasl, NoDataAndEmptyDataAreTwoThings)
{
    // Without data the server asks for it, with empty data; then the exchange goes on.
    StreamWriter message;
    message.put_bytes(start_message("PLAIN", {}));
    put_data(message, octets_of("\0alice\0wonderland"s));
    const auto none = feed_inner(run_sasl, message.take());
    ASSERT_TRUE(none->server.who);
    EXPECT_EQ(behind_the_list(none->octets), "\0\0\0\1\0\0"s + "\0\0\0\0\1"s);
    // Empty data is an answer, and a wrong one.
    const auto empty = feed_inner(run_sasl, start_message("PLAIN", Bytes{}));
    EXPECT_TRUE(empty->server.ended_by<RefusedLogin>());
}

TEST(SecuritySasl, NulWithinPlainIsRefused)
{
    for (const std::string& data :
         {"\0alice\0wonderland\0"s, "\0alice\0wonderland\0x"s, "\0al\0ice\0wonderland"s, "\0"s,
          "\0\0"s, "alice"s, "\0alice"s, "bob\0alice\0wonderland"s}) {
        const auto answer = feed_inner(run_sasl, start_message("PLAIN", octets_of(data)));
        EXPECT_TRUE(answer->server.ended_by<RefusedLogin>()) << data;
    }
}

TEST(SecuritySasl, NonsenseInScramIsRefused)
{
    for (const std::string& data :
         {"x"s, "n,,n=alice"s, "n,,n=alice,r="s, "n,,n=alice\0,r=abcdef"s, "p=x,,n=alice,r=abc"s,
          "n,a=bob,n=alice,r=abcdefgh"s, "y,,n=al=2,r=abcdefgh"s, std::string(5000, ',')}) {
        StreamWriter message;
        message.put_bytes(start_message("SCRAM-SHA-256", octets_of(data)));
        put_data(message, octets_of("c=biws,r=x,p=AAAA"));
        const auto answer = feed_inner(run_sasl, message.take());
        EXPECT_TRUE(answer->server.ended_by<RefusedLogin>()) << data;
        EXPECT_FALSE(answer->server.who);
    }
}

TEST(SecuritySasl, ARefusalIsCompleteAndGoesBeforeTheResult)
{
    const auto answer = feed_inner(run_sasl, start_message("PLAIN", octets_of("\0alice\0wrong"s)));
    ASSERT_TRUE(answer->server.ended_by<RefusedLogin>());
    EXPECT_EQ(behind_the_list(answer->octets), "\0\0\0\0\1"s);
    try {
        std::rethrow_exception(answer->server.error);
    } catch (const Refusal& refusal) {
        EXPECT_EQ(as_text(refusal.before_result), "\0\0\0\0\1"s);
        EXPECT_EQ(refusal.reason, "Authentication failed");
    }
}

TEST(SecuritySasl, AWrongProofIsCalledSoInTheWordsOfScram)
{
    const auto login = log_in_by("SCRAM-SHA-256", {"alice", "wrong", ""});
    ASSERT_TRUE(login->server.ended_by<RefusedLogin>());
    try {
        std::rethrow_exception(login->server.error);
    } catch (const Refusal& refusal) {
        EXPECT_EQ(as_text(refusal.before_result), "\0\0\0\x10"
                                                  "e=invalid-proof\0\1"s);
    }
}

TEST(SecuritySasl, SaysThatCredentialsAreNotAvailable)
{
    auto setup = some_setup();
    setup.credentials = locked_credentials();
    for (const char* mechanism : {"SCRAM-SHA-256", "PLAIN"}) {
        const auto login = log_in_by(mechanism, {"alice", "wonderland", ""}, setup);
        EXPECT_FALSE(login->server.who);
        EXPECT_TRUE(login->server.ended_by<CredentialsUnavailable>());
    }
}

TEST(SecuritySasl, JudgesNothingWhenTheSourceHasHadItsChances)
{
    auto pair = make_stream_pair();
    pair.client->send(start_message("PLAIN", octets_of("\0alice\0wonderland"s)));
    ServerEnd end;
    end.log.judge = false;
    auto serving = serve_inner(std::move(pair.server), some_setup(), run_sasl, end);
    serving.start();
    EXPECT_TRUE(spin_until([&] { return end.ended; }));
    EXPECT_TRUE(end.ended_by<TooManyAttempts>());
    EXPECT_EQ(end.log.asked_to_judge, 1);
}

TEST(SecuritySasl, EndOfStreamWithinIt)
{
    const Bytes octets = start_message("PLAIN", octets_of("\0alice\0wonderland"s));
    for (std::size_t size = 0; size < octets.size(); ++size) {
        auto pair = make_stream_pair();
        pair.client->send(ByteView{octets}.first(size));
        pair.client->end();
        ServerEnd end;
        auto serving = serve_inner(std::move(pair.server), some_setup(), run_sasl, end);
        serving.start();
        EXPECT_TRUE(spin_until([&] { return end.ended; }));
        EXPECT_TRUE(end.ended_by<EndOfStream>()) << size;
    }
}

TEST(SecuritySasl, ManyAtOnceKeepTheirOwnCredentials)
{
    // Every other login has a snapshot in which alice has another password.
    auto changed = std::make_shared<Credentials>();
    changed->users["alice"] = verifiers_of("looking glass");
    changed->decoy_key = Bytes(32, 9);
    const std::vector<std::string> mechanisms{"SCRAM-SHA-256", "PLAIN", "SCRAM-SHA-512"};

    std::vector<std::unique_ptr<Login>> logins;
    for (unsigned i = 0; i < 24; ++i) {
        auto setup = some_setup();
        if (i % 2 == 1) {
            setup.credentials = changed;
        }
        ViewerPlan plan;
        plan.mechanism = mechanisms[i / 2 % 3];
        plan.login = {"alice", "wonderland", ""};
        logins.push_back(log_in_inner(run_sasl, play_sasl, setup, plan));
    }
    // Only the logins keep their snapshots now.
    const std::weak_ptr<Credentials> watch = changed;
    changed.reset();
    for (const auto& login : logins) {
        login->start();
    }
    // Many times the work of one login, perhaps on a busy machine.
    EXPECT_TRUE(spin_until(
        [&] {
            return std::ranges::all_of(logins, [](const auto& login) { return login->ended(); });
        },
        std::chrono::seconds{40}));
    for (unsigned i = 0; i < logins.size(); ++i) {
        EXPECT_EQ(logins[i]->server.who.has_value(), i % 2 == 0) << i;
    }
    logins.clear();
    spin_ready();
    EXPECT_TRUE(watch.expired());
}

TEST(SecuritySasl, AClientThatGoesWhileAWorkerThinksLeavesNothing)
{
    auto credentials = std::make_shared<Credentials>(*some_credentials());
    const std::weak_ptr<Credentials> watch = credentials;
    for (unsigned turns = 0; turns < 12; ++turns) {
        auto setup = some_setup();
        setup.credentials = credentials;
        ViewerPlan plan;
        plan.login = {"alice", "wonderland", ""};
        auto login = log_in_inner(run_sasl, play_sasl, setup, plan);
        login->start();
        for (unsigned i = 0; i < turns; ++i) {
            g_main_context_iteration(nullptr, FALSE);
        }
        login.reset();
    }
    credentials.reset();
    EXPECT_TRUE(spin_until([&] {
        g_main_context_iteration(nullptr, FALSE);
        return watch.expired();
    }));
}

} // namespace gds
