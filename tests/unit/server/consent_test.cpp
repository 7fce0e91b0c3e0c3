// SPDX-License-Identifier: GPL-2.0-or-later
// A client for whom the person at the desk has to be asked, from the door to the desktop.
#include "server/server.h"

#include "fakes/fake_consent.h"
#include "fakes/fake_screen_capture.h"
#include "fakes/stream_pair.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace gds {

using namespace std::chrono_literals;
using test::spin_until;
using Verdict = ConsentAnswer::Verdict;

namespace {

// RFB 3.8 by security type None, as far as ServerInit.
class Viewer {
public:
    explicit Viewer(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        const std::string all{"RFB 003.008\n\x01\x01"};
        EXPECT_EQ(::write(socket_, all.data(), all.size()), all.size());
    }
    ~Viewer() { ::close(socket_); }
    Viewer(const Viewer&) = delete;
    Viewer& operator=(const Viewer&) = delete;

    const std::string& heard()
    {
        std::array<char, 4096> buffer{};
        ssize_t got = 0;
        while ((got = ::read(socket_, buffer.data(), buffer.size())) > 0) {
            heard_.append(buffer.data(), static_cast<std::size_t>(got));
        }
        closed_ = closed_ || got == 0;
        return heard_;
    }
    bool closed()
    {
        heard();
        return closed_;
    }
    bool let_in() { return heard().substr(14, 4) == std::string(4, '\0'); }
    bool hears(const std::string& words) { return heard().find(words) != std::string::npos; }

private:
    int socket_;
    bool closed_ = false;
    std::string heard_;
};

// What a client was ever said to be.
struct States final : ServerObserver {
    std::set<std::string> seen;
    void on_client_added(const ClientInfo& client) override { seen.insert(client.state); }
    void on_client_changed(const ClientInfo& client) override { seen.insert(client.state); }
    void on_client_removed(unsigned) override {}
    void on_traffic() override {}
    void on_status_changed() override
    {
        for (const auto& client : server->clients()) {
            seen.insert(client.state);
        }
    }
    ServerControl* server = nullptr;
};

class ConsentTest : public testing::Test {
protected:
    ConsentTest()
    {
        char pattern[] = "/tmp/gds-consent-test-XXXXXX";
        directory = ::mkdtemp(pattern);
        path = directory + "/vnc";
        policy.enabled = true;
        policy.listen_addresses = {"unix:" + path};
        policy.security_types = {SecurityWord::none};
        policy.refusal_shown = 20ms;
        set_rule("ask");
        server.set_consent(consent);
        states.server = &server;
        server.set_observer(&states);
        server.set_credentials(std::make_shared<const Credentials>());
        apply();
    }
    ~ConsentTest() override
    {
        policy.enabled = false;
        apply();
        spin_until([this] { return server.clients().empty(); }, 3s);
        server.set_observer(nullptr);
        ::rmdir(directory.c_str());
    }
    void set_rule(const char* verdict)
    {
        policy.access.rules = {parse_access_rule(verdict, "anonymous").rule};
    }
    void apply() { server.apply(std::make_shared<const Policy>(policy)); }
    bool state_is(const std::string& state)
    {
        return spin_until(
            [&] {
                const auto clients = server.clients();
                return clients.size() == 1 && clients.front().state == state;
            },
            3s);
    }
    bool gone()
    {
        return spin_until(
            [&] {
                states.on_status_changed();
                return server.clients().empty();
            },
            3s);
    }
    ClientInfo info() { return server.clients().front(); }

    FakeScreenCapture capture;
    WorkerPool workers{1};
    FakeConsent consent;
    States states;
    Server server{capture, workers, "somebody@desk"};
    Policy policy;
    std::string directory;
    std::string path;
};

} // namespace

TEST_F(ConsentTest, TheScreenIsNotTouchedBeforeThePersonAgrees)
{
    Viewer viewer{path};
    ASSERT_TRUE(state_is("asking"));
    EXPECT_TRUE(spin_until([&] { return viewer.let_in(); }, 3s)) << "he sees a card";
    EXPECT_EQ(consent.last.security, "none");
    EXPECT_TRUE(consent.last.wants_control);
    EXPECT_EQ(capture.status().state, CaptureState::stopped);
    EXPECT_TRUE(info().view_only);
    consent.say(Verdict::control);
    ASSERT_TRUE(state_is("connected"));
    EXPECT_NE(capture.status().state, CaptureState::stopped);
    EXPECT_FALSE(info().view_only);
    EXPECT_TRUE(consent.open.empty());
}

TEST_F(ConsentTest, ThePersonMayAllowToLookOnly)
{
    const Viewer viewer{path};
    ASSERT_TRUE(state_is("asking"));
    consent.say(Verdict::view);
    ASSERT_TRUE(state_is("connected"));
    EXPECT_TRUE(info().view_only);
    EXPECT_FALSE(server.set_view_only(info().number, false));
}

