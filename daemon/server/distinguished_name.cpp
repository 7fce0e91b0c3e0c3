// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/distinguished_name.h"

#include "server/wildcard.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <utility>

#include <glib.h>

namespace gds {

namespace {

struct TypeName {
    const char* name; // lower case
    const char* oid;
};

// What GnuTLS writes, RFC 4519, and what OpenSSL and Windows write instead.
constexpr std::array k_types{
    TypeName{"c", "2.5.4.6"},
    TypeName{"countryname", "2.5.4.6"},
    TypeName{"o", "2.5.4.10"},
    TypeName{"organizationname", "2.5.4.10"},
    TypeName{"ou", "2.5.4.11"},
    TypeName{"organizationalunitname", "2.5.4.11"},
    TypeName{"cn", "2.5.4.3"},
    TypeName{"commonname", "2.5.4.3"},
    TypeName{"l", "2.5.4.7"},
    TypeName{"localityname", "2.5.4.7"},
    TypeName{"st", "2.5.4.8"},
    TypeName{"s", "2.5.4.8"},
    TypeName{"stateorprovincename", "2.5.4.8"},
    TypeName{"street", "2.5.4.9"},
    TypeName{"streetaddress", "2.5.4.9"},
    TypeName{"title", "2.5.4.12"},
    TypeName{"t", "2.5.4.12"},
    TypeName{"description", "2.5.4.13"},
    TypeName{"businesscategory", "2.5.4.15"},
    TypeName{"postaladdress", "2.5.4.16"},
    TypeName{"postalcode", "2.5.4.17"},
    TypeName{"telephonenumber", "2.5.4.20"},
    TypeName{"sn", "2.5.4.4"},
    TypeName{"surname", "2.5.4.4"},
    TypeName{"serialnumber", "2.5.4.5"},
    TypeName{"name", "2.5.4.41"},
    TypeName{"gn", "2.5.4.42"},
    TypeName{"givenname", "2.5.4.42"},
    TypeName{"initials", "2.5.4.43"},
    TypeName{"generationqualifier", "2.5.4.44"},
    TypeName{"dnqualifier", "2.5.4.46"},
    TypeName{"pseudonym", "2.5.4.65"},
    TypeName{"organizationidentifier", "2.5.4.97"},
    TypeName{"uid", "0.9.2342.19200300.100.1.1"},
    TypeName{"userid", "0.9.2342.19200300.100.1.1"},
    TypeName{"dc", "0.9.2342.19200300.100.1.25"},
    TypeName{"domaincomponent", "0.9.2342.19200300.100.1.25"},
    TypeName{"email", "1.2.840.113549.1.9.1"},
    TypeName{"emailaddress", "1.2.840.113549.1.9.1"},
    TypeName{"e", "1.2.840.113549.1.9.1"},
    TypeName{"unstructuredname", "1.2.840.113549.1.9.2"},
    TypeName{"dateofbirth", "1.3.6.1.5.5.7.9.1"},
    TypeName{"placeofbirth", "1.3.6.1.5.5.7.9.2"},
    TypeName{"gender", "1.3.6.1.5.5.7.9.3"},
    TypeName{"countryofcitizenship", "1.3.6.1.5.5.7.9.4"},
    TypeName{"countryofresidence", "1.3.6.1.5.5.7.9.5"},
    TypeName{"jurisdictionofincorporationlocalityname", "1.3.6.1.4.1.311.60.2.1.1"},
    TypeName{"jurisdictionofincorporationstateorprovincename", "1.3.6.1.4.1.311.60.2.1.2"},
    TypeName{"jurisdictionofincorporationcountryname", "1.3.6.1.4.1.311.60.2.1.3"},
    TypeName{"xmppaddr", "1.3.6.1.5.5.7.8.5"},
};

enum class Kind { subject, pattern };

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return text;
}

bool is_oid(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos &&
           text.find('.') != std::string_view::npos && !text.starts_with('.') &&
           !text.ends_with('.') && text.find("..") == std::string_view::npos;
}

std::optional<std::string> type_of(std::string_view written, Kind kind)
{
    std::string name{trimmed(written)};
    std::ranges::transform(name, name.begin(), g_ascii_tolower);
    const std::string number = name.starts_with("oid.") ? name.substr(4) : name;
    if (is_oid(number)) {
        return number;
    }
    const auto* const known = std::ranges::find(k_types, std::string_view{name}, &TypeName::name);
    if (known != k_types.end()) {
        return known->oid;
    }
    const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
        return g_ascii_isalnum(c) != FALSE || c == '-';
    });
    // A mistyped name in a pattern would match nobody, which in a rule that denies is too few.
    return kind == Kind::subject && is_name ? std::optional{name} : std::nullopt;
}

