// SPDX-License-Identifier: GPL-2.0-or-later
// The GSS-API login to a SOCKS proxy (RFC 1961): the context, then the level of protection.
#pragma once

#include "io/socks_client.h"

#include <memory>

namespace gds {

// Behind the choice of the method. Throws CallError, and tells the proxy so when it is us who do
// not go on.
Task<std::unique_ptr<GssStream>> socks_gssapi_login(ByteStream& stream, const SocksProxy& proxy,
                                                    WorkerPool& workers);

// Tells the proxy that we do not go on, for who drops the login; throws nothing.
Task<> abort_socks_gssapi(ByteStream& stream);

} // namespace gds
