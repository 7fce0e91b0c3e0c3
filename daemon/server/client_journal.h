// SPDX-License-Identifier: GPL-2.0-or-later
// What the journal is told about one client: one record per fact, with the fields that scripts go
// by. Owned by the client.
#pragma once

#include "base/log.h"
#include "rfb/identity.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace gds {

enum class ClientRights { view, control };

// How somebody is called who may have no name.
std::string in_a_sentence(const Identity& identity);

class ClientJournal {
public:
    ClientJournal(unsigned number, std::string peer);

    // Known from then on. `called`: how he is called in a sentence, where he may have no name.
    void set_identity(std::string user, std::string called, std::string security);

    // Only for --verbose.
    void opened() const;
    void logged_in(ClientRights rights) const;
    // The access rules spoke: "is refused".
    void judged(const std::string& verdict, const std::string& because) const;
    // The person at the desk is asked, and has answered: "allowed".
    void asked() const;
    void answered(const std::string& answer) const;
    void rights_changed(ClientRights rights) const;
    void refused(const std::string& stage, const std::string& why) const;
    struct Traffic {
        std::uint64_t sent;
        std::uint64_t received;
    };
    void ended(const std::string& why, Traffic traffic) const;

private:
    std::vector<LogField> fields(std::vector<LogField> more) const;

    std::string number_;
    std::string peer_;
    std::string user_;
    std::string called_;
    std::string security_;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

// One that never became a client.
void journal_turned_away(unsigned number, const std::string& peer, const std::string& why);
void journal_left_out(const std::string& source);

} // namespace gds
