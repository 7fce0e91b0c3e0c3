// SPDX-License-Identifier: GPL-2.0-or-later
// The calls that a server makes, from there to the login.
#include "fakes/fake_screen_capture.h"
#include "fakes/main_loop.h"
#include "io/socket_address.h"
#include "server/server.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace gds {
namespace {

using test::spin_until;
using namespace std::chrono_literals;

// No test here goes as far as TLS.
struct NominalTls final : TlsCredentials {
    std::string fingerprint() const override { return "AA:BB"; }
    std::string pin() const override { return "pin"; }
};

class ServerCalls : public ::testing::Test {
protected:
    ServerCalls()
    {
        listening.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto address = *SocketAddress::parse("127.0.0.1");
        EXPECT_EQ(::bind(listening.get(), address.get(), address.size()), 0);
        EXPECT_EQ(::listen(listening.get(), 16), 0);
        policy.enabled = true;
        policy.listen_addresses = {"127.0.0.1"};
        policy.port = 0;
        server.set_tls(std::make_shared<const NominalTls>(), {});
        server.set_credentials(std::make_shared<const Credentials>());
    }
    ~ServerCalls() override
    {
        server.apply(std::make_shared<const Policy>());
        spin_until([this] { return server.clients().empty(); });
    }
    void apply() { server.apply(std::make_shared<const Policy>(policy)); }
    ViewerCall viewer_at_listening() const
    {
        sockaddr_storage bound{};
        socklen_t size = sizeof bound;
        ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&bound), &size);
        ViewerCall call;
        call.host = "127.0.0.1";
        call.port = SocketAddress::from(reinterpret_cast<const sockaddr*>(&bound))->port();
        return call;
    }

    UniqueFd listening;
    FakeScreenCapture capture;
    WorkerPool workers{1};
    Server server{capture, workers, "somebody@desk"};
    Policy policy;
};

TEST_F(ServerCalls, calls_that_wait_end_with_all_else)
{
    policy.max_clients = 4;
    apply();
    ViewerCall call;
    call.host = "127.0.0.1";
    call.port = 1; // nobody is there
    call.retry_for = 1h;
    std::vector<CallFailure> failures;
    const auto take = [&](const CallAnswer& answer) { failures.push_back(*answer.failure); };
    server.call_viewer(call, take);
    const auto second = server.call_viewer(call, take);
    server.cancel_call(second, "by hand");
    EXPECT_EQ(failures, std::vector{CallFailure::cancelled});
    server.disconnect_all("enough");
    EXPECT_EQ(failures, (std::vector{CallFailure::cancelled, CallFailure::cancelled}));
    server.call_viewer(call, take);
    policy.enabled = false;
    apply();
    ASSERT_EQ(failures.size(), 3U);
    EXPECT_EQ(failures.back(), CallFailure::not_shared);
}

TEST_F(ServerCalls, who_is_called_takes_a_place_as_others_do)
{
    apply();
    std::vector<CallAnswer> answers;
    for (std::size_t i = 0; i < 11; ++i) {
        server.call_viewer(viewer_at_listening(),
                           [&](const CallAnswer& answer) { answers.push_back(answer); });
        ASSERT_TRUE(spin_until([&] { return answers.size() == i + 1; }));
    }
    EXPECT_EQ(server.clients().size(), 10U);
    EXPECT_FALSE(answers[9].failure);
    EXPECT_EQ(answers[10].failure, CallFailure::no_room);
}

TEST_F(ServerCalls, a_repeater_is_waited_for_and_the_viewer_no_longer_than_others)
{
    policy.login_timeout = 100ms;
    apply();
    auto call = viewer_at_listening();
    call.repeater_id = "1";
    server.call_viewer(call, [](const CallAnswer&) {});
    ASSERT_TRUE(spin_until([&] { return server.clients().size() == 1; }));
    const UniqueFd viewer{::accept(listening.get(), nullptr, nullptr)};
    EXPECT_FALSE(spin_until([&] { return server.clients().empty(); }, 300ms));
    ASSERT_EQ(::send(viewer.get(), "RFB 003.008\n", 12, 0), 12);
    EXPECT_TRUE(spin_until([&] { return server.clients().empty(); }));
}

} // namespace
} // namespace gds
