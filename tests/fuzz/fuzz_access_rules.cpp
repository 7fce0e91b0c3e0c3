// SPDX-License-Identifier: GPL-2.0-or-later
// Any text as an access rule, and any names for it to match: nothing that was not understood lets
// anybody in, and what was understood says the same twice.
#include "base/bytes.h"
#include "server/access_rules.h"

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace gds {
namespace {

void require(bool holds, const char* what)
{
    if (!holds) {
        std::cerr << what << '\n';
        std::abort();
    }
}

std::string_view cut(std::string_view& rest)
{
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

bool lets_in(const AccessRules& rules, const AccessQuestion& question)
{
    const auto verdict = decide_access(rules, question).verdict;
    require(verdict == decide_access(rules, question).verdict, "decided twice, differently");
    return verdict == AccessVerdict::control;
}

// Lines: the pattern, the name, the subject, the address, a group that he is in, and one that he is
// not in.
void play(std::string_view text)
{
    const auto pattern = cut(text);
    const auto parsed = parse_access_rule("control", pattern);
    const AccessRules alone{{parsed.rule}, AccessVerdict::deny};
    const AccessRules denying{{parse_access_rule("deny", pattern).rule}, AccessVerdict::control};
    AccessQuestion question;
    question.identity.name = cut(text);
    question.identity.certificate = ClientCertificate{std::string{cut(text)}, std::string{pattern}};
    question.address = cut(text);
    question.groups.in = {std::string{cut(text)}};
    question.groups.not_in = {std::string{cut(text)}};
    for (const auto kind : {IdentityKind::password, IdentityKind::kerberos,
                            IdentityKind::vnc_password, IdentityKind::anonymous}) {
        question.identity.kind = kind;
        const bool in = lets_in(alone, question);
        const bool not_denied = lets_in(denying, question);
        require(!(in && not_denied), "whom it lets in it does not deny");
        auto unknown = question;
        unknown.groups = {};
        require(in || !lets_in(alone, unknown), "not known, and lets in");
        require(not_denied || !lets_in(denying, unknown), "not known, and does not deny");
        auto called = question;
        called.behind_proxy = true;
        require(in || !lets_in(alone, called), "behind a proxy, and lets in");
        require(not_denied || !lets_in(denying, called), "behind a proxy, and does not deny");
        require(parsed.complaint.empty() || (!in && !not_denied), "not understood, and lets in");
    }
    const auto subject = parse_subject(question.identity.certificate->subject);
    const auto all = parse_subject_pattern("*");
    require(!subject || subject_matches(*all, *subject), "a star is not everything");
}

} // namespace
} // namespace gds

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    gds::play(gds::as_text({data, size}));
    return 0;
}
