// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/sasl_call.h"

#include "login.h"
#include "rfb/security_plain.h"
#include "rfb/security_sasl.h"
#include "tests/unit/io/scratch_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace gds {

using namespace test;
using namespace std::string_literals;
using namespace std::chrono_literals;

namespace {

// Speaks saslauthd's protocol: four fields with u16 lengths, and the same with the answer.
class FakeSaslauthd {
public:
    FakeSaslauthd() : path_(directory_ / "mux"), socket_(socket(AF_UNIX, SOCK_STREAM, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, path_.size());
        EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(listen(socket_, 8), 0);
        thread_ = std::thread{[this] { serve(); }};
    }
    ~FakeSaslauthd()
    {
        shutdown(socket_, SHUT_RDWR);
        thread_.join();
        close(socket_);
    }
    FakeSaslauthd(const FakeSaslauthd&) = delete;
    FakeSaslauthd& operator=(const FakeSaslauthd&) = delete;

    std::string answer = "OK";
    const std::string& path() const { return path_; }
    std::vector<std::string> asked()
    {
        const std::lock_guard lock{mutex_};
        return asked_;
    }

private:
    void serve()
    {
        int client = 0;
        while ((client = accept(socket_, nullptr, nullptr)) >= 0) {
            std::string question;
            for (int field = 0; field < 4; ++field) {
                question += (field > 0 ? "|" : "") + read_field(client);
            }
            {
                const std::lock_guard lock{mutex_};
                asked_.push_back(question);
            }
            const std::string size{'\0', static_cast<char>(answer.size())};
            const std::string message = answer.empty() ? ""s : size + answer;
            EXPECT_EQ(write(client, message.data(), message.size()),
                      static_cast<ssize_t>(message.size()));
            close(client);
        }
    }
    static std::string read_octets(int client, std::size_t size)
    {
        std::string octets(size, '\0');
        // For nothing it would wait.
        EXPECT_TRUE(size == 0 ||
                    recv(client, octets.data(), size, MSG_WAITALL) == static_cast<ssize_t>(size));
        return octets;
    }
    static std::string read_field(int client)
    {
        const auto size = read_octets(client, 2);
        return read_octets(client, static_cast<std::uint8_t>(size[0]) * 256U +
                                       static_cast<std::uint8_t>(size[1]));
    }

    ScratchDirectory directory_;
    std::string path_;
    int socket_;
    std::mutex mutex_;
    std::vector<std::string> asked_;
    std::thread thread_;
};

SecuritySetup setup_with(PasswordSource source, const std::string& place)
{
    auto setup = some_setup();
    setup.credentials = without_users(*setup.credentials, "");
    setup.sasl.password_source = source;
    setup.sasl.password_place = place;
    setup.sasl.refusal_time = 0ms;
    if (source == PasswordSource::saslauthd) {
        setup.sasl.mechanisms = {"PLAIN"};
    }
    return setup;
}

// By both pages that are told a password; all at once.
std::vector<std::unique_ptr<Login>> log_in_both_ways(const SecuritySetup& setup,
                                                     const std::vector<SaslLogin>& people)
{
    std::vector<std::unique_ptr<Login>> logins;
    for (const auto& who : people) {
        ViewerPlan plan;
        plan.mechanism = "PLAIN";
        plan.login = who;
        logins.push_back(log_in_inner(run_sasl, play_sasl, setup, plan));
        logins.push_back(log_in_inner(run_plain, play_plain, setup, plan));
    }
    for (auto& login : logins) {
        login->start();
    }
    EXPECT_TRUE(spin_until(
        [&] { return std::ranges::all_of(logins, [](auto& login) { return login->ended(); }); },
        20s));
    return logins;
}

// A database as saslpasswd2 makes it, by the library itself.
class Sasldb {
public:
    explicit Sasldb(const std::string& path) : path_(path)
    {
        installed_sasl_mechanisms();
        const std::array callbacks{
            sasl_callback(SASL_CB_GETOPT, option, this),
            sasl_callbacks_end(),
        };
        sasl_conn_t* connection = nullptr;
        EXPECT_EQ(sasl_server_new("vnc", "wonder.land", nullptr, nullptr, nullptr, callbacks.data(),
                                  0, &connection),
                  SASL_OK);
        EXPECT_EQ(sasl_setpass(connection, "alice", "wonderland", 10, nullptr, 0, SASL_SET_CREATE),
                  SASL_OK);
        sasl_dispose(&connection);
    }

private:
    static int option(void* self, const char* /*plugin*/, const char* name, const char** value,
                      unsigned* /*length*/)
    {
        if (name == "sasldb_path"s) {
            *value = static_cast<const Sasldb*>(self)->path_.c_str();
        } else if (name == "auxprop_plugin"s) {
            *value = "sasldb";
        } else {
            return SASL_FAIL;
        }
        return SASL_OK;
    }

    std::string path_;
};

} // namespace

TEST(PasswordSources, SaslauthdDecides)
{
    FakeSaslauthd saslauthd;
    auto setup = setup_with(PasswordSource::saslauthd, saslauthd.path());
    setup.sasl.realm = "EXAMPLE.ORG";
    for (const auto& login : log_in_both_ways(setup, {{"alice", "anything", "", "", {}}})) {
        ASSERT_TRUE(login->server.who) << login->server.error_text<std::exception>();
        EXPECT_EQ(login->server.who->identity(), (Identity{IdentityKind::password, "alice", {}}));
    }
    EXPECT_EQ(saslauthd.asked(), (std::vector<std::string>(2, "alice|anything|vnc|EXAMPLE.ORG")));
}

