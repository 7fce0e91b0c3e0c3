// SPDX-License-Identifier: GPL-2.0-or-later
// A translated sentence with values put in by printf's rules, so that translators see it whole.
#pragma once

#include <string>

namespace gds {

[[gnu::format(printf, 1, 2)]] std::string sentence(const char* format, ...);

} // namespace gds
