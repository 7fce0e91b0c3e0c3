// SPDX-License-Identifier: GPL-2.0-or-later
// SOCKS 5 (RFC 1928) as a client that wants CONNECT: without login, by user name and password (RFC
// 1929), or by GSS-API (RFC 1961, in socks_gssapi).
#pragma once

#include "base/secret_string.h"
#include "base/worker_pool.h"
#include "io/byte_stream.h"
#include "io/call_error.h"
#include "io/gss_stream.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace gds {

inline constexpr std::uint16_t k_socks_port = 1080;

enum class SocksLogin {
    // By GSS-API when there is a ticket, and without login when there is none. With a ticket the
    // proxy decides where integrity is enough; no proxy talks us out of confidentiality.
    automatic,
    none,
    password,
    gssapi,
};

struct SocksProxy {
    std::string host;
    std::uint16_t port = k_socks_port;
    SocksLogin login = SocksLogin::automatic;
    std::string user;
    std::shared_ptr<const SecretString> password;
    std::string service = "rcmd"; // its name in Kerberos, as RFC 1961 has it
    // Confidentiality where what goes through it is not encrypted by itself.
    SocksProtection least = SocksProtection::confidentiality;
};

// For everything up to the proxy's answer.
inline constexpr std::chrono::milliseconds k_socks_limit{20'000};

// Over a stream to the proxy. What comes back is the layer over it from then on; null: none. The
// name of `host` is the proxy's to look up. Throws CallError.
Task<std::unique_ptr<GssStream>> socks_connect(ByteStream& stream, SocksProxy proxy,
                                               std::string host, std::uint16_t port,
                                               WorkerPool& workers,
                                               std::chrono::milliseconds limit = k_socks_limit);

} // namespace gds
