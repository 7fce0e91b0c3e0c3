// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/listen_socket.h"

#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace gds {

namespace {

constexpr int k_backlog = 256;
// What the kernel takes beyond what it can send now: there it would only grow old.
constexpr int k_most_unsent = 32 * 1024;
constexpr int k_vanished_after_s = 90;
constexpr int k_probe_after_s = 30;
constexpr int k_probe_every_s = 10;

[[noreturn]] void fail(int error, const char* call)
{
    throw std::system_error{error, std::generic_category(), call};
}

void check(int result, const char* call)
{
    if (result != 0) {
        fail(errno, call);
    }
}

UniqueFd open_socket(int family)
{
    UniqueFd fd{::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd) {
        fail(errno, "socket");
    }
    return fd;
}

void set(int fd, int level, int option, int value)
{
    // Best effort: the other side may be gone already, and then every option fails.
    ::setsockopt(fd, level, option, &value, sizeof(value));
}

sockaddr_un unix_address(const std::string& path)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.front() != '/' || path.find('\0') != std::string::npos) {
        fail(EINVAL, "bind");
    }
    if (path.size() >= sizeof(address.sun_path)) {
        fail(ENAMETOOLONG, "bind");
    }
    path.copy(address.sun_path, path.size());
    return address;
}

// Only a socket that nobody serves any more is taken away.
void remove_stale(const sockaddr_un& address)
{
    struct stat status = {};
    if (::lstat(address.sun_path, &status) != 0) {
        return;
    }
    if (!S_ISSOCK(status.st_mode)) {
        fail(EEXIST, "bind");
    }
    const UniqueFd probe = open_socket(AF_UNIX);
    const auto* const any = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(probe.get(), any, sizeof(address)) == 0 || errno != ECONNREFUSED) {
        fail(EADDRINUSE, "bind");
    }
    ::unlink(address.sun_path);
}

} // namespace

UniqueFd listen_tcp(const SocketAddress& address)
{
    UniqueFd fd = open_socket(address.family());
    set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (address.family() == AF_INET6) {
        set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
    }
    check(::bind(fd.get(), address.get(), address.size()), "bind");
    check(::listen(fd.get(), k_backlog), "listen");
    return fd;
}

UnixListenSocket::UnixListenSocket(const std::string& path) : fd_(open_socket(AF_UNIX)), path_(path)
{
    const sockaddr_un address = unix_address(path);
    remove_stale(address);
    // Linux gives the file the socket's mode, so that it is never open to others.
    check(::fchmod(fd_.get(), 0600), "fchmod");
    check(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), "bind");
    struct stat status = {};
    if (::lstat(path_.c_str(), &status) == 0) {
        device_ = status.st_dev;
        inode_ = status.st_ino;
    }
    check(::listen(fd_.get(), k_backlog), "listen");
}

UnixListenSocket::~UnixListenSocket()
{
    // Another server may have put its own there meanwhile.
    struct stat status = {};
    if (fd_ && ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
        status.st_ino == inode_) {
        ::unlink(path_.c_str());
    }
}

void set_connection_options(int fd)
{
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, k_most_unsent);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, k_probe_after_s);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, k_probe_every_s);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, (k_vanished_after_s - k_probe_after_s) / k_probe_every_s);
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, k_vanished_after_s * 1000);
}

} // namespace gds
