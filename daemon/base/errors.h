// SPDX-License-Identifier: GPL-2.0-or-later
// The ways in which an exchange with a peer ends. Each is caught once, by the owner of the
// exchange.
#pragma once

#include <stdexcept>
#include <string>

namespace gds {

// The peer closed its side, or the connection was reset.
struct EndOfStream : std::runtime_error {
    EndOfStream() : std::runtime_error("connection closed by the peer") {}
};

// The peer said something that the protocol does not allow.
struct ProtocolError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The peer is not who it must be. what() is for the log; the peer is told `told`.
struct AuthenticationError : std::runtime_error {
    explicit AuthenticationError(const std::string& why,
                                 std::string told_text = "Authentication failed")
        : std::runtime_error(why), told(std::move(told_text))
    {}
    std::string told;
};

// A deadline passed.
struct TimedOut : std::runtime_error {
    explicit TimedOut(const std::string& what = "timed out") : std::runtime_error(what) {}
};

} // namespace gds
