// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/access_rules.h"

#include "base/text.h"
#include "base/translate.h"
#include "server/wildcard.h"

#include <algorithm>
#include <array>
#include <utility>

#include <glib.h>

namespace gds {

namespace {

constexpr std::size_t k_longest_pattern = 4096;
constexpr std::size_t k_longest_shown = 200;
constexpr std::size_t k_fingerprint_digits = 64;

using Kind = AccessRule::Kind;

struct VerdictWord {
    const char* word;
    AccessVerdict verdict;
};
constexpr std::array k_verdicts{
    VerdictWord{"control", AccessVerdict::control},
    VerdictWord{"view", AccessVerdict::view},
    VerdictWord{"ask", AccessVerdict::ask},
    VerdictWord{"deny", AccessVerdict::deny},
};

// Reads what stands behind the prefix into the rule. False: it makes no sense.
using ReadPattern = bool (*)(std::string_view text, AccessRule& rule);

struct PatternPrefix {
    std::string_view prefix;
    Kind kind;
    ReadPattern read;
};

bool read_name(std::string_view text, AccessRule& rule)
{
    rule.name = to_wildcard(text);
    return !text.empty();
}

// Where the realm begins: the last @ that is not part of the name (RFC 1964, 2.1.1).
std::size_t realm_at(std::string_view principal)
{
    std::size_t found = std::string_view::npos;
    for (std::size_t i = 0; i < principal.size(); ++i) {
        if (principal[i] == '\\') {
            ++i;
        } else if (principal[i] == '@') {
            found = i;
        }
    }
    return found;
}

bool read_principal(std::string_view text, AccessRule& rule)
{
    if (text == "*") { // everybody with a ticket that we take; "al*" would say too little
        text = "*@*";
    }
    const auto at = realm_at(text);
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) {
        return false;
    }
    rule.name = to_wildcard(text.substr(0, at));
    rule.realm = to_wildcard(text.substr(at + 1));
    return true;
}

bool read_subject(std::string_view text, AccessRule& rule)
{
    auto subject = parse_subject_pattern(text);
    rule.subject = std::move(subject).value_or(DistinguishedName{});
    return !rule.subject.empty();
}

bool read_fingerprint(std::string_view text, AccessRule& rule)
{
    for (const char each : text) {
        if (each != ':') {
            rule.name += g_ascii_tolower(each);
        }
    }
    return rule.name.size() == k_fingerprint_digits &&
           rule.name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool read_network(std::string_view text, AccessRule& rule)
{
    const auto network = parse_network(std::string{text});
    rule.network = network.value_or(HostNetwork{});
    return network.has_value();
}

constexpr std::array k_prefixes{
    PatternPrefix{"password:", Kind::password, read_name},
    PatternPrefix{"kerberos:", Kind::kerberos, read_principal},
    PatternPrefix{"unix:", Kind::own_user, read_name},
    PatternPrefix{"x509:", Kind::subject, read_subject},
    PatternPrefix{"x509-sha256:", Kind::fingerprint, read_fingerprint},
    PatternPrefix{"group:", Kind::group, read_name},
    PatternPrefix{"host:", Kind::host, read_network},
};

bool read_pattern(std::string_view text, AccessRule& rule)
{
    const bool odd = std::ranges::any_of(text, [](char c) { return g_ascii_iscntrl(c) != FALSE; });
    if (odd || text.size() > k_longest_pattern ||
        g_utf8_validate_len(text.data(), text.size(), nullptr) == FALSE) {
        return false;
    }
    for (const auto& each : k_prefixes) {
        if (text.starts_with(each.prefix)) {
            rule.kind = each.kind;
            return each.read(text.substr(each.prefix.size()), rule);
        }
    }
    if (text == "vnc-password" || text == "anonymous") {
        rule.kind = text == "anonymous" ? Kind::anonymous : Kind::vnc_password;
        return true;
    }
    // No user has a colon in his name: it is a prefix that we do not know.
    if (text.find(':') != std::string_view::npos) {
        return false;
    }
    if (text.find('@') != std::string_view::npos) {
        rule.kind = Kind::kerberos;
        return read_principal(text, rule);
    }
    rule.kind = Kind::password;
    return read_name(text, rule);
}

std::string complaint_about(const std::string& text, bool verdict_known, bool pattern_known)
{
    if (pattern_known) {
        // Translators: security-relevant. %s is a rule from the settings.
        return format_text(_("The access rule “%s” has a verdict that is not known, so it denies. "
                             "Known are control, view, ask and deny."),
                           text.c_str());
    }
    if (verdict_known && text.find("kerberos:") != std::string::npos) {
        return format_text(_("The access rule “%s” names no principal with its realm, so nobody "
                             "gets past it. Write kerberos:NAME@REALM."),
                           text.c_str());
    }
    if (verdict_known && text.find("host:") != std::string::npos) {
        return format_text(_("The access rule “%s” names no network, so nobody gets past it. Write "
                             "host: with an address, or with a network as 192.0.2.0/24."),
                           text.c_str());
    }
    // Translators: security-relevant. %s is a rule from the settings.
    return format_text(_("The access rule “%s” is not understood, so nobody gets past it. Patterns "
                         "begin with password:, kerberos:, unix:, x509:, x509-sha256:, group: or "
                         "host:."),
                       text.c_str());
}

using Match = Membership;

Match to_match(bool matches) { return matches ? Match::yes : Match::no; }

Match match_principal(const AccessRule& rule, const Identity& identity)
{
    if (identity.kind != IdentityKind::kerberos) {
        return Match::no;
    }
    const auto at = realm_at(identity.name);
    if (at == std::string::npos) {
        return Match::unknown; // it should have come with its realm
    }
    const std::string_view principal{identity.name};
    return to_match(wildcard_matches(rule.name, principal.substr(0, at)) &&
                    wildcard_matches(rule.realm, principal.substr(at + 1)));
}

Match match_subject(const AccessRule& rule, const Identity& identity)
{
    if (!identity.certificate) {
        return Match::no;
    }
    const auto subject = parse_subject(identity.certificate->subject);
    return subject ? to_match(subject_matches(rule.subject, *subject)) : Match::unknown;
}

Match match_group(const AccessRule& rule, const AccessQuestion& question)
{
    const auto kind = question.identity.kind;
    if (kind == IdentityKind::vnc_password || kind == IdentityKind::anonymous) {
        return Match::no; // nobody in particular
    }
    return membership(rule.name, question.groups);
}

// What a proxy was asked for speaks against somebody, and not for him.
Match match_host(const AccessRule& rule, const AccessQuestion& question)
{
    if (question.behind_proxy && question.address.empty()) {
        return Match::unknown;
    }
    const bool within = is_within(rule.network, question.address);
    return within && question.behind_proxy ? Match::unknown : to_match(within);
}

Match match(const AccessRule& rule, const AccessQuestion& question)
{
    const Identity& identity = question.identity;
    switch (rule.kind) {
    case Kind::password:
        return to_match(identity.kind == IdentityKind::password &&
                        wildcard_matches(rule.name, identity.name));
    case Kind::kerberos:
        return match_principal(rule, identity);
    case Kind::own_user:
        return to_match(identity.kind == IdentityKind::own_user &&
                        wildcard_matches(rule.name, identity.name));
    case Kind::subject:
        return match_subject(rule, identity);
    case Kind::fingerprint:
        return to_match(identity.certificate && identity.certificate->sha256 == rule.name);
    case Kind::group:
        return match_group(rule, question);
    case Kind::host:
        return match_host(rule, question);
    case Kind::vnc_password:
        return to_match(identity.kind == IdentityKind::vnc_password);
    case Kind::anonymous:
        return to_match(identity.kind == IdentityKind::anonymous);
    case Kind::everybody:
        break;
    }
    return Match::yes;
}

} // namespace

std::optional<AccessVerdict> access_verdict_of(std::string_view word)
{
    for (const auto& each : k_verdicts) {
        if (word == each.word) {
            return each.verdict;
        }
    }
    return std::nullopt;
}

ParsedAccessRule parse_access_rule(std::string_view verdict, std::string_view pattern)
{
    ParsedAccessRule parsed;
    AccessRule rule;
    rule.text = printable(std::string{verdict} + " " + std::string{pattern}, k_longest_shown);
    const auto known = access_verdict_of(verdict);
    rule.verdict = known.value_or(AccessVerdict::deny);
    const bool understood = read_pattern(pattern, rule);
    if (!understood) {
        rule = AccessRule{AccessVerdict::deny, Kind::everybody, {}, {}, {}, {}, rule.text};
    }
    if (!known || !understood) {
        parsed.complaint = complaint_about(rule.text, known.has_value(), understood);
    }
    parsed.rule = std::move(rule);
    return parsed;
}

AccessRules default_access_rules()
{
    return {{parse_access_rule("control", "password:*").rule}, AccessVerdict::ask};
}

std::vector<std::string> groups_named(const AccessRules& rules)
{
    std::vector<std::string> names;
    for (const auto& rule : rules.rules) {
        if (rule.kind == Kind::group && std::ranges::count(names, rule.name) == 0) {
            names.push_back(rule.name);
        }
    }
    return names;
}

Membership membership(std::string_view group, const AccountGroups& groups)
{
    const auto matches = [group](const std::string& name) { return wildcard_matches(group, name); };
    if (groups.no_account) {
        return Membership::no;
    }
    if (std::ranges::any_of(groups.in, matches)) {
        return Membership::yes;
    }
    return std::ranges::any_of(groups.not_in, matches) ? Membership::no : Membership::unknown;
}

AccessDecision decide_access(const AccessRules& rules, const AccessQuestion& question)
{
    // Every unknown rule may be where it ends or not; the first certain one is where it does.
    std::optional<AccessDecision> strictest;
    bool differ = false;
    bool may_be_view = false;
    std::string doubtful;
    const auto may_be = [&](AccessVerdict verdict, const std::string& why) {
        differ = differ || (strictest && strictest->verdict != verdict);
        may_be_view = may_be_view || verdict == AccessVerdict::view;
        if (!strictest || verdict >= strictest->verdict) { // they stand in this order
            strictest = AccessDecision{verdict, why};
        }
    };
    bool wants_groups = false;
    std::size_t number = 0;
    auto matched = Match::no;
    for (const auto& rule : rules.rules) {
        ++number;
        matched = match(rule, question);
        if (matched == Match::no) {
            continue;
        }
        const std::string which = "rule " + std::to_string(number) + " (" + rule.text + ")";
        // A client of whom nothing certain can be said is a matter for nobody's rule.
        const bool odd =
            matched == Match::unknown && rule.kind != Kind::group && rule.kind != Kind::host;
        may_be(odd ? AccessVerdict::deny : rule.verdict, which);
        if (matched == Match::yes) {
            break;
        }
        wants_groups = wants_groups || rule.kind == Kind::group;
        doubtful = doubtful.empty() ? which : doubtful;
    }
    if (matched != Match::yes) {
        may_be(rules.otherwise, "no rule matches");
    }
    strictest->undecided = differ;
    strictest->may_be_view = may_be_view;
    strictest->wants_groups = differ && wants_groups;
    if (differ) {
        const bool same = strictest->because == doubtful;
        strictest->because += (same ? ", which" : "; " + doubtful) + " cannot be decided now";
    }
    return *strictest;
}

} // namespace gds
