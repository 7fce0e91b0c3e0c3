// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/read_secret.h"

#include "base/errors.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace gds {

namespace {

constexpr std::size_t k_first_piece = 1024;

} // namespace

Task<SecretString> read_secret(ByteStream& stream, std::uint32_t size)
{
    SecretString held;
    std::size_t have = 0;
    while (have < size) {
        if (have == held.size()) {
            const std::size_t room = std::max(have * 2, k_first_piece);
            SecretString larger{std::min<std::size_t>(room, size)};
            std::ranges::copy(held.bytes(), larger.octets().begin());
            held = std::move(larger);
        }
        const auto rest = held.octets().subspan(have);
        const std::size_t count = co_await stream.read_some(rest);
        if (count == 0) {
            throw EndOfStream{};
        }
        have += count;
    }
    co_return held;
}

} // namespace gds
