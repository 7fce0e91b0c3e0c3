// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/random.h"

#include <cerrno>
#include <system_error>

#include <sys/random.h>

namespace gds {

void fill_with_random(std::span<std::uint8_t> into)
{
    while (!into.empty()) {
        const ssize_t got = ::getrandom(into.data(), into.size(), 0);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw std::system_error{errno, std::generic_category(), "getrandom"};
        }
        into = into.subspan(static_cast<std::size_t>(got));
    }
}

Bytes random_octets(std::size_t size)
{
    Bytes octets(size);
    fill_with_random(octets);
    return octets;
}

} // namespace gds
