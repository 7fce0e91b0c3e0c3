// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <array>
#include <cstdarg>

#include <glib.h>

namespace gds {

namespace {

std::string escaped(unsigned char octet)
{
    switch (octet) {
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    case '\\':
        return "\\\\";
    default:
        break;
    }
    constexpr std::array digits = {'0', '1', '2', '3', '4', '5', '6', '7',
                                   '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    return {'\\', 'x', digits[octet >> 4U], digits[octet & 15U]};
}

// The length of the printable character at the start of `text`; 0: there is none. Format characters
// (right-to-left overrides, zero width) are not printable: they let a line look like another.
std::size_t printable_length(std::string_view text)
{
    const auto left = static_cast<gssize>(text.size());
    const gunichar character = g_utf8_get_char_validated(text.data(), left);
    const bool invalid = (character & 0x80000000U) != 0;
    if (invalid || character == 0 || character == '\\' || g_unichar_isprint(character) == FALSE ||
        g_unichar_type(character) == G_UNICODE_FORMAT) {
        return 0;
    }
    return static_cast<std::size_t>(g_unichar_to_utf8(character, nullptr));
}

} // namespace

std::string printable(std::string_view text, std::size_t max)
{
    constexpr std::string_view more = "...";
    std::string shown;
    // Where to cut should it turn out that not everything fits.
    std::size_t cut = 0;
    while (!text.empty()) {
        const std::size_t length = printable_length(text);
        const auto piece = length > 0 ? std::string{text.substr(0, length)}
                                      : escaped(static_cast<unsigned char>(text.front()));
        if (shown.size() + piece.size() > max) {
            shown.resize(cut);
            shown.append(more.substr(0, max - cut));
            break;
        }
        shown += piece;
        if (shown.size() + more.size() <= max) {
            cut = shown.size();
        }
        text.remove_prefix(length > 0 ? length : 1);
    }
    return shown;
}

std::string format_text(const char* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    gchar* const text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    std::string result{text};
    g_free(text);
    return result;
}

} // namespace gds
