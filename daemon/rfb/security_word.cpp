// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_word.h"

namespace gds {

const char* to_text(SecurityWord word)
{
    switch (word) {
    case SecurityWord::x509_sasl:
        return "x509-sasl";
    case SecurityWord::x509_plain:
        return "x509-plain";
    }
    return "";
}

std::optional<SecurityWord> security_word_of(std::string_view text)
{
    for (const SecurityWord word : k_security_words) {
        if (text == to_text(word)) {
            return word;
        }
    }
    return std::nullopt;
}

} // namespace gds
