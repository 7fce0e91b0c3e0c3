// SPDX-License-Identifier: GPL-2.0-or-later
// Asking: what one client sees while the person at the desk is asked about him, and a moment longer
// when he is not let in. Owned by the client; main thread.
#pragma once

#include "base/source.h"
#include "base/task_scope.h"
#include "desktop/frame.h"
#include "server/consent.h"

#include <chrono>
#include <functional>
#include <string>

namespace gds {

class Asking {
public:
    struct Events {
        std::function<void()> on_card_changed;
        std::function<void(const ConsentAnswer&)> on_answer;
        // The refusal on the card can have been read.
        std::function<void()> on_read;
    };

    explicit Asking(Events events) : events_(std::move(events)) {}

    void begin(Consent& consent, ConsentQuestion question, std::chrono::milliseconds limit,
               Size size);
    void show_refusal(const std::string& reason, std::chrono::milliseconds time);
    // The question goes, the card stays: what is behind it is not for him. Also from within
    // on_answer, as the next.
    void withdraw();
    // He may come in: the card goes, too.
    void end();

    // Null: nobody is asked.
    const FramePtr& card() const { return card_; }

private:
    Task<> ask(Consent& consent, ConsentQuestion question, std::chrono::milliseconds limit);
    void show(Size size, const std::string& title, const std::string& sentence);

    Events events_;
    FramePtr card_;
    Source card_read_;
    TaskScope tasks_;
};

} // namespace gds
