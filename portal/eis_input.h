// SPDX-License-Identifier: GPL-2.0-or-later
// EisInput: input by a connection to the compositor's own input server (EIS), which libei speaks.
// Only where libei is built in (GDS_HAVE_LIBEI). Main thread.
//
// Devices come, go and pause as the compositor likes. Those that are wanted, the keyboard at the
// start and the pointer when somebody uses it, have to come within a time, or the connection is of
// no use and ends. Later, events wait a moment for a device that went (Mutter makes the keyboard
// anew for another keymap, and the pointers for other monitors), and are lost where it does not
// come back.
#pragma once

#include "base/bus_call.h"
#include "base/source.h"
#include "base/unique_fd.h"
#include "portal/desktop_session.h"
#include "portal/eis_region.h"
#include "portal/remote_input.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct ei;
struct ei_device;
struct ei_event;
struct ei_seat;

namespace gds {

// `connect` is a ConnectToEIS. None, and the reason in the log, when the desktop has no such
// connection: the Notify methods are to be used then.
Task<UniqueFd> connect_to_eis(sdbus::IProxy& object, sdbus::MethodCall connect);

class EisInput final : public RemoteInput {
public:
    EisInput(UniqueFd connection, InputGrant granted);
    ~EisInput() override;
    EisInput(const EisInput&) = delete;
    EisInput& operator=(const EisInput&) = delete;

    void begin(Events events) override;
    bool busy() const override { return waits_for_devices_ || waits_for_answer_; }
    bool codes_only() const override { return true; }
    void expect_pointer() override;

    void key_code(std::uint32_t evdev_code, KeyState state) override;
    void key_sym(std::uint32_t, KeyState) override {} // there is no such event
    void pointer_button(std::uint32_t evdev_button, KeyState state) override;
    void pointer_to(const OutputLayout::StreamPoint& point) override;
    void pointer_by(double dx, double dy) override;
    void wheel(WheelAxis axis, std::int32_t clicks) override;

private:
    struct Unref {
        void operator()(ei* context) const;
        void operator()(ei_seat* seat) const;
        void operator()(ei_device* device) const;
        void operator()(ei_event* event) const;
    };
    struct Device {
        std::unique_ptr<ei_device, Unref> handle;
        bool resumed = false;
        bool has_keymap = false;
    };

    void watch(int descriptor);
    bool open();
    bool hung_up() const;
    void dispatch();
    void take(ei_event* event);
    void bind(ei_seat* seat);
    void take_resumed(Device& device);
    void take_away(ei_device* handle, bool for_good);
    void end(const std::string& why);
    void look_at_devices();
    bool complete() const;
    void wait_for_devices(std::chrono::milliseconds limit);
    ei_device* first_with(int capability) const;
    ei_device* for_buttons(int capability) const;
    void finish(ei_device* device);

    UniqueFd connection_;
    const InputGrant granted_;
    Events events_;
    std::unique_ptr<ei, Unref> ei_;
    std::vector<std::unique_ptr<ei_seat, Unref>> seats_;
    std::vector<Device> devices_;
    std::uint32_t sequence_ = 0;
    bool waits_for_devices_ = true;
    bool waits_for_answer_ = false;
    bool connected_ = false; // the handshake is over
    bool pointer_wanted_ = false;
    bool begun_ = false; // all that are wanted were there once
    bool ended_ = false;
    Source readable_;
    Source patience_;
    Source ending_;
};

} // namespace gds
