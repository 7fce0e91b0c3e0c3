// SPDX-License-Identifier: GPL-2.0-or-later
// Who may knock: limits on connections that have not logged in, and what wrong secrets cost their
// source. Pure logic over a clock value; owned by the server, main thread.
//
// A source is what Accepted::source says: an IPv4 address, an IPv6 /64, "unix". Sessions are not in
// here: a flood or a guesser never touches who is already in.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace gds {

struct AdmissionLimits {
    std::size_t unauthenticated = 100;
    std::size_t unauthenticated_per_source = 10;
    // From here on a new connection may cost a random one of the most crowded source its place.
    std::size_t early_drop_from = 10;
    std::size_t wrong_secrets = 5;
    std::chrono::seconds wrong_secrets_within{15};
    std::chrono::seconds first_pause{10};
    std::chrono::seconds longest_pause{600};
    std::size_t sources = 65'536;
};

class Admission {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Id = std::uint64_t;
    // A number in [0, bound).
    using Random = std::function<std::size_t(std::size_t bound)>;

    explicit Admission(AdmissionLimits limits = {}, Random random = {});

    struct Verdict {
        bool accepted = false;
        // Why not, for the log.
        std::string reason;
        // Connections that lose their place to this one.
        std::vector<Id> dropped;
    };
    // A connection was accepted by the kernel. Accepted ones stay counted until leave().
    Verdict enter(Id id, const std::string& source, Time now);
    // The same for somebody whom we have called: nobody loses his place to him.
    Verdict enter_called(Id id, const std::string& source, Time now);
    // It logged in or ended. Once per accepted id; unknown ids are ignored.
    void leave(Id id);

    // A secret is about to be judged. False: the source has used up its budget. Every true is
    // followed by one of the three ends below.
    bool begin_judging(const std::string& source, Time now);
    void judged_wrong(const std::string& source, Time now);
    void judged_right(const std::string& source);
    void not_judged(const std::string& source);

    std::size_t unauthenticated() const { return waiting_.size(); }
    std::size_t known_sources() const { return sources_.size(); }

private:
    struct Source {
        std::deque<Time> wrong;
        std::size_t judging = 0;
        unsigned pauses = 0;
        Time paused_until{};
        Time last_wrong{};
        std::list<std::string>::iterator age;
    };
    bool is_paused(const std::string& source, Time now) const;
    void count_in(Id id, const std::string& source);
    Source& source_of(const std::string& name);
    void forget_old_wrongs(Source& source, Time now) const;
    std::size_t largest_crowd() const;
    Id most_crowded_victim();
    std::size_t waiting_from(const std::string& source) const;

    AdmissionLimits limits_;
    Random random_;
    std::map<Id, std::string> waiting_; // oldest first: ids grow
    std::unordered_map<std::string, std::size_t> waiting_by_source_;
    std::unordered_map<std::string, Source> sources_;
    std::list<std::string> by_age_; // least recently wrong first
};

} // namespace gds
