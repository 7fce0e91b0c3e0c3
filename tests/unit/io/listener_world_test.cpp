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
