// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/viewer_calls.h"

#include "fakes/main_loop.h"
#include "fakes/stream_pair.h"
#include "io/outgoing_socket.h"
#include "io/socket_address.h"

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace gds {
namespace {

using test::spin_until;
using namespace std::chrono_literals;

class ViewerCallsTest : public ::testing::Test {
protected:
    ViewerCallsTest()
    {
        listening.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const auto address = *SocketAddress::parse("127.0.0.1");
        EXPECT_EQ(::bind(listening.get(), address.get(), address.size()), 0);
        sockaddr_storage bound{};
        socklen_t size = sizeof bound;
        ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&bound), &size);
        call.host = "127.0.0.1";
        call.port = SocketAddress::from(reinterpret_cast<const sockaddr*>(&bound))->port();
    }
    void listen() { EXPECT_EQ(::listen(listening.get(), 4), 0); }
    CallAnswer answer()
    {
        answers.clear();
        calls.start(call, [this](const CallAnswer& answer) { answers.push_back(answer); });
        EXPECT_TRUE(spin_until([this] { return !answers.empty(); }, 20s));
        return answers.empty() ? CallAnswer{} : answers.front();
    }

    UniqueFd listening; // bound, and not listening yet
    ViewerCall call;
    std::optional<CallFailure> forbidden;
    SocksProtection wanted = SocksProtection::confidentiality;
    std::vector<Arrival> arrived;
    std::vector<CallAnswer> answers;
    WorkerPool workers{1};
    ViewerCalls calls{workers,
                      [this] {
                          if (forbidden) {
                              throw CallError{*forbidden, "forbidden"};
                          }
                          return wanted;
                      },
                      [this](Arrival arrival) {
                          arrived.push_back(std::move(arrival));
                          return 7U;
                      },
                      100ms};
};

TEST_F(ViewerCallsTest, BringsTheViewer)
{
    listen();
    call.view_only = true;
    const auto got = answer();
    EXPECT_FALSE(got.failure) << got.detail;
    EXPECT_EQ(got.client, 7U);
    ASSERT_EQ(arrived.size(), 1U);
    EXPECT_EQ(arrived[0].peer, "127.0.0.1:" + std::to_string(call.port));
    EXPECT_EQ(arrived[0].address, "127.0.0.1");
    EXPECT_EQ(arrived[0].source, "127.0.0.1");
    EXPECT_TRUE(arrived[0].view_only);
    EXPECT_EQ(arrived[0].more_patience, 0ms);
}

TEST_F(ViewerCallsTest, NobodyListens)
{
    EXPECT_EQ(answer().failure, CallFailure::refused);
    EXPECT_TRUE(arrived.empty());
    call.host = "viewer.invalid";
    EXPECT_EQ(answer().failure, CallFailure::name_not_found);
}

TEST_F(ViewerCallsTest, NobodyIsCalledAgainWhenItIsForbiddenMeanwhile)
{
    call.retry_for = 60s;
    calls.start(call, [this](const CallAnswer& answer) { answers.push_back(answer); });
    test::spin_for(20ms);
    EXPECT_TRUE(answers.empty());
    forbidden = CallFailure::not_shared;
    listen();
    ASSERT_TRUE(spin_until([this] { return !answers.empty(); }));
    EXPECT_EQ(answers[0].failure, CallFailure::not_shared);
    EXPECT_TRUE(arrived.empty());
}

