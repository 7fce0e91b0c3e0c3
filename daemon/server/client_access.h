// SPDX-License-Identifier: GPL-2.0-or-later
// What the policy makes of one client who has shown who he is: asked at login, and again whenever
// the policy changes. Owned by the client; main thread.
#pragma once

#include "server/access_rules.h"
#include "server/policy.h"

#include <optional>
#include <string>
#include <utility>

namespace gds {

class ClientAccess {
public:
    // `address` is numeric; empty: a unix socket.
    explicit ClientAccess(std::string address) : address_(std::move(address)) {}

    void set_identity(const Identity& identity) { identity_ = identity; }
    bool identified() const { return identity_.has_value(); }

    // The account whose groups have to be looked up before judge(); empty: none.
    std::string account_to_look_up(const Policy& policy) const;
    void set_groups(AccountGroups groups);

    // `certificate_holds`: the one that he showed does, or he showed none.
    void judge(const Policy& policy, bool certificate_holds = true);
    bool judged() const { return judged_; }
    // Nothing is controlled until judge() is called again.
    void suspend() { may_control_ = false; }
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
    // Instead of asking.
    void refuse(std::string reason);

private:
    std::string address_;
    std::optional<Identity> identity_;
    bool groups_known_ = false; // or known not to be had
    AccountGroups groups_;
    bool judged_ = false;
    bool may_control_ = false;
    bool asks_ = false;
    bool wants_control_ = false;
    std::optional<bool> agreed_; // to control, or to look only
    std::string refusal_;
    std::string because_;
};

} // namespace gds
