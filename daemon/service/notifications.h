// SPDX-License-Identifier: GPL-2.0-or-later
// Notifications: messages with buttons to the person at the desk, by org.freedesktop.Notifications
// (Desktop Notifications Specification 1.2). Main thread.
#pragma once

#include "base/bus_call.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gds {

class Notifications {
public:
    struct Note {
        std::string summary; // plain text, as all of it
        std::string body;
        // Words that ask() returns, each with its label.
        std::vector<std::pair<std::string, std::string>> buttons;
        bool urgent = false; // stays until it is answered
        bool resident = false; // stays after a button was pressed, and out of the way
    };

    explicit Notifications(sdbus::IConnection& connection);
    ~Notifications();
    Notifications(const Notifications&) = delete;
    Notifications& operator=(const Notifications&) = delete;

    // The service can show buttons. Throws sdbus::Error where there is no service.
    Task<bool> shows_buttons();
    // Shows it and waits: the word of the button, or an empty one when it was put away. Dropping
    // the Task takes it off the screen. Throws sdbus::Error where there is no service.
    Task<std::string> ask(Note note);

private:
    struct Desk;
    struct Showing;

    std::shared_ptr<Desk> desk_;
    std::vector<sdbus::Slot> matches_;
};

} // namespace gds