std::string in_form(const std::string& text)
{
    const std::unique_ptr<char, decltype(&g_free)> form{
        g_utf8_normalize(text.data(), static_cast<gssize>(text.size()), G_NORMALIZE_ALL_COMPOSE),
        g_free};
    return form ? form.get() : text;
}

// RFC 4518, as far as it decides between names that people have.
std::string folded(const std::string& value)
{
    const std::string form = in_form(value);
    const std::unique_ptr<char, decltype(&g_free)> lower{
        g_utf8_casefold(form.data(), static_cast<gssize>(form.size())), g_free};
    std::string text;
    for (const char each : in_form(lower.get())) {
        const bool space = each == ' ' || each == '\t';
        if (!space) {
            text += each;
        } else if (!text.empty() && text.back() != ' ') {
            text += ' ';
        }
    }
    if (text.ends_with(' ')) {
        text.pop_back();
    }
    return text;
}

int hex_digit(char c) { return g_ascii_xdigit_value(c); }

std::optional<std::string> from_hex(std::string_view hex)
{
    std::string octets;
    if (hex.size() % 2 != 0) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        if (hex_digit(hex[i]) < 0 || hex_digit(hex[i + 1]) < 0) {
            return std::nullopt;
        }
        octets += static_cast<char>(hex_digit(hex[i]) * 16 + hex_digit(hex[i + 1]));
    }
    return octets;
}

// "#0C03616263": a value in BER. Strings of the common kinds are those strings.
std::optional<std::string> from_ber(std::string_view hex)
{
    const auto octets = from_hex(hex);
    if (!octets || octets->size() < 2) {
        return std::nullopt;
    }
    const char tag = octets->front();
    const bool is_string = tag == 0x0c || tag == 0x13 || tag == 0x16 || tag == 0x12;
    const auto length = static_cast<unsigned char>((*octets)[1]);
    if (is_string && length < 128 && octets->size() == 2U + length) {
        return octets->substr(2);
    }
    std::string kept{hex};
    std::ranges::transform(kept, kept.begin(), g_ascii_tolower);
    return "#" + kept;
}

// Reads one text from its begin to its end.
class NameParser {
public:
    NameParser(std::string_view text, Kind kind) : rest_(text), kind_(kind) {}

    std::optional<DistinguishedName> parse()
    {
        DistinguishedName name;
        while (true) {
            NamePart part;
            if (!take_part(part)) {
                return std::nullopt;
            }
            name.push_back(std::move(part));
            if (rest_.empty()) {
                return name;
            }
            rest_.remove_prefix(1); // the comma
        }
    }

private:
    bool take_part(NamePart& part)
    {
        if (kind_ == Kind::pattern && trimmed(rest_.substr(0, rest_.find(','))) == "*") {
            rest_.remove_prefix(std::min(rest_.find(','), rest_.size()));
            return true;
        }
        while (true) {
            auto attribute = take_attribute();
            if (!attribute) {
                return false;
            }
            part.push_back(std::move(*attribute));
            if (!rest_.starts_with('+')) {
                return true;
            }
            rest_.remove_prefix(1);
        }
    }

    std::optional<NameAttribute> take_attribute()
    {
        const auto equals = rest_.find('=');
        if (equals == std::string_view::npos) {
            return std::nullopt;
        }
        const auto type = type_of(rest_.substr(0, equals), kind_);
        rest_.remove_prefix(equals + 1);
        auto value = take_value();
        if (!type || !value) {
            return std::nullopt;
        }
        return NameAttribute{*type, std::move(*value)};
    }

