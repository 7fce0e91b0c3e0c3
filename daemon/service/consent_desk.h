// SPDX-License-Identifier: GPL-2.0-or-later
// ConsentDesk: asks the person at the desk by a notification with buttons. Owned by main; main
// thread.
//
// Nobody is pestered: one question of a source at a time, a few in all; who was not let in is not
// asked for again for a while, and after some in a row nobody is.
#pragma once

#include "server/consent.h"
#include "service/notifications.h"

#include <chrono>
#include <map>
#include <set>
#include <string>

namespace gds {

class ConsentDesk final : public Consent {
public:
    // Both outlive it.
    ConsentDesk(sdbus::IConnection& connection, Notifications& notifications);

    // Is somebody else at the desk now?
    void set_away(bool away) { away_ = away; }

    Task<std::string> obstacle(std::string source) override;
    Task<ConsentAnswer> ask(ConsentQuestion question) override;

private:
    std::string surfeit(const std::string& source);
    Task<std::string> absence();
    void note_absence(const sdbus::Error& error);
    void rest(const std::string& source);
    Task<ConsentAnswer> ask_person(ConsentQuestion question);

    sdbus::IConnection& connection_;
    Notifications& notifications_;
    std::set<std::string> asking_for_; // sources
    std::map<std::string, std::chrono::steady_clock::time_point> peace_until_;
    unsigned refused_in_a_row_ = 0;
    bool away_ = false;
    bool nobody_told_ = false; // that nobody can be asked stands in the log
};

} // namespace gds
