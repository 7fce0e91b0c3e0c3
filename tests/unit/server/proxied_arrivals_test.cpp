// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/proxied_arrivals.h"

#include "fakes/main_loop.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace gds {
namespace {

using test::spin_for;
using test::spin_until;
using namespace std::chrono_literals;

using Names = std::vector<std::string>;

constexpr const char* k_header = "PROXY TCP4 192.0.2.7 198.51.100.1 51000 5900\r\n";

class ProxiedArrivalsTest : public ::testing::Test {
protected:
    ProxiedArrivalsTest() { proxied.trust({*parse_network("198.51.100.0/24")}); }

    // One from a proxy; the proxy's end of it.
    UniqueFd come()
    {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()),
                  0);
        Accepted accepted;
        accepted.socket.reset(ends[0]);
        accepted.peer = "198.51.100.9:40000";
        accepted.address = "198.51.100.9";
        accepted.source = accepted.address;
        accepted.of_own_user = true; // as if it could be
        EXPECT_TRUE(proxied.expects_header(accepted));
        proxied.take(std::move(accepted));
        return UniqueFd{ends[1]};
    }
    static void say(const UniqueFd& proxy, const std::string& text)
    {
        EXPECT_EQ(::send(proxy.get(), text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
    }
    static bool closed(const UniqueFd& proxy)
    {
        char octet = 0;
        return ::recv(proxy.get(), &octet, 1, 0) == 0 || errno == ECONNRESET;
    }

    std::vector<Accepted> arrived;
    std::vector<std::string> failures;
    ProxiedArrivals proxied{
        [this](Accepted accepted) { arrived.push_back(std::move(accepted)); },
        [this](const std::string& peer, const std::string&, const std::string& why) {
            failures.push_back(peer + ": " + why);
        },
        200ms};
};

TEST_F(ProxiedArrivalsTest, OnlyTheTrustedAreAsked)
{
    Accepted accepted;
    accepted.address = "198.51.101.1";
    EXPECT_FALSE(proxied.expects_header(accepted));
    accepted.address = ""; // a unix socket
    EXPECT_FALSE(proxied.expects_header(accepted));
    proxied.trust({});
    accepted.address = "198.51.100.1";
    EXPECT_FALSE(proxied.expects_header(accepted));
}

TEST_F(ProxiedArrivalsTest, TheAddressIsTheOneOfTheHeader)
{
    const auto proxy = come();
    say(proxy, std::string{k_header} + "RFB 003.008\n");
    ASSERT_TRUE(spin_until([&] { return arrived.size() == 1; }));
    EXPECT_EQ(arrived[0].peer, "192.0.2.7:51000");
    EXPECT_EQ(arrived[0].address, "192.0.2.7");
    EXPECT_EQ(arrived[0].source, "192.0.2.7");
    EXPECT_FALSE(arrived[0].of_proxy_itself);
    EXPECT_FALSE(arrived[0].of_own_user);
    std::array<char, 64> rest{};
    const auto got = ::recv(arrived[0].socket.get(), rest.data(), rest.size(), 0);
    EXPECT_EQ(std::string(rest.data(), static_cast<std::size_t>(got)), "RFB 003.008\n");
}

TEST_F(ProxiedArrivalsTest, AHealthCheckKeepsTheProxysAddress)
{
    for (const std::string header :
         {"PROXY UNKNOWN\r\n", "PROXY TCP4 198.51.100.9 198.51.100.1 40000 5900\r\n"}) {
        arrived.clear();
        const auto proxy = come();
        say(proxy, header);
        ASSERT_TRUE(spin_until([&] { return arrived.size() == 1; }));
        EXPECT_EQ(arrived[0].address, "198.51.100.9");
        EXPECT_TRUE(arrived[0].of_proxy_itself);
    }
}

TEST_F(ProxiedArrivalsTest, WhoOnlyLooksIsNoFailure)
{
    {
        const auto proxy = come();
    }
    spin_for(50ms);
    EXPECT_TRUE(arrived.empty());
    EXPECT_TRUE(failures.empty());
}

TEST_F(ProxiedArrivalsTest, WithoutAHeaderItEnds)
{
    const auto proxy = come();
    say(proxy, "RFB 003.008\n");
    ASSERT_TRUE(spin_until([&] { return closed(proxy); }));
    EXPECT_EQ(failures.at(0), "198.51.100.9:40000: what should be a PROXY header is none");
    EXPECT_TRUE(arrived.empty());
}

TEST_F(ProxiedArrivalsTest, HalfAHeaderHoldsNobodyUp)
{
    const auto stuck = come();
    say(stuck, std::string{k_header}.substr(0, 20));
    const auto proxy = come();
    say(proxy, k_header);
    ASSERT_TRUE(spin_until([&] { return arrived.size() == 1; }));
    EXPECT_FALSE(closed(stuck));
    ASSERT_TRUE(spin_until([&] { return closed(stuck); }));
    EXPECT_EQ(failures.at(0), "198.51.100.9:40000: sent no PROXY header in time");
}

TEST_F(ProxiedArrivalsTest, ACrowdWithoutHeadersShutsNobodyOut)
{
    const auto slow = come();
    say(slow, std::string{k_header}.substr(0, 20));
    test::spin_ready();
    std::vector<UniqueFd> crowd;
    for (int i = 0; i < 100; ++i) {
        crowd.push_back(come());
    }
    // The oldest that has said nothing.
    EXPECT_TRUE(spin_until([&] { return closed(crowd.front()); }));
    EXPECT_FALSE(closed(crowd[1]));
    EXPECT_FALSE(closed(slow));
    EXPECT_EQ(failures, Names{"198.51.100.9:40000: too many proxied connections without a header"});
    const auto proxy = come();
    say(proxy, k_header);
    say(slow, std::string{k_header}.substr(20));
    EXPECT_TRUE(spin_until([&] { return arrived.size() == 2; }));
    proxied.drop_all();
    EXPECT_TRUE(spin_until([&] { return closed(crowd.back()); }));
    EXPECT_EQ(failures.size(), 2U) << "nobody who was dropped is a failure";
}

TEST_F(ProxiedArrivalsTest, WhoIsNotTrustedAnyMoreIsNotWaitedFor)
{
    const auto first = come();
    proxied.trust({*parse_network("198.51.100.8/29")});
    const auto second = come();
    proxied.trust({*parse_network("198.51.100.10/32")});
    EXPECT_TRUE(spin_until([&] { return closed(first) && closed(second); }));
    EXPECT_TRUE(arrived.empty());
    const std::string why =
        "198.51.100.9:40000: PROXY headers from there are not believed any more";
    EXPECT_EQ(failures, (Names{why, why}));
}

} // namespace
} // namespace gds
