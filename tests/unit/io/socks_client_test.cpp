// SPDX-License-Identifier: GPL-2.0-or-later
// SOCKS octet by octet, as RFC 1928 and 1929 spell it. Its GSS-API login needs a realm:
// tests/integration/test_socks.py.
#include "io/socks_client.h"

#include "base/task_scope.h"
#include "fakes/stream_pair.h"

#include <cstdlib>
#include <latch>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::make_stream_pair;
using test::run_loop;
using test::spin_until;
using namespace std::string_literals;
using namespace std::chrono_literals;

class SocksClientTest : public ::testing::Test {
protected:
    SocksClientTest() { proxy.login = SocksLogin::none; }

    // Nothing: it relays.
    std::optional<CallFailure> connect(const std::string& host = "192.0.2.1",
                                       std::chrono::milliseconds limit = 5s)
    {
        try {
            const auto layer =
                run_loop(socks_connect(*pair.server, proxy, host, 5500, workers, limit));
            EXPECT_FALSE(layer);
            return std::nullopt;
        } catch (const CallError& error) {
            return error.failure;
        }
    }
    void proxy_says(const std::string& text) { pair.client->send(text); }
    std::string heard()
    {
        const auto octets = pair.client->arrived();
        return std::string{as_text(octets)};
    }

    WorkerPool workers{1};
    test::StreamPair pair = make_stream_pair();
    SocksProxy proxy;
};

TEST_F(SocksClientTest, WithoutLogin)
{
    proxy_says("\x05\x00"s + "\x05\x00\x00\x01\x7f\x00\x00\x01\x04\x38"s + "RFB");
    EXPECT_EQ(connect(), std::nullopt);
    EXPECT_EQ(heard(), "\x05\x01\x00"s + "\x05\x01\x00\x01\xc0\x00\x02\x01\x15\x7c"s);
    // What follows the answer is not the proxy's, and not read.
    Bytes rest(16);
    EXPECT_EQ(run_loop(pair.server->read_some(rest)), 3U);
}

TEST_F(SocksClientTest, OctetByOctet)
{
    pair.server->set_read_limit(1);
    proxy_says("\x05\x00"s + "\x05\x00\x00\x03\x04"s + "desk" + "\x04\x38"s);
    EXPECT_EQ(connect("viewer.example.org"), std::nullopt);
    EXPECT_EQ(heard(),
              "\x05\x01\x00"s + "\x05\x01\x00\x03\x12"s + "viewer.example.org" + "\x15\x7c"s);
}

TEST_F(SocksClientTest, IPv6)
{
    proxy_says("\x05\x00"s + "\x05\x00\x00\x04"s + std::string(18, '\0'));
    EXPECT_EQ(connect("2001:db8::1"), std::nullopt);
    EXPECT_EQ(heard().substr(3, 8), "\x05\x01\x00\x04\x20\x01\x0d\xb8"s);
}

TEST_F(SocksClientTest, ByPassword)
{
    proxy.login = SocksLogin::password;
    proxy.user = "alice";
    proxy.password = std::make_shared<const SecretString>("secret");
    proxy_says("\x05\x02\x01\x00"s + "\x05\x00\x00\x01"s + std::string(6, '\0'));
    EXPECT_EQ(connect(), std::nullopt);
    EXPECT_EQ(heard().substr(0, 17), "\x05\x01\x02"s + "\x01\x05"s + "alice" + "\x06"s + "secret");
}

TEST_F(SocksClientTest, AWrongPassword)
{
    proxy.login = SocksLogin::password;
    proxy.user = "alice";
    proxy.password = std::make_shared<const SecretString>("wrong");
    proxy_says("\x05\x02\x01\x01"s);
    EXPECT_EQ(connect(), CallFailure::proxy_denied);
}

TEST_F(SocksClientTest, APasswordThatCannotBeSaid)
{
    proxy.login = SocksLogin::password;
    proxy.user = "alice";
    proxy.password = std::make_shared<const SecretString>(std::string(256, 'x'));
    proxy_says("\x05\x02\x01\x00"s);
    EXPECT_EQ(connect(), CallFailure::proxy_denied);
    EXPECT_EQ(heard(), "\x05\x01\x02"s);
}

TEST_F(SocksClientTest, AnotherLoginThanWasOffered)
{
    for (const char method : {'\x01', '\x02', '\x03'}) {
        pair = make_stream_pair();
        proxy_says("\x05"s + method);
        EXPECT_EQ(connect(), CallFailure::proxy_failed);
        EXPECT_EQ(heard(), "\x05\x01\x00"s);
    }
    pair = make_stream_pair();
    proxy_says("\x05\xff"s);
    EXPECT_EQ(connect(), CallFailure::proxy_denied);
}

