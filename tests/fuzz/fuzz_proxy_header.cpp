// SPDX-License-Identifier: GPL-2.0-or-later
// Anything as a PROXY header, read as a proxy's connection is: it never asks for nothing, nor for
// more than there is room for, and what it made of it stays the same.
#include "io/proxy_header.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace gds {
namespace {

void require(bool holds, const char* what)
{
    if (!holds) {
        std::cerr << what << '\n';
        std::abort();
    }
}

void play(ByteView all)
{
    std::size_t known = 0;
    auto header = parse_proxy_header({});
    require(header.missing > 0, "made of nothing");
    while (!header.malformed && header.missing > 0) {
        require(!header.source, "says where from before its end");
        require(known + header.missing <= k_longest_proxy_header, "wants more than there may be");
        if (known + header.missing > all.size()) {
            return;
        }
        known += header.missing;
        header = parse_proxy_header(all.first(known));
    }
    if (header.malformed) {
        return;
    }
    require(known >= 15, "shorter than any");
    const auto again = parse_proxy_header(all.first(known));
    require(!again.malformed && again.missing == 0 &&
                again.source.has_value() == header.source.has_value(),
            "read twice, differently");
    if (header.source) {
        require(SocketAddress::parse(header.source->host()).has_value() ||
                    header.source->is_link_local(),
                "no address that anybody could name");
    }
    if (known < all.size()) {
        require(parse_proxy_header(all.first(known + 1)).malformed, "takes what is not its own");
    }
}

} // namespace
} // namespace gds

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    gds::play({data, size});
    return 0;
}
