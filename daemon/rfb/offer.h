// SPDX-License-Identifier: GPL-2.0-or-later
// The one place that decides whether what a client chose was offered to it: security types (u8),
// VeNCrypt sub-types (u32) and SASL mechanisms (names) alike. Whole values are compared: no prefix,
// no search within a list, no NUL that ends a name, and a choice of another width does not compile.
#pragma once

#include <algorithm>
#include <concepts>
#include <vector>

namespace gds {

template <typename T, std::same_as<T> Choice>
bool was_offered(const std::vector<T>& offer, const Choice& choice)
{
    return std::ranges::find(offer, choice) != offer.end();
}

} // namespace gds
