// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/keymap_file.h"

#include <algorithm>

#include <unistd.h>

namespace gds {

// Read and not mapped: a file that becomes shorter meanwhile does no harm.
std::optional<std::string> read_keymap_file(int descriptor, std::size_t size)
{
    constexpr std::size_t k_largest = std::size_t{4} << 20;
    if (size > k_largest) {
        return std::nullopt;
    }
    std::string text(size, '\0');
    std::size_t have = 0;
    while (have < text.size()) {
        const auto got =
            ::pread(descriptor, text.data() + have, text.size() - have, static_cast<off_t>(have));
        if (got <= 0) {
            return std::nullopt;
        }
        have += static_cast<std::size_t>(got);
    }
    text.resize(std::min(text.find('\0'), text.size()));
    return text;
}

} // namespace gds
