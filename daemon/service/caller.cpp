// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/caller.h"

#include "base/log.h"
#include "service/sandbox.h"

#include <chrono>
#include <utility>

#include <unistd.h>

namespace gds {

namespace {

constexpr std::size_t k_most_known = 256;

std::optional<BusRefusal> refusal(const std::string& trouble)
{
    if (trouble.empty()) {
        return std::nullopt;
    }
    return BusRefusal{"org.freedesktop.DBus.Error.AccessDenied",
                      "Only programs of this session outside of a sandbox can use this service"};
}

} // namespace

Callers::Callers(uid_t own_uid, Sandbox sandbox) : own_uid_(own_uid), sandbox_(std::move(sandbox))
{}

Callers::Callers() : Callers(geteuid(), [](pid_t pid) { return sandbox_of(pid); }) {}

std::optional<BusRefusal> Callers::judge(const BusCall& call)
{
    const std::string sender = call.sender();
    if (const auto found = known_.find(sender); found != known_.end()) {
        return refusal(found->second);
    }
    return judge(sender, call.credentials());
}

std::optional<BusRefusal> Callers::judge(const std::string& sender,
                                         const std::optional<BusCall::Credentials>& who)
{
    const std::string trouble = trouble_with(who);
    if (!trouble.empty() && log_budget_.may_log("callers", std::chrono::steady_clock::now())) {
        log_warning("refused a call over D-Bus from " + sender + ": " + trouble);
    }
    // One that cannot be found out now may be known later.
    if (who) {
        if (known_.size() >= k_most_known) {
            known_.clear();
        }
        known_[sender] = trouble;
    }
    return refusal(trouble);
}

std::string Callers::trouble_with(const std::optional<BusCall::Credentials>& who) const
{
    if (!who) {
        return "the bus does not know who that is";
    }
    if (who->uid != own_uid_) {
        return "it is of user " + std::to_string(who->uid);
    }
    const std::string sandbox = sandbox_(who->pid);
    return sandbox.empty() ? sandbox : "process " + std::to_string(who->pid) + " is in " + sandbox;
}

} // namespace gds
