// SPDX-License-Identifier: GPL-2.0-or-later
// The ways to log in, by the words of the `security-types` setting.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace gds {

enum class SecurityWord { x509_sasl, x509_plain };

inline constexpr std::array k_security_words{SecurityWord::x509_sasl, SecurityWord::x509_plain};

const char* to_text(SecurityWord word);
std::optional<SecurityWord> security_word_of(std::string_view text);

} // namespace gds