TEST_F(SocksClientTest, EveryPartOfTheAnswerCountsAndHasAnEnd)
{
    const std::string whole = "\x05\x00"s + "\x05\x00\x00\x03\x04"s + "desk" + "\x04\x38"s;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        pair = make_stream_pair();
        proxy_says(whole.substr(0, size));
        pair.client->end();
        EXPECT_EQ(connect(), CallFailure::proxy_failed) << size;
    }
    for (const std::size_t at : {0U, 2U, 4U, 5U}) {
        auto wrong = whole;
        wrong[at] = '\x07';
        pair = make_stream_pair();
        proxy_says(wrong);
        EXPECT_EQ(connect(), CallFailure::proxy_failed) << at;
    }
}

TEST_F(SocksClientTest, EveryRefusalHasItsName)
{
    const std::vector<std::pair<char, CallFailure>> answers{
        {'\1', CallFailure::proxy_failed},   {'\2', CallFailure::proxy_denied},
        {'\3', CallFailure::unreachable},    {'\4', CallFailure::unreachable},
        {'\5', CallFailure::refused},        {'\6', CallFailure::timed_out},
        {'\7', CallFailure::proxy_failed},   {'\10', CallFailure::proxy_failed},
        {'\x63', CallFailure::proxy_failed},
    };
    for (const auto& [reply, failure] : answers) {
        pair = make_stream_pair();
        proxy_says("\x05\x00\x05"s + reply + "\x00\x01"s + std::string(6, '\0'));
        EXPECT_EQ(connect(), failure) << int{reply};
    }
}

TEST_F(SocksClientTest, AProxyThatSaysNothing)
{
    EXPECT_EQ(connect("192.0.2.1", 50ms), CallFailure::proxy_failed);
}

TEST_F(SocksClientTest, AProxyThatSaysOneOctetNowAndThen)
{
    proxy_says("\x05\x00\x05"s);
    EXPECT_EQ(connect("192.0.2.1", 50ms), CallFailure::proxy_failed);
}

TEST_F(SocksClientTest, WithoutATicketThereIsNothingToOffer)
{
    ::setenv("KRB5CCNAME", "FILE:/nonexistent", 1);
    proxy.login = SocksLogin::automatic;
    proxy_says("\x05\x00"s + "\x05\x00\x00\x01"s + std::string(6, '\0'));
    EXPECT_EQ(connect(), std::nullopt);
    EXPECT_EQ(heard().substr(0, 3), "\x05\x01\x00"s);

    pair = make_stream_pair();
    proxy.login = SocksLogin::gssapi;
    proxy_says("\x05\x01"s);
    EXPECT_EQ(connect(), CallFailure::proxy_failed);
    EXPECT_EQ(heard(), "\x05\x01\x01"s + "\x01\xff"s);
}

// Of logins to us by Kerberos none may wait for a proxy's, nor the other way round.
TEST_F(SocksClientTest, OthersWhoWaitForKerberosAreNotInTheWay)
{
    ::setenv("KRB5CCNAME", "FILE:/nonexistent", 1);
    std::latch over{1};
    TaskScope others;
    for (unsigned i = 0; i < WorkerPool::k_most_apart; ++i) {
        auto job = [&over] { over.wait(); };
        others.spawn(workers.run_apart(WaitsFor::kerberos, std::move(job)));
    }
    proxy.login = SocksLogin::automatic;
    proxy_says("\x05\x00"s + "\x05\x00\x00\x01"s + std::string(6, '\0'));
    EXPECT_EQ(connect(), std::nullopt);
    over.count_down();
    EXPECT_TRUE(spin_until([&others] { return others.empty(); }));
}

TEST_F(SocksClientTest, TheProxyIsToldThatALoginTakesTooLong)
{
    std::latch over{1};
    TaskScope others;
    for (unsigned i = 0; i < WorkerPool::k_most_apart; ++i) {
        auto job = [&over] { over.wait(); };
        others.spawn(workers.run_apart(WaitsFor::proxy, std::move(job)));
    }
    proxy.login = SocksLogin::gssapi;
    proxy_says("\x05\x01"s);
    EXPECT_EQ(connect("192.0.2.1", 50ms), CallFailure::proxy_failed);
    EXPECT_EQ(heard(), "\x05\x01\x01"s + "\x01\xff"s);
    over.count_down();
    EXPECT_TRUE(spin_until([&others] { return others.empty(); }));
}

TEST_F(SocksClientTest, ANameThatIsTooLong)
{
    proxy_says("\x05\x00"s);
    EXPECT_EQ(connect(std::string(256, 'a')), CallFailure::name_not_found);
}

} // namespace
} // namespace gds
