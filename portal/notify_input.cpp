// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/notify_input.h"

#include "base/bus_call.h"
#include "base/log.h"

#include <string>

namespace gds {

// Outlives the input while an answer is under way.
struct NotifyInput::Link {
    NotifyInput* input = nullptr;
    bool in_flight = false;
    bool complained = false;

    void complain(const std::string& call, const sdbus::Error& error)
    {
        if (!std::exchange(complained, true)) {
            log_warning("the desktop refused input (" + call + "): " + error.what());
        }
    }
};

NotifyInput::NotifyInput(std::unique_ptr<NotifyCalls> calls)
    : calls_(std::move(calls)), link_(std::make_shared<Link>())
{
    link_->input = this;
}

NotifyInput::~NotifyInput() { link_->input = nullptr; }

bool NotifyInput::busy() const { return link_->in_flight || !waiting_.empty(); }

// `make` gives calls that are sent one after the other.
template <typename Make>
void NotifyInput::send(Make make)
{
    try {
        for (auto& call : make()) {
            waiting_.push_back(std::move(call));
        }
    } catch (const sdbus::Error& error) {
        link_->complain("a call", error);
    }
    send_next();
}

void NotifyInput::send_next()
{
    while (!link_->in_flight && !waiting_.empty()) {
        const auto call = std::move(waiting_.front());
        waiting_.pop_front();
        BusNotice notice;
        notice.on_error = [link = link_, method = std::string{call.getMemberName()}](
                              const sdbus::Error& error) { link->complain(method, error); };
        notice.on_done = [link = link_] {
            link->in_flight = false;
            if (link->input != nullptr) {
                link->input->take_answer();
            }
        };
        try {
            notify_bus(calls_->object(), call, std::move(notice));
            link_->in_flight = true;
        } catch (const sdbus::Error& error) {
            link_->complain("a call", error);
        }
    }
}

void NotifyInput::take_answer()
{
    send_next();
    if (!busy() && events_.on_ready) {
        events_.on_ready();
    }
}

void NotifyInput::key_code(std::uint32_t evdev_code, KeyState state)
{
    send([&] { return std::vector{calls_->key_code(evdev_code, state)}; });
}

void NotifyInput::key_sym(std::uint32_t keysym, KeyState state)
{
    send([&] { return std::vector{calls_->key_sym(keysym, state)}; });
}

void NotifyInput::pointer_button(std::uint32_t evdev_button, KeyState state)
{
    send([&] { return std::vector{calls_->pointer_button(evdev_button, state)}; });
}

void NotifyInput::pointer_to(const OutputLayout::StreamPoint& point)
{
    send([&] { return calls_->pointer_to(point); });
}

void NotifyInput::pointer_by(double dx, double dy)
{
    send([&] { return std::vector{calls_->pointer_by(dx, dy)}; });
}

void NotifyInput::wheel(WheelAxis axis, std::int32_t clicks)
{
    send([&] { return std::vector{calls_->wheel(axis, clicks)}; });
}

} // namespace gds
