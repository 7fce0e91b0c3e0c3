// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/client_journal.h"

#include "base/text.h"
#include "server/journal_ids.h"

#include <iterator>
#include <utility>

namespace gds {

namespace {

const char* word_for(ClientRights rights)
{
    return rights == ClientRights::control ? "control" : "view";
}

} // namespace

std::string in_a_sentence(const Identity& identity)
{
    switch (identity.kind) {
    case IdentityKind::vnc_password:
        return "somebody with the VNC password";
    case IdentityKind::anonymous:
        return "somebody without a name";
    default:
        return printable(identity.name);
    }
}

ClientJournal::ClientJournal(unsigned number, std::string peer)
    : number_(std::to_string(number)), peer_(std::move(peer))
{}

void ClientJournal::set_identity(std::string user, std::string called, std::string security)
{
    user_ = std::move(user);
    called_ = std::move(called);
    security_ = std::move(security);
}

std::vector<LogField> ClientJournal::fields(std::vector<LogField> more) const
{
    more.push_back({"RFB_PEER", peer_});
    more.push_back({"RFB_CLIENT", number_});
    if (!called_.empty()) {
        more.push_back({"RFB_USER", user_});
        more.push_back({"RFB_SECURITY", security_});
    }
    return more;
}

void ClientJournal::opened() const { log_debug("connection from " + peer_, fields({})); }

void ClientJournal::logged_in(ClientRights rights) const
{
    log_info(called_ + " logged in from " + peer_ +
                 (rights == ClientRights::view ? " and can only look" : ""),
             fields({{"MESSAGE_ID", k_record_logged_in}, {"RFB_RIGHTS", word_for(rights)}}));
}

void ClientJournal::judged(const std::string& verdict, const std::string& because) const
{
    log_info(called_ + " at " + peer_ + " " + verdict + ": " + because,
             fields({{"RFB_REASON", because}}));
}

void ClientJournal::asked() const
{
    log_info(called_ + " at " + peer_ + ": the person at the desk is asked", fields({}));
}

void ClientJournal::answered(const std::string& answer) const
{
    log_info(called_ + " at " + peer_ + ": the person at the desk was asked: " + answer,
             fields({{"MESSAGE_ID", k_record_consent}, {"RFB_REASON", answer}}));
}

void ClientJournal::rights_changed(ClientRights rights) const
{
    log_info(called_ + " at " + peer_ +
                 (rights == ClientRights::view ? " can only look now" : " can control now"),
             fields({{"MESSAGE_ID", k_record_rights}, {"RFB_RIGHTS", word_for(rights)}}));
}

void ClientJournal::refused(const std::string& stage, const std::string& why) const
{
    const std::string who = called_.empty() ? std::string{} : called_ + " at ";
    log_info(who + peer_ + ": ended at stage " + stage + ": " + why,
             fields({{"MESSAGE_ID", k_record_refused}, {"RFB_STAGE", stage}, {"RFB_REASON", why}}));
}

void ClientJournal::ended(const std::string& why, Traffic traffic) const
{
    const auto lasted =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - since_);
    const std::string seconds = std::to_string(lasted.count());
    const std::string sent = std::to_string(traffic.sent);
    const std::string received = std::to_string(traffic.received);
    log_info(called_ + " at " + peer_ + ": session ended after " + seconds + " s, " + sent +
                 " octets sent and " + received + " received: " + why,
             fields({{"MESSAGE_ID", k_record_ended},
                     {"RFB_REASON", why},
                     {"RFB_DURATION", seconds},
                     {"RFB_BYTES_SENT", sent},
                     {"RFB_BYTES_RECEIVED", received}}));
}

void journal_turned_away(unsigned number, const std::string& peer, const std::string& why)
{
    log_info("refused " + peer + ": " + why, {{"MESSAGE_ID", k_record_refused},
                                              {"RFB_PEER", peer},
                                              {"RFB_CLIENT", std::to_string(number)},
                                              {"RFB_STAGE", "accept"},
                                              {"RFB_REASON", why}});
}

void journal_left_out(const std::string& source)
{
    log_warning("more about " + source + " is left out for up to a minute",
                {{"MESSAGE_ID", k_record_left_out}, {"RFB_SOURCE", source}});
}

} // namespace gds
