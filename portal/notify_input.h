// SPDX-License-Identifier: GPL-2.0-or-later
// NotifyInput: input by D-Bus calls, in the words of whoever holds the session (NotifyCalls). Main
// thread.
//
// The portal serves each call on a thread of its own, so two that are under way together may change
// places: the next one is sent when the last one was answered.
#pragma once

#include "base/sdbus_compat.h"
#include "portal/remote_input.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace gds {

class NotifyCalls {
public:
    virtual ~NotifyCalls() = default;

    // Where the calls go.
    virtual sdbus::IProxy& object() = 0;

    virtual sdbus::MethodCall key_code(std::uint32_t evdev_code, KeyState state) = 0;
    virtual sdbus::MethodCall key_sym(std::uint32_t keysym, KeyState state) = 0;
    virtual sdbus::MethodCall pointer_button(std::uint32_t evdev_button, KeyState state) = 0;
    // Made one after the other. Nothing for an output that is not there.
    virtual std::vector<sdbus::MethodCall> pointer_to(const OutputLayout::StreamPoint& point) = 0;
    virtual sdbus::MethodCall pointer_by(double dx, double dy) = 0;
    virtual sdbus::MethodCall wheel(WheelAxis axis, std::int32_t clicks) = 0;
};

class NotifyInput final : public RemoteInput {
public:
    explicit NotifyInput(std::unique_ptr<NotifyCalls> calls);
    ~NotifyInput() override;

    void begin(Events events) override { events_ = std::move(events); }
    bool busy() const override;
    bool codes_only() const override { return false; }
    void expect_pointer() override {} // the first call makes one

    void key_code(std::uint32_t evdev_code, KeyState state) override;
    void key_sym(std::uint32_t keysym, KeyState state) override;
    void pointer_button(std::uint32_t evdev_button, KeyState state) override;
    void pointer_to(const OutputLayout::StreamPoint& point) override;
    void pointer_by(double dx, double dy) override;
    void wheel(WheelAxis axis, std::int32_t clicks) override;

private:
    struct Link;

    template <typename Make>
    void send(Make make);
    void send_next();
    void take_answer();

    std::unique_ptr<NotifyCalls> calls_;
    Events events_;
    std::deque<sdbus::MethodCall> waiting_;
    std::shared_ptr<Link> link_;
};

} // namespace gds
