// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/listener.h"

#include "fakes/stream_pair.h"
#include "io/listen_socket.h"
#include "io/socket_address.h"
#include "scratch_directory.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::run_loop;

ListenRequest loopback(std::uint16_t port = 0, bool negotiate = false)
{
    ListenRequest request;
    request.addresses = {"127.0.0.1"};
    request.port = port;
    request.negotiate_port = negotiate;
    return request;
}

std::uint16_t port_of(const std::string& endpoint)
{
    return static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1)));
}

UniqueFd connect_to(std::uint16_t port)
{
    UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const auto address = SocketAddress::parse("127.0.0.1")->with_port(port);
    EXPECT_EQ(::connect(fd.get(), address.get(), address.size()), 0);
    return fd;
}

bool connects_to_unix(const std::string& path)
{
    const UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
}

int option(int fd, int level, int name)
{
    int value = 0;
    socklen_t size = sizeof(value);
    EXPECT_EQ(::getsockopt(fd, level, name, &value, &size), 0);
    return value;
}

std::string refusal(const ListenRequest& request)
{
    try {
        const Listener listener{request};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

TEST(Listener, AcceptsAndNamesThePeer)
{
    Listener listener{loopback()};
    ASSERT_EQ(listener.endpoints().size(), 1U);
    const auto client = connect_to(port_of(listener.endpoints().front()));
    const auto accepted = run_loop(listener.accept());
    EXPECT_EQ(accepted.peer.substr(0, 10), "127.0.0.1:");
    EXPECT_EQ(accepted.address, "127.0.0.1");
    EXPECT_EQ(accepted.source, "127.0.0.1");
    const int fd = accepted.socket.get();
    EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 32 * 1024);
    EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 90000);
    EXPECT_TRUE(listener.complaints().empty());
}

TEST(Listener, WaitsForSomebody)
{
    Listener listener{loopback()};
    auto accept = listener.accept();
    EXPECT_FALSE(accept.start());
    const auto client = connect_to(port_of(listener.endpoints().front()));
    EXPECT_TRUE(test::spin_until([&accept] { return accept.done(); }));
}

TEST(Listener, UsesOnePortForBothFamilies)
{
    ListenRequest request;
    request.port = 0;
    const Listener listener{request};
    const auto endpoints = listener.endpoints();
    ASSERT_FALSE(endpoints.empty());
    for (const auto& each : endpoints) {
        EXPECT_EQ(port_of(each), port_of(endpoints.front()));
        EXPECT_EQ(each.find("0.0.0.0"), std::string::npos);
        EXPECT_EQ(each.find("[::]"), std::string::npos);
    }
}

TEST(Listener, GoesToTheNextPortOnlyWhenAsked)
{
    const Listener first{loopback()};
    const auto port = port_of(first.endpoints().front());
    const auto why = refusal(loopback(port, false));
    EXPECT_NE(why.find(std::to_string(port)), std::string::npos) << why;
    EXPECT_NE(why.find("127.0.0.1"), std::string::npos) << why;

    const Listener second{loopback(port, true)};
    EXPECT_GT(port_of(second.endpoints().front()), port);
    EXPECT_TRUE(second.complaints().empty());
}

// One of two addresses is taken: both move on together.
TEST(Listener, KeepsAllAddressesOnOnePortWhenItNegotiates)
{
    const Listener first{loopback()};
    auto request = loopback(port_of(first.endpoints().front()), true);
    request.addresses = {"127.0.0.2", "127.0.0.1"};
    const Listener second{request};
    const auto endpoints = second.endpoints();
    ASSERT_EQ(endpoints.size(), 2U);
    EXPECT_EQ(port_of(endpoints[0]), port_of(endpoints[1]));
    EXPECT_GT(port_of(endpoints[0]), request.port);
}

TEST(Listener, NamesWhatCannotBeHadAndServesTheRest)
{
    auto request = loopback();
    request.addresses = {"nosuchif0", "127.0.0.1", "192.0.2.77", "unix:relative/path"};
    const Listener listener{request};
    EXPECT_EQ(listener.endpoints().size(), 1U);
    ASSERT_EQ(listener.complaints().size(), 3U);
    EXPECT_NE(listener.complaints()[0].find("nosuchif0"), std::string::npos);
    EXPECT_NE(listener.complaints()[1].find("192.0.2.77"), std::string::npos);
    EXPECT_NE(listener.complaints()[2].find("relative/path"), std::string::npos);
}

