// SPDX-License-Identifier: GPL-2.0-or-later
// The subject of a certificate as text (RFC 4514), taken apart, so that it is compared by what it
// says and not by how it is spelled: types by their object identifiers, values without regard to
// case and to the number of spaces (RFC 5280, 7.1), in the order of the text or the reverse.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gds {

struct NameAttribute {
    std::string type; // "2.5.4.3"
    std::string value; // folded; with the characters of server/wildcard.h in a pattern
    bool operator==(const NameAttribute&) const = default;
};

// Attributes that stand side by side ("CN=a+UID=b"). Empty, in a pattern: any number of parts.
using NamePart = std::vector<NameAttribute>;
using DistinguishedName = std::vector<NamePart>;

// Nothing: it is none. A type of another name than the usual ones is kept by its name.
std::optional<DistinguishedName> parse_subject(std::string_view text);

// As a subject, but `*` and `?` are wildcards within a value, and a `*` in place of a part stands
// for any number of them. A type has to be a usual name or an object identifier.
std::optional<DistinguishedName> parse_subject_pattern(std::string_view text);

bool subject_matches(const DistinguishedName& pattern, const DistinguishedName& subject);

} // namespace gds
