// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/wildcard.h"

#include <algorithm>

namespace gds {

namespace {

// Behind the UTF-8 character at `at`.
std::size_t next_character(std::string_view text, std::size_t at)
{
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) {
        ++at;
    }
    return at;
}

} // namespace

std::string to_wildcard(std::string_view text)
{
    std::string pattern{text};
    std::ranges::replace(pattern, '*', k_any_run);
    std::ranges::replace(pattern, '?', k_any_one);
    return pattern;
}

bool wildcard_matches(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0;
    std::size_t t = 0;
    // The last star and where the text goes on behind what it stands for: if the rest does not fit,
    // only that star takes more. Earlier ones need not.
    std::size_t star = std::string_view::npos;
    std::size_t behind = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == k_any_run) {
            star = p++;
            behind = t;
        } else if (p < pattern.size() && pattern[p] == k_any_one) {
            ++p;
            t = next_character(text, t);
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++behind;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of(k_any_run, p) == std::string_view::npos;
}

} // namespace gds
