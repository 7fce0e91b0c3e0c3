// SPDX-License-Identifier: GPL-2.0-or-later
// What the policy makes of one client who has shown who he is: asked at login, and again whenever
// the policy changes. Owned by the client; main thread.
#pragma once

#include "server/access_rules.h"
#include "server/group_lookup.h"
#include "server/policy.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gds {

class ClientAccess {
public:
    // As in AccessQuestion.
    explicit ClientAccess(std::string address, bool behind_proxy = false)
        : address_(std::move(address)), behind_proxy_(behind_proxy)
    {}

    void set_identity(const Identity& identity) { identity_ = identity; }
    bool identified() const { return identity_.has_value(); }

    // Goes by what is known of his groups: where the answer turns on others, it is the strictest
    // of those that there may be. `certificate_holds`: the one that he showed does, or he showed
    // none.
    void judge(const Policy& policy, bool certificate_holds = true);
    bool judged() const { return judged_; }
    // What the last judgement turns on and has not been asked yet; no account: nothing.
    GroupQuestion to_be_asked() const;
    void learn(const GroupQuestion& asked, const AccountGroups& answer);
    // What there was no answer to may be asked once more.
    void ask_anew() { asked_.clear(); }
    // The last judgement turns on groups that are not known.
    bool groups_missing() const { return groups_missing_; }

    // For good, whatever the rules say from now on.
    bool refused() const { return refused_; }
    // Not empty: a sentence that refuses him, for his viewer.
    const std::string& refusal() const { return refusal_; }
    // Why, for the log.
    const std::string& because() const { return because_; }
    bool may_control() const { return may_control_; }
    // The person at the desk has to agree first.
    bool asks() const { return asks_; }
    // He might control, if the person agrees.
    bool wants_control() const { return wants_control_; }
    // The person has agreed; judge() goes by it from now on.
    void agree(bool control) { agreed_ = control; }
    // Instead of asking, and for good: no later judgement lets him in.
    void refuse(std::string reason);

private:
    std::string address_;
    bool behind_proxy_;
    std::optional<Identity> identity_;
    AccountGroups groups_;
    std::vector<std::string> asked_; // also those of groups_
    std::vector<std::string> named_; // by the rules of the last judgement
    bool groups_missing_ = false;
    bool judged_ = false;
    bool may_control_ = false;
    bool asks_ = false;
    bool wants_control_ = false;
    std::optional<bool> agreed_; // to control, or to look only
    bool refused_ = false;
    std::string refusal_;
    std::string because_;
};

} // namespace gds