    std::optional<std::string> take_value()
    {
        while (rest_.starts_with(' ')) {
            rest_.remove_prefix(1);
        }
        if (rest_.starts_with('#')) {
            const auto end = std::min(rest_.find_first_of(",+"), rest_.size());
            const auto value = from_ber(trimmed(rest_.substr(1, end - 1)));
            rest_.remove_prefix(end);
            const bool usable = value && is_text(*value) &&
                                (kind_ == Kind::subject || std::ranges::none_of(*value, [](char c) {
                                     return g_ascii_iscntrl(c) != FALSE;
                                 }));
            return usable ? std::optional{folded(*value)} : std::nullopt;
        }
        std::string value;
        while (!rest_.empty() && rest_.front() != ',' && rest_.front() != '+') {
            if (!take_character(value)) {
                return std::nullopt;
            }
        }
        if (!is_text(value)) {
            return std::nullopt;
        }
        return folded(value);
    }

    bool take_character(std::string& value)
    {
        const char first = rest_.front();
        rest_.remove_prefix(1);
        if (first == '\\') {
            return take_escaped(value);
        }
        const bool pattern = kind_ == Kind::pattern;
        if (pattern && (first == '*' || first == '?')) {
            value += first == '*' ? k_any_run : k_any_one;
            return true;
        }
        if (pattern && (first == '"' || first == ';' || first == '<' || first == '>')) {
            return false; // RFC 4514, 2.4: to be escaped
        }
        if (pattern && g_ascii_iscntrl(first) != FALSE) {
            return false;
        }
        value += first;
        return true;
    }

    bool take_escaped(std::string& value)
    {
        if (rest_.empty()) {
            return false;
        }
        if (rest_.size() >= 2) {
            if (const auto octet = from_hex(rest_.substr(0, 2))) {
                rest_.remove_prefix(2);
                value += *octet;
                return kind_ == Kind::subject || g_ascii_iscntrl(octet->front()) == FALSE;
            }
        }
        value += rest_.front();
        rest_.remove_prefix(1);
        return true;
    }

    static bool is_text(const std::string& value)
    {
        return g_utf8_validate_len(value.data(), value.size(), nullptr) != FALSE;
    }

    std::string_view rest_;
    Kind kind_;
};

bool part_matches(const NamePart& pattern, const NamePart& part)
{
    if (pattern.size() != part.size()) {
        return false;
    }
    std::vector<bool> taken(part.size(), false);
    for (const auto& wanted : pattern) {
        std::size_t at = 0;
        while (at < part.size() && (taken[at] || wanted.type != part[at].type ||
                                    !wildcard_matches(wanted.value, part[at].value))) {
            ++at;
        }
        if (at == part.size()) {
            return false;
        }
        taken[at] = true;
    }
    return true;
}

// As wildcard_matches(), with parts for characters.
bool parts_match(const DistinguishedName& pattern, const DistinguishedName& name)
{
    std::size_t p = 0;
    std::size_t n = 0;
    std::optional<std::size_t> star;
    std::size_t behind = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p].empty()) {
            star = p++;
            behind = n;
        } else if (p < pattern.size() && part_matches(pattern[p], name[n])) {
            ++p;
            ++n;
        } else if (star) {
            p = *star + 1;
            n = ++behind;
        } else {
            return false;
        }
    }
    return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(),
                       [](const NamePart& part) { return part.empty(); });
}

} // namespace

std::optional<DistinguishedName> parse_subject(std::string_view text)
{
    if (text.empty()) {
        return DistinguishedName{};
    }
    return NameParser{text, Kind::subject}.parse();
}

std::optional<DistinguishedName> parse_subject_pattern(std::string_view text)
{
    return NameParser{text, Kind::pattern}.parse();
}

bool subject_matches(const DistinguishedName& pattern, const DistinguishedName& subject)
{
    // Programs disagree on which end of a name comes first.
    return parts_match(pattern, subject) ||
           parts_match(DistinguishedName{pattern.rbegin(), pattern.rend()}, subject);
}

} // namespace gds
