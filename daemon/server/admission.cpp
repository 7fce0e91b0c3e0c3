// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/admission.h"

#include <algorithm>
#include <random>

namespace gds {

namespace {

constexpr const char* k_too_many_wrong = "too many wrong passwords from this address";

std::size_t random_below(std::size_t bound)
{
    static std::random_device device;
    return std::uniform_int_distribution<std::size_t>{0, bound - 1}(device);
}

} // namespace

Admission::Admission(AdmissionLimits limits, Random random)
    : limits_(limits), random_(random ? std::move(random) : Random{random_below})
{}

std::size_t Admission::waiting_from(const std::string& source) const
{
    const auto found = waiting_by_source_.find(source);
    return found == waiting_by_source_.end() ? 0 : found->second;
}

bool Admission::is_paused(const std::string& source, Time now) const
{
    const auto known = sources_.find(source);
    return known != sources_.end() && now < known->second.paused_until;
}

void Admission::count_in(Id id, const std::string& source)
{
    waiting_.emplace(id, source);
    ++waiting_by_source_[source];
}

Admission::Verdict Admission::enter_called(Id id, const std::string& source, Time now)
{
    Verdict verdict;
    if (is_paused(source, now)) {
        verdict.reason = k_too_many_wrong;
    } else if (waiting_from(source) >= limits_.unauthenticated_per_source ||
               waiting_.size() >= limits_.unauthenticated) {
        verdict.reason = "too many others that have not logged in yet";
    } else {
        count_in(id, source);
        verdict.accepted = true;
    }
    return verdict;
}

Admission::Verdict Admission::enter(Id id, const std::string& source, Time now)
{
    Verdict verdict;
    if (is_paused(source, now)) {
        verdict.reason = k_too_many_wrong;
        return verdict;
    }

    if (waiting_from(source) >= limits_.unauthenticated_per_source) {
        const auto oldest = std::find_if(waiting_.begin(), waiting_.end(),
                                         [&](const auto& entry) { return entry.second == source; });
        verdict.dropped.push_back(oldest->first);
    } else if (waiting_.size() >= limits_.unauthenticated) {
        verdict.dropped.push_back(most_crowded_victim());
    } else if (waiting_.size() >= limits_.early_drop_from && largest_crowd() > 1 &&
               random_(limits_.unauthenticated) < waiting_.size()) {
        verdict.dropped.push_back(most_crowded_victim());
    }
    for (const Id victim : verdict.dropped) {
        leave(victim);
    }
    count_in(id, source);
    verdict.accepted = true;
    return verdict;
}

std::size_t Admission::largest_crowd() const
{
    std::size_t crowd = 0;
    for (const auto& [name, count] : waiting_by_source_) {
        crowd = std::max(crowd, count);
    }
    return crowd;
}

Admission::Id Admission::most_crowded_victim()
{
    const std::size_t crowd = largest_crowd();
    std::vector<Id> candidates;
    for (const auto& [id, name] : waiting_) {
        if (waiting_from(name) == crowd) {
            candidates.push_back(id);
        }
    }
    return candidates[random_(candidates.size())];
}

void Admission::leave(Id id)
{
    const auto entry = waiting_.find(id);
    if (entry == waiting_.end()) {
        return;
    }
    const auto count = waiting_by_source_.find(entry->second);
    if (--count->second == 0) {
        waiting_by_source_.erase(count);
    }
    waiting_.erase(entry);
}

Admission::Source& Admission::source_of(const std::string& name)
{
    const auto found = sources_.find(name);
    if (found != sources_.end()) {
        return found->second;
    }
    if (sources_.size() >= limits_.sources) {
        const auto idle = std::find_if(by_age_.begin(), by_age_.end(), [&](const auto& old) {
            return sources_.at(old).judging == 0;
        });
        if (idle != by_age_.end()) {
            sources_.erase(*idle);
            by_age_.erase(idle);
        }
    }
    Source& source = sources_[name];
    source.age = by_age_.insert(by_age_.end(), name);
    return source;
}

void Admission::forget_old_wrongs(Source& source, Time now) const
{
    while (!source.wrong.empty() && now - source.wrong.front() >= limits_.wrong_secrets_within) {
        source.wrong.pop_front();
    }
    // The length of the pause decays by one doubling for each longest pause without a wrong secret.
    while (source.pauses > 0 && now - source.last_wrong >= limits_.longest_pause) {
        --source.pauses;
        source.last_wrong += limits_.longest_pause;
    }
}

bool Admission::begin_judging(const std::string& name, Time now)
{
    Source& source = source_of(name);
    forget_old_wrongs(source, now);
    if (now < source.paused_until ||
        source.wrong.size() + source.judging >= limits_.wrong_secrets) {
        return false;
    }
    ++source.judging;
    return true;
}

void Admission::judged_wrong(const std::string& name, Time now)
{
    Source& source = source_of(name);
    source.judging -= source.judging > 0 ? 1 : 0;
    forget_old_wrongs(source, now);
    source.wrong.push_back(now);
    source.last_wrong = now;
    by_age_.splice(by_age_.end(), by_age_, source.age);
    if (source.wrong.size() < limits_.wrong_secrets) {
        return;
    }
    const auto doublings = std::min(source.pauses, 16U);
    const std::chrono::seconds doubled = limits_.first_pause * (1L << doublings);
    const auto pause = std::min(doubled, limits_.longest_pause);
    source.paused_until = now + pause;
    ++source.pauses;
    source.wrong.clear();
}

void Admission::judged_right(const std::string& name) { not_judged(name); }

void Admission::not_judged(const std::string& name)
{
    const auto found = sources_.find(name);
    if (found == sources_.end()) {
        return;
    }
    Source& source = found->second;
    source.judging -= source.judging > 0 ? 1 : 0;
    if (source.judging == 0 && source.wrong.empty() && source.pauses == 0) {
        by_age_.erase(source.age);
        sources_.erase(found);
    }
}

} // namespace gds
