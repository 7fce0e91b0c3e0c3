// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/client_access.h"

#include "base/translate.h"

#include <utility>

namespace gds {

std::string ClientAccess::account_to_look_up(const Policy& policy) const
{
    if (!identity_ || groups_known_ || !needs_groups(policy.access)) {
        return {};
    }
    return local_account_of(*identity_);
}

void ClientAccess::set_groups(AccountGroups groups)
{
    groups_ = std::move(groups);
    groups_known_ = true;
}

void ClientAccess::judge(const Policy& policy, bool certificate_holds)
{
    judged_ = true;
    may_control_ = false;
    asks_ = false;
    wants_control_ = false;
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
    // Somebody who has no account here is in no group.
    const bool has_account = !local_account_of(*identity_).empty();
    Identity identity = *identity_;
    if (policy.tls.client_certificates == ClientCertificates::ignore) {
        identity.certificate.reset(); // as it would be if he came now
    }
    const auto decision = decide_access(
        policy.access, {identity, address_, has_account ? groups_ : AccountGroups{std::in_place}});
    because_ = decision.because;
    const bool lets_in =
        decision.verdict == AccessVerdict::control || decision.verdict == AccessVerdict::view;
    wants_control_ = decision.verdict != AccessVerdict::view && !policy.view_only;
    switch (decision.verdict) {
    case AccessVerdict::control:
    case AccessVerdict::view:
    case AccessVerdict::ask:
        asks_ = !agreed_ && (!lets_in || policy.ask_always);
        may_control_ = decision.verdict != AccessVerdict::view && !asks_ && agreed_.value_or(true);
        break;
    case AccessVerdict::deny:
        refusal_ = decision.undecided
                       ? _("Whether you may connect cannot be found out now; try again later.")
                       : _("You are not allowed to connect to this desktop.");
        break;
    }
}

void ClientAccess::refuse(std::string reason)
{
    asks_ = false;
    may_control_ = false;
    because_ = reason;
    refusal_ = std::move(reason);
}

} // namespace gds
