// SPDX-License-Identifier: GPL-2.0-or-later
// What the world around it does to a Listener: other addresses, other users.
#include "base/errors.h"
#include "fakes/stream_pair.h"
#include "io/listener.h"
#include "io/socket_address.h"
#include "scratch_directory.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::run_loop;

// An address of this process's own network; errno, or 0.
int set_loopback(const char* text)
{
    const UniqueFd control{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    ifreq request = {};
    std::string{"lo"}.copy(request.ifr_name, sizeof request.ifr_name - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (::ioctl(control.get(), SIOCSIFFLAGS, &request) != 0) {
        return errno;
    }
    const auto address = *SocketAddress::parse(text);
    std::memcpy(&request.ifr_addr, address.get(), address.size());
    return ::ioctl(control.get(), SIOCSIFADDR, &request) != 0 ? errno : 0;
}

TEST(Listener, KnowsWhenAnInterfaceHasAnotherAddress)
{
    const pid_t child = ::fork();
    if (child == 0) {
        int step = ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0 ? 1 : 0;
        step += step == 0 && set_loopback("127.0.0.1") != 0 ? 2 : 0;
        if (step == 0) {
            ListenRequest request;
            request.addresses = {"lo"};
            request.port = 0;
            const Listener listener{request};
            step += listener.outdated() ? 4 : 0;
            step += set_loopback("127.0.0.5") != 0 ? 8 : 0;
            step += listener.outdated() ? 0 : 16;
        }
        ::_exit(step);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "failed at " << WEXITSTATUS(status);
}

UniqueFd knock(const char* host, std::uint16_t port)
{
    UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const auto address = SocketAddress::parse(host)->with_port(port);
    return ::connect(fd.get(), address.get(), address.size()) == 0 ? std::move(fd) : UniqueFd{};
}

// Exit status: the step that fails.
int follow_an_interface()
{
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0 || set_loopback("127.0.0.1") != 0) {
        return 1;
    }
    constexpr std::uint16_t k_port = 5900;
    ListenRequest request;
    request.addresses = {"lo", "127.0.0.9"};
    request.port = k_port;
    Listener listener{request};
    const auto waiting = knock("127.0.0.9", k_port);
    if (!waiting || !knock("127.0.0.1", k_port)) {
        return 2;
    }
    if (set_loopback("127.0.0.5") != 0) {
        return 3;
    }
    listener.renew();
    if (listener.outdated() || !listener.complaints().empty()) {
        return 4;
    }
    if (knock("127.0.0.1", k_port)) {
        return 5; // nobody asked for that any more
    }
    const auto accepted = run_loop(listener.accept());
    if (accepted.address.empty()) {
        return 6;
    }
    const std::string octet = "x";
    if (::send(waiting.get(), octet.data(), 1, MSG_NOSIGNAL) != 1) {
        return 7;
    }
    char got = 0;
    if (::recv(accepted.socket.get(), &got, 1, 0) != 1 || got != 'x') {
        return 8; // he who waited where nothing changed
    }
    return knock("127.0.0.5", k_port) ? 0 : 9;
}

TEST(Listener, FollowsAnInterfaceAndLeavesTheOthersAlone)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(follow_an_interface());
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "failed at " << WEXITSTATUS(status);
}

TEST(Listener, TriesAgainWhatCouldNotBeHad)
{
    const test::ScratchDirectory scratch;
    ListenRequest request;
    request.addresses = {"unix:" + scratch / "missing/vnc", "127.0.0.1"};
    request.port = 0;
    Listener listener{request};
    EXPECT_EQ(listener.complaints().size(), 1U);
    const auto endpoints = listener.endpoints();
    listener.renew();
    EXPECT_EQ(listener.complaints().size(), 1U);
    ASSERT_EQ(::mkdir((scratch / "missing").c_str(), 0700), 0);
    listener.renew();
    EXPECT_TRUE(listener.complaints().empty());
    EXPECT_EQ(listener.endpoints().size(), 2U);
    EXPECT_EQ(listener.endpoints()[0], endpoints[0]) << "on its port";
}

TEST(Listener, StrangersAreNotServedAtAUnixSocket)
{
    const test::ScratchDirectory scratch;
    ListenRequest request;
    request.addresses = {"unix:" + scratch / "vnc"};
    Listener listener{request, ::geteuid() + 1}; // so that we are somebody else
    const UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    (scratch / "vnc").copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_THROW(run_loop(listener.accept(), std::chrono::milliseconds{200}), TimedOut);
    char octet = 0;
    EXPECT_EQ(::recv(fd.get(), &octet, 1, 0), 0);
}

} // namespace
} // namespace gds