TEST(PasswordSources, ARefusalOfSaslauthdTakesItsTime)
{
    FakeSaslauthd saslauthd;
    saslauthd.answer = "NO";
    EXPECT_EQ(SaslPolicy{}.refusal_time, 1s);
    auto setup = setup_with(PasswordSource::saslauthd, saslauthd.path());
    setup.sasl.refusal_time = 100ms;
    const auto begun = std::chrono::steady_clock::now();
    for (const auto& login : log_in_both_ways(setup, {{"alice", "anything", "", "", {}}})) {
        EXPECT_TRUE(login->server.ended_by<RefusedLogin>());
        EXPECT_FALSE(login->server.ended_by<CredentialsUnavailable>());
    }
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 95ms);
}

TEST(PasswordSources, NobodyIsJudgedWhenSaslauthdIsNotThere)
{
    FakeSaslauthd mute;
    mute.answer = "";
    for (const std::string& place : {"/nonexistent/mux"s, mute.path()}) {
        const auto setup = setup_with(PasswordSource::saslauthd, place);
        for (const auto& login : log_in_both_ways(setup, {{"alice", "anything", "", "", {}}})) {
            EXPECT_TRUE(login->server.ended_by<CredentialsUnavailable>());
            EXPECT_NE(login->server.error_text<CredentialsUnavailable>().find("saslauthd"),
                      std::string::npos);
        }
    }
}

TEST(PasswordSources, WhatMeansSomebodyElseToSaslauthdIsNotAsked)
{
    FakeSaslauthd saslauthd;
    const auto setup = setup_with(PasswordSource::saslauthd, saslauthd.path());
    for (const auto& login : log_in_both_ways(setup, {{"alice@EXAMPLE.ORG", "x", "", "", {}},
                                                      {"alice@", "x", "", "", {}},
                                                      {"alice", "", "", "", {}},
                                                      {"", "x", "", "", {}}})) {
        EXPECT_FALSE(login->server.who);
    }
    EXPECT_TRUE(saslauthd.asked().empty());
}

TEST(PasswordSources, SasldbKnowsPasswords)
{
    const ScratchDirectory directory;
    const Sasldb made{directory / "sasldb2"};
    auto setup = setup_with(PasswordSource::sasldb, directory / "sasldb2");
    setup.sasl.hostname = "wonder.land";
    setup.sasl.mechanisms.emplace_back("DIGEST-MD5");
    for (const auto& login : log_in_both_ways(setup, {{"alice", "wonderland", "", "", {}}})) {
        EXPECT_TRUE(login->server.who) << login->server.error_text<std::exception>();
    }
    for (const auto& login :
         log_in_both_ways(setup, {{"alice", "wonderlanD", "", "", {}},
                                  {"bella", "wonderland", "", "", {}},
                                  {"alice@wonder.land", "wonderland", "", "", {}},
                                  {"alice", "", "", "", {}}})) {
        EXPECT_TRUE(login->server.ended_by<RefusedLogin>());
    }
    for (const char* mechanism : {"SCRAM-SHA-256", "SCRAM-SHA-512", "DIGEST-MD5"}) {
        std::vector<std::vector<std::uint32_t>> lengths;
        for (const char* user : {"alice", "bella"}) {
            ViewerPlan plan;
            plan.mechanism = mechanism;
            plan.login = {user, "wonderland", ""};
            const auto login = log_in_inner(run_sasl, play_sasl, setup, plan);
            login->run();
            EXPECT_EQ(login->server.who.has_value(), user == "alice"s)
                << mechanism << login->server.error_text<std::exception>();
            lengths.push_back(login->viewer.data_lengths);
        }
        // Who is not known comes as far as who is.
        EXPECT_EQ(lengths[0].size(), lengths[1].size()) << mechanism;
        EXPECT_EQ(lengths[0][0], lengths[1][0]) << mechanism;
    }
}

TEST(PasswordSources, ADatabaseThatIsNoneJudgesNobody)
{
    const auto setup = setup_with(PasswordSource::sasldb, "/proc/self/cmdline");
    for (const auto& login : log_in_both_ways(setup, {{"alice", "wonderland", "", "", {}}})) {
        EXPECT_TRUE(login->server.ended_by<CredentialsUnavailable>())
            << login->server.error_text<std::exception>();
    }
}

TEST(PasswordSources, OurOwnUsersAreNobodyElsewhere)
{
    for (const auto source : {PasswordSource::sasldb, PasswordSource::nobody}) {
        auto setup = setup_with(source, "/nonexistent/sasldb2");
        setup.credentials = some_credentials();
        for (const auto& login : log_in_both_ways(setup, {{"alice", "wonderland", "", "", {}}})) {
            EXPECT_FALSE(login->server.who);
        }
    }
}

TEST(PasswordSources, InventedPasswordsNeedTheKey)
{
    Credentials some;
    some.decoy_key = Bytes(32, 1);
    const auto one = decoy_password(some, "bella");
    EXPECT_EQ(one.size(), 32U);
    EXPECT_TRUE(one.equals(decoy_password(some, "bella").bytes()));
    EXPECT_FALSE(one.equals(decoy_password(some, "bill").bytes()));
    some.decoy_key = Bytes(32, 2);
    EXPECT_FALSE(one.equals(decoy_password(some, "bella").bytes()));
}

} // namespace gds
