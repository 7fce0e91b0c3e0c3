// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/server.h"

#include "fakes/fake_screen_capture.h"
#include "io/socket_address.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace gds;
using namespace std::chrono_literals;

namespace {

// Draws no card with fonts but for the screen's own, and runs the main loop until something holds.
template <typename Condition>
bool eventually(Condition holds, std::chrono::milliseconds limit = 3000ms)
{
    bool over = false;
    auto timer = call_after(limit, [&] { over = true; });
    auto tick = call_every(2ms, [] {});
    while (!holds() && !over) {
        g_main_context_iteration(nullptr, TRUE);
    }
    return holds();
}

class RawClient {
public:
    explicit RawClient(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~RawClient() { ::close(socket_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    bool connected() const { return connected_; }
    void say(const std::string& text)
    {
        EXPECT_EQ(::write(socket_, text.data(), text.size()), text.size());
    }
    // All that has come until now.
    const std::string& heard()
    {
        std::array<char, 4096> buffer{};
        ssize_t got = 0;
        while ((got = ::read(socket_, buffer.data(), buffer.size())) > 0) {
            heard_.append(buffer.data(), static_cast<std::size_t>(got));
        }
        closed_ = closed_ || got == 0 || (errno != EAGAIN && errno != EINTR);
        return heard_;
    }
    bool closed()
    {
        heard();
        return closed_;
    }

private:
    int socket_;
    bool connected_ = false;
    bool closed_ = false;
    std::string heard_;
};

// No test here goes as far as TLS.
struct NominalTls final : TlsCredentials {
    std::string fingerprint() const override { return "AA:BB"; }
    std::string pin() const override { return "pin"; }
};

struct Observer final : ServerObserver {
    std::vector<unsigned> added;
    std::vector<unsigned> removed;
    int status_changes = 0;
    int traffic = 0;
    void on_client_added(const ClientInfo& client) override { added.push_back(client.number); }
    void on_client_changed(const ClientInfo&) override {}
    void on_client_removed(unsigned number) override { removed.push_back(number); }
    void on_status_changed() override { ++status_changes; }
    void on_traffic() override { ++traffic; }
};

class ServerTest : public ::testing::Test {
protected:
    ServerTest()
    {
        char pattern[] = "/tmp/gds-server-test-XXXXXX";
        directory = ::mkdtemp(pattern);
        path = directory + "/vnc";
        policy.enabled = true;
        policy.listen_addresses = {"unix:" + path};
        server.set_observer(&observer);
        server.set_tls(std::make_shared<const NominalTls>(), {});
        server.set_credentials(std::make_shared<const Credentials>());
    }
    ~ServerTest() override
    {
        server.set_observer(nullptr);
        server.apply(std::make_shared<const Policy>());
        eventually([this] { return server.clients().empty(); });
        ::rmdir(directory.c_str());
    }
    void apply() { server.apply(std::make_shared<const Policy>(policy)); }

    FakeScreenCapture capture;
    WorkerPool workers{1};
    Observer observer;
    PassedSockets passed;
    Server server{capture, workers, "somebody@desk"};
    Policy policy;
    std::string directory;
    std::string path;
};

const std::string k_version = "RFB 003.008\n";

UniqueFd listening_socket()
{
    UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const auto address = *SocketAddress::parse("127.0.0.1");
    EXPECT_EQ(::bind(fd.get(), address.get(), address.size()), 0);
    EXPECT_EQ(::listen(fd.get(), 4), 0);
    return fd;
}

UniqueFd connect_to(const UniqueFd& listening)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* const address = reinterpret_cast<sockaddr*>(&storage);
    EXPECT_EQ(::getsockname(listening.get(), address, &size), 0);
    UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    const int result = ::connect(fd.get(), address, size);
    EXPECT_TRUE(result == 0 || errno == EINPROGRESS);
    return fd;
}

bool hung_up(const UniqueFd& fd)
{
    char octet = 0;
    return ::recv(fd.get(), &octet, 1, MSG_PEEK) == 0;
}

} // namespace

TEST_F(ServerTest, is_disabled_until_told_otherwise)
{
    EXPECT_EQ(server.status().state, SharingState::disabled);
    EXPECT_TRUE(server.status().endpoints.empty());
    EXPECT_EQ(server.status().reason, "");
    EXPECT_FALSE(RawClient{path}.connected());
}

TEST_F(ServerTest, listens_where_the_policy_says_and_stops_with_it)
{
    apply();
    EXPECT_EQ(server.status().state, SharingState::listening);
    EXPECT_EQ(server.status().endpoints, std::vector<std::string>{"unix:" + path});
    EXPECT_EQ(server.status().tls_fingerprint, "AA:BB");
    RawClient client{path};
    EXPECT_TRUE(client.connected());
    EXPECT_TRUE(eventually([&] { return client.heard() == k_version; }));

    policy.enabled = false;
    apply();
    EXPECT_EQ(server.status().state, SharingState::disabled);
    EXPECT_TRUE(eventually([&] { return client.closed(); }));
    EXPECT_FALSE(RawClient{path}.connected());
    EXPECT_NE(::access(path.c_str(), F_OK), 0);
    EXPECT_TRUE(eventually([&] { return observer.status_changes >= 2; }));
}

TEST_F(ServerTest, listens_on_what_was_passed_and_lets_nobody_wait_there)
{
    std::vector<UniqueFd> sockets;
    sockets.push_back(listening_socket());
    passed = judge_passed(std::move(sockets), {"rfb"});
    const auto& socket = passed.sockets.at(0);
    server.set_passed_sockets(passed);
    server.set_credentials([] {
        auto pending = std::make_shared<Credentials>();
        pending->unavailable = "They are being read.";
        pending->pending = true;
        return pending;
    }());
    const auto early = connect_to(socket); // for whom we were started
    apply();
    EXPECT_EQ(server.status().state, SharingState::starting);
    EXPECT_FALSE(eventually([&] { return !observer.added.empty(); }, 50ms));
    server.set_credentials(std::make_shared<const Credentials>());
    EXPECT_TRUE(eventually([&] { return observer.added.size() == 1; }));
    EXPECT_EQ(server.status().state, SharingState::listening);
    EXPECT_EQ(server.status().endpoints.at(0).substr(0, 14), "tcp:127.0.0.1:");
    EXPECT_FALSE(RawClient{path}.connected());
    const auto client = connect_to(socket);
    EXPECT_TRUE(eventually([&] { return observer.added.size() == 2; }));
    policy.port = 4711;
    apply();
    EXPECT_FALSE(hung_up(client));

    policy.enabled = false;
    apply();
    EXPECT_TRUE(server.status().endpoints.empty());
    const auto late = connect_to(socket);
    EXPECT_TRUE(eventually([&] { return hung_up(late); }));
    EXPECT_EQ(observer.added.size(), 2U);
    policy.enabled = true;
    apply();
    const auto again = connect_to(socket);
    EXPECT_TRUE(eventually([&] { return observer.added.size() == 3; }));
    server.disconnect_all("test");
    eventually([&] { return server.clients().empty(); });
    policy.enabled = false;
    apply();
}

TEST_F(ServerTest, lets_nobody_wait_on_what_was_passed_while_it_is_disabled)
{
    std::vector<UniqueFd> sockets;
    sockets.push_back(listening_socket());
    passed = judge_passed(std::move(sockets), {"rfb"});
    server.set_passed_sockets(passed);
    const auto early = connect_to(passed.sockets.at(0));
    server.apply(std::make_shared<const Policy>());
    EXPECT_TRUE(eventually([&] { return hung_up(early); }));
    EXPECT_TRUE(observer.added.empty());
}

TEST_F(ServerTest, opens_nothing_of_its_own_where_what_was_passed_is_no_use)
{
    std::vector<UniqueFd> sockets;
    sockets.push_back(listening_socket());
    passed = judge_passed(std::move(sockets), {"http"});
    server.set_passed_sockets(passed);
    apply();
    EXPECT_EQ(server.status().state, SharingState::failed);
    EXPECT_NE(server.status().reason.find("http"), std::string::npos);
    EXPECT_FALSE(RawClient{path}.connected());
}

TEST_F(ServerTest, an_unchanged_listener_keeps_its_clients)
{
    apply();
    RawClient client{path};
    ASSERT_TRUE(eventually([&] { return client.heard() == k_version; }));
    policy.view_only = true;
    policy.max_clients = 5;
    apply();
    EXPECT_FALSE(eventually([&] { return client.closed(); }, 50ms));
    EXPECT_TRUE(server.clients().at(0).view_only);
}

TEST_F(ServerTest, who_is_logging_in_by_a_door_that_was_shut_goes)
{
    apply();
    RawClient client{path};
    ASSERT_TRUE(eventually([&] { return client.heard() == k_version; }));
    policy.security_types = {SecurityWord::x509_plain};
    apply();
    EXPECT_TRUE(eventually([&] { return client.closed(); }));
    RawClient another{path};
    ASSERT_TRUE(eventually([&] { return another.heard() == k_version; }));
    policy.sasl.realm = "EXAMPLE.ORG";
    apply();
    EXPECT_TRUE(eventually([&] { return another.closed(); }));
}

TEST_F(ServerTest, tells_of_clients_that_come_and_go)
{
    apply();
    {
        RawClient client{path};
        ASSERT_TRUE(eventually([&] { return observer.added.size() == 1; }));
        EXPECT_EQ(server.clients().at(0).state, "authenticating");
        EXPECT_EQ(server.clients().at(0).user, "");
        EXPECT_TRUE(server.client(observer.added[0]).has_value());
    }
    EXPECT_TRUE(eventually([&] { return observer.removed == observer.added; }));
    EXPECT_TRUE(server.clients().empty());
}

TEST_F(ServerTest, tells_of_the_next_traffic_once)
{
    apply();
    RawClient client{path};
    ASSERT_TRUE(eventually([&] { return client.heard() == k_version; }));
    EXPECT_EQ(observer.traffic, 0);
    server.tell_next_traffic();
    EXPECT_FALSE(eventually([&] { return observer.traffic != 0; }, 50ms));
    client.say(k_version);
    ASSERT_TRUE(eventually([&] { return observer.traffic == 1; }));
    EXPECT_TRUE(eventually([&] { return client.heard().size() > k_version.size(); }));
    EXPECT_EQ(observer.traffic, 1);
}

TEST_F(ServerTest, without_a_certificate_it_refuses_with_a_reason)
{
    server.set_tls(nullptr, "The certificate cannot be read.");
    apply();
    EXPECT_EQ(server.status().state, SharingState::failed);
    EXPECT_EQ(server.status().tls_fingerprint, "");
    EXPECT_EQ(server.status().reason.find("The certificate cannot be read."), 0U);
    RawClient client{path};
    client.say(k_version);
    ASSERT_TRUE(eventually([&] { return client.closed(); }));
    const auto& heard = client.heard();
    ASSERT_GT(heard.size(), k_version.size() + 5);
    EXPECT_EQ(heard[k_version.size()], '\0') << "no security types";
    EXPECT_NE(heard.find("certificate"), std::string::npos);
}

TEST_F(ServerTest, with_a_locked_keyring_it_refuses_with_a_reason)
{
    auto locked = std::make_shared<Credentials>();
    locked->unavailable = "The keyring is locked.";
    server.set_credentials(locked);
    apply();
    EXPECT_NE(server.status().reason.find("The keyring is locked."), std::string::npos);
    RawClient client{path};
    client.say(k_version);
    ASSERT_TRUE(eventually([&] { return client.closed(); }));
    EXPECT_NE(client.heard().find("password"), std::string::npos);

    server.set_credentials(std::make_shared<const Credentials>());
    RawClient later{path};
    later.say(k_version);
    ASSERT_TRUE(eventually([&] { return later.heard().size() > k_version.size(); }));
    EXPECT_FALSE(later.closed());
    EXPECT_NE(later.heard()[k_version.size()], '\0');
}

TEST_F(ServerTest, a_full_house_refuses_with_a_reason)
{
    policy.max_clients = 0;
    apply();
    EXPECT_EQ(server.status().state, SharingState::failed);
    RawClient client{path};
    client.say(k_version);
    ASSERT_TRUE(eventually([&] { return client.closed(); }));
    EXPECT_NE(client.heard().find("viewers"), std::string::npos);
}

TEST_F(ServerTest, a_silent_peer_is_let_go_at_the_deadline)
{
    policy.login_timeout = 60ms;
    apply();
    RawClient client{path};
    EXPECT_FALSE(eventually([&] { return client.closed(); }, 30ms));
    EXPECT_TRUE(eventually([&] { return client.closed(); }));
    EXPECT_TRUE(eventually([&] { return server.clients().empty(); }));
}

TEST_F(ServerTest, silent_connections_beyond_ten_lose_the_oldest)
{
    apply();
    std::vector<std::unique_ptr<RawClient>> crowd;
    for (int i = 0; i < 12; ++i) {
        crowd.push_back(std::make_unique<RawClient>(path));
        ASSERT_TRUE(eventually([&] { return crowd.back()->heard() == k_version; }));
    }
    EXPECT_TRUE(eventually([&] { return crowd[0]->closed() && crowd[1]->closed(); }));
    EXPECT_FALSE(crowd[2]->closed());
    EXPECT_FALSE(crowd[11]->closed());
}

TEST_F(ServerTest, garbage_ends_only_its_own_connection)
{
    apply();
    RawClient honest{path};
    RawClient hostile{path};
    hostile.say("GET / HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return hostile.closed(); }));
    EXPECT_FALSE(honest.closed());
}

TEST_F(ServerTest, disconnect_ends_the_one_that_was_named)
{
    apply();
    RawClient first{path};
    ASSERT_TRUE(eventually([&] { return observer.added.size() == 1; }));
    RawClient second{path};
    ASSERT_TRUE(eventually([&] { return observer.added.size() == 2; }));
    EXPECT_FALSE(server.disconnect(4711, "nobody"));
    EXPECT_TRUE(server.disconnect(observer.added[0], "test"));
    EXPECT_TRUE(server.disconnect(observer.added[0], "twice"));
    EXPECT_TRUE(eventually([&] { return first.closed(); }));
    EXPECT_FALSE(second.closed());
    EXPECT_TRUE(eventually([&] { return observer.removed == std::vector{observer.added[0]}; }));
}

TEST_F(ServerTest, nobody_controls_under_a_view_only_policy)
{
    policy.view_only = true;
    apply();
    RawClient client{path};
    ASSERT_TRUE(eventually([&] { return observer.added.size() == 1; }));
    EXPECT_FALSE(server.set_view_only(observer.added[0], false));
    EXPECT_TRUE(server.client(observer.added[0])->view_only);
    policy.view_only = false;
    apply();
    EXPECT_FALSE(server.client(observer.added[0])->view_only);
    EXPECT_TRUE(server.set_view_only(observer.added[0], true));
    EXPECT_TRUE(server.client(observer.added[0])->view_only);
}

TEST_F(ServerTest, what_is_waiting_of_somebody_thrown_out_is_dropped)
{
    apply();
    RawClient leaves{path};
    RawClient looks{path};
    RawClient goes{path};
    ASSERT_TRUE(eventually([&] { return observer.added.size() == 3; }));
    server.set_view_only(observer.added[1], true);
    EXPECT_EQ(capture.sink.dropped, std::vector{observer.added[1]});
    server.disconnect(observer.added[2], "test");
    EXPECT_EQ(capture.sink.dropped, (std::vector{observer.added[1], observer.added[2]}));
}

TEST_F(ServerTest, shutting_down_tells_everybody_and_returns)
{
    apply();
    RawClient client{path};
    ASSERT_TRUE(eventually([&] { return client.heard() == k_version; }));
    TaskScope tasks;
    bool over = false;
    tasks.spawn(server.shut_down(), [&](std::exception_ptr) { over = true; });
    EXPECT_TRUE(eventually([&] { return over; }, 2000ms));
    EXPECT_TRUE(client.closed());
    EXPECT_FALSE(RawClient{path}.connected());
}

TEST_F(ServerTest, what_could_not_be_used_is_named)
{
    policy.complaints = {"The setting “port” is odd."};
    apply();
    EXPECT_NE(server.status().reason.find("port"), std::string::npos);
    policy.listen_addresses = {"unix:" + directory + "/missing/vnc"};
    apply();
    EXPECT_EQ(server.status().state, SharingState::failed);
    EXPECT_NE(server.status().reason.find("missing"), std::string::npos);
}