TEST(Listener, RefusesWhenNothingIsLeft)
{
    auto request = loopback();
    request.addresses = {"nosuchif0"};
    EXPECT_NE(refusal(request).find("nosuchif0"), std::string::npos);
}

TEST(Listener, TakesAnAddressThatIsNamedTwiceOnce)
{
    auto request = loopback();
    request.addresses = {"127.0.0.1", "127.0.0.1"};
    const Listener listener{request};
    EXPECT_EQ(listener.endpoints().size(), 1U);
    EXPECT_TRUE(listener.complaints().empty());
}

TEST(Listener, KnowsInterfacesByName)
{
    auto request = loopback();
    request.addresses = {"lo"};
    const Listener listener{request};
    const auto endpoints = listener.endpoints();
    EXPECT_TRUE(std::any_of(endpoints.begin(), endpoints.end(), [](const std::string& each) {
        return each.starts_with("tcp:127.0.0.1:");
    }));
}

TEST(Listener, ServesAUnixSocketThatIsClosedToOthers)
{
    const test::ScratchDirectory scratch;
    const auto path = scratch / "vnc";
    ListenRequest request;
    request.addresses = {"unix:" + path};
    {
        Listener listener{request};
        EXPECT_EQ(listener.endpoints(), (std::vector<std::string>{"unix:" + path}));
        struct stat status = {};
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0600U);
        EXPECT_TRUE(connects_to_unix(path));
        const auto accepted = run_loop(listener.accept());
        EXPECT_EQ(accepted.peer, "unix:");
        EXPECT_TRUE(accepted.of_own_user);
        EXPECT_EQ(accepted.address, "");
        EXPECT_EQ(accepted.source, "unix");
        // Somebody answers there: it is not taken away from them.
        EXPECT_NE(refusal(request).find(path), std::string::npos);
        EXPECT_TRUE(connects_to_unix(path));
    }
    EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST(Listener, ReplacesASocketThatNobodyServes)
{
    const test::ScratchDirectory scratch;
    const auto path = scratch / "vnc";
    {
        const UniqueFd left{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof(address.sun_path) - 1);
        ASSERT_EQ(::bind(left.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    }
    ListenRequest request;
    request.addresses = {"unix:" + path};
    const Listener listener{request};
    EXPECT_TRUE(connects_to_unix(path));
}

TEST(Listener, LeavesAFileAlone)
{
    const test::ScratchDirectory scratch;
    const auto path = scratch / "file";
    ::close(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    ListenRequest request;
    request.addresses = {"unix:" + path};
    EXPECT_NE(refusal(request).find(path), std::string::npos);
    EXPECT_EQ(::access(path.c_str(), F_OK), 0);
    request.addresses = {"unix:/" + std::string(200, 'x')};
    EXPECT_FALSE(refusal(request).empty());
}

Task<> accept_forever(Listener& listener, int& count)
{
    while (true) {
        const auto accepted = co_await listener.accept();
        count += accepted.socket ? 1 : 0;
    }
}

TEST(Listener, GivesWayInAFloodOfConnections)
{
    Listener listener{loopback()};
    const auto port = port_of(listener.endpoints().front());
    std::vector<UniqueFd> clients;
    for (int i = 0; i < 50; ++i) {
        clients.push_back(connect_to(port));
    }
    int count = 0;
    auto endless = accept_forever(listener, count);
    EXPECT_FALSE(endless.start());
    EXPECT_GT(count, 0);
    EXPECT_LT(count, 50);
    EXPECT_TRUE(test::spin_until([&count] { return count == 50; }));
}

// Takes every descriptor that this process may still have.
class NoDescriptors {
public:
    NoDescriptors()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit few = before_;
        few.rlim_cur = 256;
        ::setrlimit(RLIMIT_NOFILE, &few);
        while (true) {
            UniqueFd fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
            if (!fd) {
                break;
            }
            taken_.push_back(std::move(fd));
        }
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

private:
    rlimit before_ = {};
    std::vector<UniqueFd> taken_;
};

TEST(Listener, TurnsAwayWithoutDescriptorsAndRecovers)
{
    Listener listener{loopback()};
    const auto port = port_of(listener.endpoints().front());
    const auto refused = connect_to(port);
    int count = 0;
    auto endless = accept_forever(listener, count);
    {
        const NoDescriptors none;
        EXPECT_FALSE(endless.start());
        int turns = 0;
        const auto count_turns = [&turns] {
            ++turns;
            return false;
        };
        test::spin_until(count_turns, std::chrono::milliseconds{120});
        EXPECT_LT(turns, 10); // no busy loop
        EXPECT_EQ(count, 0);
        char octet = 0;
        EXPECT_EQ(::recv(refused.get(), &octet, 1, MSG_DONTWAIT), 0);
    }
    const auto after = connect_to(port);
    EXPECT_TRUE(test::spin_until([&count] { return count > 0; }));
}

TEST(SocketAddress, ReadsAndWritesWhatPeopleWrite)
{
    EXPECT_EQ(SocketAddress::parse("192.0.2.1")->with_port(5900).text(), "192.0.2.1:5900");
    EXPECT_EQ(SocketAddress::parse("2001:db8::1")->with_port(5900).text(), "[2001:db8::1]:5900");
    EXPECT_EQ(SocketAddress::parse("fe80::1%lo")->host(), "fe80::1%lo");
    for (const char* bad : {"", "localhost", "192.0.2", "192.0.2.1:5900", "::1%nosuchif0", "[::1]",
                            "192.0.2.1 ", "::g", "fe80::1%"}) {
        EXPECT_FALSE(SocketAddress::parse(bad).has_value()) << bad;
    }
}

TEST(SocketAddress, IsAnotherOneInAnotherZone)
{
    const auto one = *SocketAddress::parse("fe80::1%1");
    EXPECT_EQ(one, *SocketAddress::parse("fe80::1%1"));
    EXPECT_NE(one, *SocketAddress::parse("fe80::1%2"));
    EXPECT_NE(one, *SocketAddress::parse("fe80::2%1"));
    EXPECT_NE(one, one.with_port(1));
    EXPECT_NE(SocketAddress::any_v4(), SocketAddress::any_v6());
}

TEST(SocketAddress, CountsAnIpv6NetworkAsOneSource)
{
    EXPECT_EQ(SocketAddress::parse("2001:db8:1:2:3:4:5:6")->source(), "2001:db8:1:2::/64");
    EXPECT_EQ(SocketAddress::parse("2001:db8:1:2:ffff::1")->source(), "2001:db8:1:2::/64");
    EXPECT_EQ(SocketAddress::parse("192.0.2.9")->source(), "192.0.2.9");
}

TEST(SocketAddress, TellsKindsApart)
{
    EXPECT_TRUE(SocketAddress::any_v4().is_any());
    EXPECT_TRUE(SocketAddress::any_v6().is_any());
    EXPECT_TRUE(SocketAddress::parse("127.9.9.9")->is_loopback());
    EXPECT_TRUE(SocketAddress::parse("::1")->is_loopback());
    EXPECT_FALSE(SocketAddress::parse("128.0.0.1")->is_loopback());
    EXPECT_TRUE(SocketAddress::parse("fe80::1")->is_link_local());
    EXPECT_TRUE(SocketAddress::parse("169.254.3.4")->is_link_local());
    EXPECT_FALSE(SocketAddress::parse("2001:db8::1")->is_link_local());
}

PassedSockets passed(UniqueFd fd, const std::string& name = k_passed_name)
{
    std::vector<UniqueFd> descriptors;
    descriptors.push_back(std::move(fd));
    return judge_passed(std::move(descriptors), {name});
}

UniqueFd listen_on(const sockaddr* address, socklen_t size)
{
    UniqueFd fd{::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    EXPECT_EQ(::bind(fd.get(), address, size), 0);
    EXPECT_EQ(::listen(fd.get(), 4), 0);
    return fd;
}

UniqueFd listen_on(const SocketAddress& address)
{
    return listen_on(address.get(), address.size());
}

TEST(PassedSockets, AreListenedOnAndOutliveThat)
{
    const auto given = passed(listen_tcp(*SocketAddress::parse("127.0.0.1")));
    ASSERT_EQ(given.sockets.size(), 1U);
    for (int i = 0; i < 2; ++i) {
        Listener listener{given};
        ASSERT_EQ(listener.endpoints().size(), 1U);
        const auto client = connect_to(port_of(listener.endpoints().front()));
        EXPECT_EQ(run_loop(listener.accept()).source, "127.0.0.1");
    }
}

TEST(PassedSockets, AreMadeNonBlockingAndAreNotPassedOn)
{
    const auto address = *SocketAddress::parse("127.0.0.1");
    const auto given = passed(listen_on(address));
    const int fd = given.sockets.at(0).get();
    EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
}

TEST(PassedSockets, WhoComesByIpv4ToBothIsAnIpv4Address)
{
    UniqueFd fd{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const int no = 0;
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
    const auto any = SocketAddress::any_v6();
    ASSERT_TRUE(fd) << "no IPv6 here, which this needs";
    ASSERT_EQ(::bind(fd.get(), any.get(), any.size()), 0) << "no IPv6 here, which this needs";
    ASSERT_EQ(::listen(fd.get(), 4), 0);
    Listener listener{passed(std::move(fd))};
    const auto endpoints = listener.endpoints();
    const auto v4 = std::find_if(endpoints.begin(), endpoints.end(), [](const auto& each) {
        return each.starts_with("tcp:127.0.0.1:");
    });
    ASSERT_NE(v4, endpoints.end());
    const auto client = connect_to(port_of(*v4));
    const auto accepted = run_loop(listener.accept());
    EXPECT_EQ(accepted.source, "127.0.0.1");
    EXPECT_FALSE(accepted.of_own_user);
    EXPECT_EQ(accepted.peer.substr(0, 10), "127.0.0.1:");
}

TEST(PassedSockets, MayBeInTheFileSystem)
{
    const test::ScratchDirectory directory;
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const std::string path = directory / "vnc";
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    {
        const auto given =
            passed(listen_on(reinterpret_cast<sockaddr*>(&address), sizeof(address)));
        const Listener listener{given};
        EXPECT_EQ(listener.endpoints(), std::vector<std::string>{"unix:" + path});
        EXPECT_TRUE(connects_to_unix(path));
    }
    EXPECT_EQ(::access(path.c_str(), F_OK), 0); // it is not ours to remove
}

TEST(PassedSockets, OnlyWhatListensAndHasTheNameIsTaken)
{
    const auto address = *SocketAddress::parse("127.0.0.1");
    UniqueFd silent{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    UniqueFd datagrams{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    UniqueFd file{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    for (auto* const fd : {&silent, &datagrams, &file}) {
        const auto given = passed(std::move(*fd));
        EXPECT_TRUE(given.any);
        EXPECT_TRUE(given.sockets.empty());
        ASSERT_EQ(given.complaints.size(), 1U);
        EXPECT_THROW(Listener{given}, std::runtime_error);
    }
    for (const auto* const name : {"", "rf", "rfb2", "web"}) {
        const auto given = passed(listen_on(address), name);
        EXPECT_TRUE(given.any && given.sockets.empty());
        EXPECT_NE(given.complaints.at(0).find(name), std::string::npos);
    }
}

TEST(PassedSockets, AreThoseOfThisProcessOnly)
{
    ::setenv("LISTEN_PID", std::to_string(::getpid() + 1).c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_FDNAMES", k_passed_name, 1);
    EXPECT_FALSE(take_passed_sockets().any);
    EXPECT_EQ(::getenv("LISTEN_PID"), nullptr);
    EXPECT_EQ(::getenv("LISTEN_FDS"), nullptr);
    EXPECT_EQ(::getenv("LISTEN_FDNAMES"), nullptr);
    for (const auto* const count : {"", "0", "-1", "x", "1x", "99999999999"}) {
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        ::setenv("LISTEN_FDS", count, 1);
        EXPECT_FALSE(take_passed_sockets().any) << count;
    }
}

} // namespace
} // namespace gds
