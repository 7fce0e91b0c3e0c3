// SPDX-License-Identifier: GPL-2.0-or-later
// Who may come in, and what he may do then: the rules of org.gnome.desktop-sharing.access as
// values, and the decision by them. Pure. The first rule that matches decides.
//
// What cannot be understood never lets anybody in. A rule whose pattern makes no sense might have
// been meant for anybody, and so denies whomever it is asked about: nobody gets past it. One whose
// verdict alone makes no sense denies those whom its pattern matches.
#pragma once

#include "rfb/identity.h"
#include "server/distinguished_name.h"
#include "server/host_network.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gds {

// From the widest to the strictest.
enum class AccessVerdict { control, view, ask, deny };

std::optional<AccessVerdict> access_verdict_of(std::string_view word);

struct AccessRule {
    enum class Kind {
        everybody, // a rule that was not understood
        password,
        kerberos,
        own_user,
        subject,
        fingerprint,
        group,
        host,
        vnc_password,
        anonymous,
    };
    AccessVerdict verdict = AccessVerdict::deny;
    Kind kind = Kind::everybody;
    std::string name; // password, kerberos (before the @), unix, group, fingerprint
    std::string realm; // kerberos
    DistinguishedName subject;
    HostNetwork network;
    std::string text; // as it was written, for the log

    bool operator==(const AccessRule&) const = default;
};

struct ParsedAccessRule {
    AccessRule rule;
    // A sentence for people that names the rule; empty: it was understood.
    std::string complaint;
};

ParsedAccessRule parse_access_rule(std::string_view verdict, std::string_view pattern);

struct AccessRules {
    std::vector<AccessRule> rules;
    AccessVerdict otherwise = AccessVerdict::ask;

    bool operator==(const AccessRules&) const = default;
};

// Those of a fresh installation: password users control, everybody else has to be asked for.
AccessRules default_access_rules();

// The groups that the rules name, as patterns that are ready to be matched; each once.
std::vector<std::string> groups_named(const AccessRules& rules);

// What is known of the groups of an account. Of those in neither list nothing is: where a directory
// is away, its groups look like groups that there are not.
struct AccountGroups {
    std::vector<std::string> in;
    std::vector<std::string> not_in;
    // He is in none, whatever there is.
    bool no_account = false;

    bool operator==(const AccountGroups&) const = default;
};

enum class Membership { no, yes, unknown };

// `group` as from groups_named(). Outside a pattern with wildcards he is only when there are groups
// that it matches.
Membership membership(std::string_view group, const AccountGroups& groups);

struct AccessQuestion {
    Identity identity;
    std::string address; // numeric; empty: a unix socket
    AccountGroups groups;
    // The address is only what a proxy was asked for; empty: a name that only the proxy looks up.
    bool behind_proxy = false;
};

struct AccessDecision {
    AccessVerdict verdict = AccessVerdict::deny;
    // By which rule, for the log.
    std::string because;
    // The answer turns on what could not be found out: it is the strictest of those that there may
    // be. So a rule that lets somebody in does not count, and one that keeps him out does.
    bool undecided = false;
    // He may be one who looks only, whatever else may hold.
    bool may_be_view = false;
    // Groups are among what could not be found out.
    bool wants_groups = false;
};

AccessDecision decide_access(const AccessRules& rules, const AccessQuestion& question);

} // namespace gds
