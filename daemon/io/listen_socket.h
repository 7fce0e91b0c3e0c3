// SPDX-License-Identifier: GPL-2.0-or-later
// Sockets that listen: bound, with the options that every one of ours has. Owned by the Listener.
#pragma once

#include "base/unique_fd.h"
#include "io/socket_address.h"

#include <cstdint>
#include <string>
#include <system_error>

#include <sys/types.h>

namespace gds {

// Throws std::system_error.
UniqueFd listen_tcp(const SocketAddress& address);

// A socket in the file system, mode 0600; its file goes with it. One that was left behind is
// replaced, one that answers is not.
class UnixListenSocket {
public:
    explicit UnixListenSocket(const std::string& path); // throws std::system_error
    UnixListenSocket(UnixListenSocket&&) = default;
    UnixListenSocket& operator=(UnixListenSocket&&) = delete;
    ~UnixListenSocket();

    int fd() const { return fd_.get(); }
    const std::string& path() const { return path_; }

private:
    UniqueFd fd_;
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

// What every connection gets: a peer that vanished without a word is noticed within 90 s.
void set_connection_options(int fd);

} // namespace gds