TEST_F(ConsentTest, WhoIsRefusedReadsWhyAndGoes)
{
    Viewer viewer{path};
    ASSERT_TRUE(state_is("asking"));
    consent.say(Verdict::refused, "no");
    EXPECT_TRUE(gone());
    EXPECT_TRUE(spin_until([&] { return viewer.closed(); }, 3s));
    EXPECT_EQ(capture.status().state, CaptureState::stopped);
    EXPECT_FALSE(states.seen.contains("connected"));
}

TEST_F(ConsentTest, WhoWasRefusedIsNotLetInByARuleThatComesThen)
{
    policy.refusal_shown = 500ms;
    apply();
    const Viewer viewer{path};
    ASSERT_TRUE(state_is("asking"));
    consent.say(Verdict::refused, "no");
    ASSERT_TRUE(spin_until([&] { return consent.open.empty(); }, 3s));
    set_rule("control");
    apply();
    EXPECT_FALSE(server.clients().empty()) << "he is still reading why";
    EXPECT_TRUE(gone());
    EXPECT_FALSE(states.seen.contains("connected"));
    EXPECT_EQ(capture.status().state, CaptureState::stopped);
}

TEST_F(ConsentTest, ThoseWhoWaitTakeNobodysPlace)
{
    policy.max_clients = 1;
    apply();
    const Viewer viewer{path};
    ASSERT_TRUE(state_is("asking"));
    Viewer another{path};
    EXPECT_TRUE(spin_until([&] { return another.hears("asked already"); }, 3s)) << "same source";
    set_rule("control");
    apply();
    ASSERT_TRUE(state_is("connected"));
}

TEST_F(ConsentTest, SilenceIsARefusal)
{
    policy.ask_timeout = 0s;
    apply();
    const Viewer viewer{path};
    ASSERT_TRUE(spin_until([&] { return !consent.last.security.empty(); }, 3s));
    EXPECT_TRUE(spin_until([&] { return consent.open.empty(); }, 3s)) << "it is withdrawn";
    EXPECT_TRUE(gone());
}

TEST_F(ConsentTest, WhenNobodyCanBeAskedHeIsToldAtTheDoor)
{
    consent.away = "the screen is locked";
    Viewer viewer{path};
    EXPECT_TRUE(spin_until([&] { return viewer.hears(consent.away); }, 3s));
    EXPECT_TRUE(gone());
    EXPECT_EQ(consent.last.security, "");
}

TEST_F(ConsentTest, TheQuestionGoesWithWhomItIsAbout)
{
    {
        const Viewer viewer{path};
        ASSERT_TRUE(state_is("asking"));
        ASSERT_EQ(consent.open.size(), 1U);
    }
    EXPECT_TRUE(gone());
    EXPECT_TRUE(consent.open.empty());
}

TEST_F(ConsentTest, ADisconnectWithdrawsTheQuestion)
{
    const Viewer viewer{path};
    ASSERT_TRUE(state_is("asking"));
    server.disconnect(info().number, "test");
    EXPECT_TRUE(spin_until([&] { return consent.open.empty(); }, 3s));
    EXPECT_TRUE(gone());
    EXPECT_FALSE(states.seen.contains("connected"));
}

TEST_F(ConsentTest, ARuleThatComesMeanwhileDecides)
{
    const Viewer viewer{path};
    ASSERT_TRUE(state_is("asking"));
    set_rule("view");
    apply();
    ASSERT_TRUE(state_is("connected"));
    EXPECT_TRUE(info().view_only);
    EXPECT_TRUE(spin_until([&] { return consent.open.empty(); }, 3s));
    set_rule("deny");
    apply();
    EXPECT_TRUE(gone());
}

TEST_F(ConsentTest, WhoWasAgreedToStaysWhileTheRuleAsks)
{
    const Viewer viewer{path};
    ASSERT_TRUE(state_is("asking"));
    consent.say(Verdict::control);
    ASSERT_TRUE(state_is("connected"));
    policy.ask_always = true;
    apply();
    EXPECT_FALSE(spin_until([&] { return server.clients().empty(); }, 50ms));
    EXPECT_FALSE(info().view_only);
}

TEST_F(ConsentTest, WhomNobodyHasAgreedToGoesWhenHeHasToBeAskedFor)
{
    set_rule("control");
    apply();
    const Viewer viewer{path};
    ASSERT_TRUE(state_is("connected"));
    set_rule("ask");
    apply();
    EXPECT_TRUE(gone());
    EXPECT_EQ(consent.last.security, "");
}

TEST_F(ConsentTest, AskAlwaysAsksAlsoForWhomARuleLetsIn)
{
    policy.ask_always = true;
    set_rule("view");
    apply();
    const Viewer viewer{path};
    ASSERT_TRUE(state_is("asking"));
    EXPECT_FALSE(consent.last.wants_control);
    consent.say(Verdict::control); // more than the rule gives
    ASSERT_TRUE(state_is("connected"));
    EXPECT_TRUE(info().view_only);
}

} // namespace gds
