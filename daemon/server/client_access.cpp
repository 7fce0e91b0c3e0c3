// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/client_access.h"

#include "base/translate.h"

#include <algorithm>
#include <utility>

namespace gds {

GroupQuestion ClientAccess::to_be_asked() const
{
    const bool all_asked = std::ranges::all_of(
        named_, [this](const auto& group) { return std::ranges::count(asked_, group) > 0; });
    if (!groups_missing_ || all_asked) {
        return {};
    }
    return {local_account_of(*identity_), named_};
}

// Of what is not answered this time, the answer of before holds.
void ClientAccess::learn(const GroupQuestion& asked, const AccountGroups& answer)
{
    asked_.insert(asked_.end(), asked.groups.begin(), asked.groups.end());
    const auto answered_now = [&answer](const std::string& group) {
        return std::ranges::count(answer.in, group) + std::ranges::count(answer.not_in, group) > 0;
    };
    std::erase_if(groups_.in, answered_now);
    std::erase_if(groups_.not_in, answered_now);
    groups_.in.insert(groups_.in.end(), answer.in.begin(), answer.in.end());
    groups_.not_in.insert(groups_.not_in.end(), answer.not_in.begin(), answer.not_in.end());
}

void ClientAccess::judge(const Policy& policy, bool certificate_holds)
{
    judged_ = true;
    if (refused_) {
        return;
    }
    may_control_ = false;
    asks_ = false;
    wants_control_ = false;
    groups_missing_ = false;
    refusal_.clear();
    if (policy.tls.client_certificates == ClientCertificates::require && !identity_->certificate) {
        because_ = "no client certificate";
        refusal_ = _("This desktop wants to see a certificate of yours.");
        return;
    }
    if (!certificate_holds) {
        because_ = "the client certificate does not hold any more";
        refusal_ = _("The certificate that you have shown does not hold any more.");
        return;
    }
    groups_.no_account = local_account_of(*identity_).empty();
    Identity identity = *identity_;
    if (policy.tls.client_certificates == ClientCertificates::ignore) {
        identity.certificate.reset(); // as it would be if he came now
    }
    const auto decision =
        decide_access(policy.access, {identity, address_, groups_, behind_proxy_});
    because_ = decision.because;
    const bool lets_in =
        decision.verdict == AccessVerdict::control || decision.verdict == AccessVerdict::view;
    wants_control_ = !decision.may_be_view && !policy.view_only;
    groups_missing_ = decision.wants_groups;
    named_ = groups_named(policy.access);
    switch (decision.verdict) {
    case AccessVerdict::control:
    case AccessVerdict::view:
    case AccessVerdict::ask:
        asks_ = !agreed_ && (!lets_in || policy.ask_always);
        may_control_ = !decision.may_be_view && !asks_ && agreed_.value_or(true);
        break;
    case AccessVerdict::deny:
        refusal_ = _("You are not allowed to connect to this desktop.");
        break;
    }
    if (decision.wants_groups && !refusal_.empty()) {
        refusal_ = _("Whether you may connect cannot be found out now; try again later.");
    }
}

void ClientAccess::refuse(std::string reason)
{
    refused_ = true;
    asks_ = false;
    may_control_ = false;
    groups_missing_ = false;
    because_ = reason;
    refusal_ = std::move(reason);
}

} // namespace gds
