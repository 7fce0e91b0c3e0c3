// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/presence_notes.h"

#include "base/log.h"
#include "base/text.h"
#include "base/translate.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gds {
namespace {

constexpr const char* k_disconnect = "disconnect";

Notifications::Note note_about(const ClientInfo& client)
{
    const std::string who = client.user.empty() ? _("Somebody") : printable(client.user);
    Notifications::Note note;
    note.summary = client.view_only ? format_text(_("%s sees this desktop"), who.c_str())
                                    : format_text(_("%s controls this desktop"), who.c_str());
    note.body = format_text(_("Connected from %s."), client.address.c_str());
    note.buttons = {{k_disconnect, _("Disconnect")}};
    note.resident = true;
    return note;
}

} // namespace

PresenceNotes::PresenceNotes(Notifications& notifications, ServerControl& server)
    : notifications_(notifications), server_(server)
{}

void PresenceNotes::look()
{
    const auto clients = server_.clients();
    std::erase_if(notes_, [&](const auto& note) {
        return std::ranges::find(clients, note.first, &ClientInfo::number) == clients.end();
    });
    for (const auto& client : clients) {
        auto& shown = notes_[client.number];
        if (client.state == "connected" && (!shown.task || shown.view_only != client.view_only)) {
            shown = {client.view_only, std::make_unique<TaskScope>()};
            shown.task->spawn(show(client));
        }
    }
}

Task<> PresenceNotes::show(ClientInfo client)
{
    std::string button;
    try {
        auto note = note_about(client);
        button = co_await notifications_.ask(std::move(note));
    } catch (const sdbus::Error& error) {
        log_debug(std::string{"nobody can be told who is connected: "} + error.what());
    }
    if (button == k_disconnect) {
        server_.disconnect(client.number, {});
    }
}

} // namespace gds