// The socket that listens is one, and says that it got there.
TEST_F(ViewerCallsTest, TheSettingsWantMoreOfTheProxyMeanwhile)
{
    ::setenv("KRB5CCNAME", "FILE:/nonexistent", 1);
    listen();
    call.proxy = SocksProxy{};
    call.proxy->host = "127.0.0.1";
    call.proxy->port = call.port;
    for (const auto login : {SocksLogin::automatic, SocksLogin::none}) {
        call.proxy->login = login;
        wanted = SocksProtection::integrity;
        answers.clear();
        calls.start(call, [this](const CallAnswer& answer) { answers.push_back(answer); });
        UniqueFd proxy;
        const auto is_there = [&] {
            if (!proxy) {
                proxy.reset(::accept(listening.get(), nullptr, nullptr));
            }
            return static_cast<bool>(proxy);
        };
        ASSERT_TRUE(spin_until(is_there));
        wanted = SocksProtection::confidentiality;
        ASSERT_EQ(::send(proxy.get(), "\5\0\5\0\0\1\0\0\0\0\0\0", 12, 0), 12);
        ASSERT_TRUE(spin_until([this] { return !answers.empty(); }));
        if (login == SocksLogin::none) { // as somebody chose
            EXPECT_FALSE(answers[0].failure) << answers[0].detail;
        } else {
            EXPECT_EQ(answers[0].failure, CallFailure::proxy_failed);
        }
    }
    EXPECT_EQ(arrived.size(), 1U);
}

TEST_F(ViewerCallsTest, SomeAtOnceAndNoMore)
{
    call.retry_for = 60s;
    const auto take = [this](const CallAnswer& answer) { answers.push_back(answer); };
    for (int i = 0; i < 16; ++i) {
        calls.start(call, take);
    }
    test::spin_for(50ms);
    EXPECT_TRUE(answers.empty());
    calls.start(call, take);
    ASSERT_TRUE(spin_until([this] { return !answers.empty(); }));
    EXPECT_EQ(answers[0].failure, CallFailure::no_room);
    EXPECT_EQ(answers[0].detail,
              "16 other calls are under way, 16 of them waiting to be tried again");
}

TEST_F(ViewerCallsTest, WhatWaitsCanBeCancelled)
{
    call.retry_for = 24h;
    const auto take = [this](const CallAnswer& answer) { answers.push_back(answer); };
    std::vector<unsigned> numbers;
    for (int i = 0; i < 16; ++i) {
        numbers.push_back(calls.start(call, take));
    }
    calls.cancel(numbers[3], CallError{CallFailure::cancelled, "by hand"});
    calls.cancel(numbers[3], CallError{CallFailure::cancelled, "twice"});
    calls.cancel(4711, CallError{CallFailure::cancelled, "another"});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].failure, CallFailure::cancelled);
    EXPECT_EQ(answers[0].detail, "by hand");
    calls.start(call, take); // in its place
    calls.cancel_all(CallError{CallFailure::not_shared, "switched off"});
    EXPECT_EQ(answers.size(), 17U);
    EXPECT_EQ(answers.back().failure, CallFailure::not_shared);
    listen();
    test::spin_for(250ms);
    EXPECT_EQ(answers.size(), 17U);
    EXPECT_TRUE(arrived.empty());
}

// Nobody takes what is one more than the backlog, so that the kernel says nothing.
TEST_F(ViewerCallsTest, AllAddressesTogetherHaveOneDeadline)
{
    EXPECT_EQ(::listen(listening.get(), 0), 0);
    std::vector<UniqueFd> full;
    for (int i = 0; i < 3; ++i) {
        full.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const auto address = SocketAddress::parse("127.0.0.1")->with_port(call.port);
        ::connect(full.back().get(), address.get(), address.size());
    }
    std::optional<CallFailure> failure;
    try {
        test::run_loop(connect_to("127.0.0.1", call.port, {.each = 20s, .whole = 50ms}));
    } catch (const CallError& error) {
        failure = error.failure;
    }
    EXPECT_EQ(failure, CallFailure::timed_out);
}

TEST_F(ViewerCallsTest, ARepeaterIsGreeted)
{
    listen();
    call.repeater_id = "17";
    EXPECT_FALSE(answer().failure);
    const UniqueFd repeater{::accept(listening.get(), nullptr, nullptr)};
    std::string greeting(300, 'x');
    EXPECT_EQ(::recv(repeater.get(), greeting.data(), greeting.size(), 0), 250);
    EXPECT_EQ(greeting.substr(0, 250), "ID:17" + std::string(245, '\0'));
    EXPECT_GT(arrived.at(0).more_patience, 60s);
}

} // namespace
} // namespace gds
