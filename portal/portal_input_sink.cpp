// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/portal_input_sink.h"

#include "base/log.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gds {
namespace {

constexpr std::chrono::milliseconds k_warm_up{300};
constexpr int k_most_wheel_steps = 100;

constexpr std::uint32_t k_keysym_shift = 0xffe1;
constexpr std::uint32_t k_code_shift = 42; // evdev

InputKind kind_of(KeyState state)
{
    return state == KeyState::pressed ? InputKind::press : InputKind::release;
}

// Key codes, keysyms and buttons have numbers of their own.
constexpr std::uint64_t k_code = 1ULL << 32;
constexpr std::uint64_t k_keysym = 2ULL << 32;
constexpr std::uint64_t k_button = 3ULL << 32;

} // namespace

PortalInputSink::PortalInputSink(sdbus::IConnection& connection, Events events)
    : told_(std::move(events)), mutter_(connection, [this](const LockKeys& locks) {
          typing_.keyboard().set_locks(locks);
          told_locks_ = locks;
          told_.on_lock_keys(locks);
      })
{}

PortalInputSink::~PortalInputSink() { detach(); }

void PortalInputSink::attach(Session session)
{
    detach();
    session_ = std::move(session);
    keyboard_.granted = session_->keyboard;
    pointer_.granted = session_->pointer;
    sender_ = 0;
    RemoteInput::Events events;
    events.on_ready = [this] { pump(); };
    events.on_keymap = [this](const std::string& text) { return take_keymap(text); };
    events.on_group = [this](std::uint32_t group) { typing_.keyboard().set_group(group); };
    events.on_keys_up = [this] {
        steps_.clear();
        typing_.forget_held();
    };
    events.on_ended = [this] { told_.on_input_ended(); };
    if (keyboard_.granted) {
        if (!session_->input->codes_only()) {
            keymap_ = std::make_unique<WaylandKeymap>(
                [this](const std::string& text) { take_keymap(text); });
        }
        mutter_.look();
        for (const auto state : {KeyState::pressed, KeyState::released}) {
            events_.push({InputKind::release, InputDevice::none, 0,
                          [this, state] { send_harmless_key(state); }, sender_});
        }
        warm_up(keyboard_);
    }
    session_->input->begin(std::move(events));
    pump();
}

void PortalInputSink::send_harmless_key(KeyState state)
{
    if (session_->input->codes_only()) {
        session_->input->key_code(k_code_shift, state);
    } else {
        session_->input->key_sym(k_keysym_shift, state);
    }
}

bool PortalInputSink::take_keymap(const std::string& text)
{
    const bool taken = typing_.keyboard().set_keymap(text);
    if (!taken) {
        log_warning("the compositor's keymap cannot be read");
    }
    tell_group();
    if (told_locks_) {
        typing_.keyboard().set_locks(*told_locks_);
    }
    return taken;
}

void PortalInputSink::detach()
{
    keyboard_ = Device{};
    pointer_ = Device{};
    events_.clear();
    steps_.clear();
    keymap_.reset();
    typing_.forget_held();
    typing_.keyboard().forget_keymap();
    session_.reset();
}

void PortalInputSink::warm_up(Device& device)
{
    if (!device.warm_up) {
        if (&device == &pointer_) {
            session_->input->expect_pointer();
        }
        device.warm_up = call_after(k_warm_up, [this, &device] {
            device.ready = true;
            pump();
        });
    }
}

// False: there is no room.
bool PortalInputSink::push(InputKind kind, InputDevice device, std::uint64_t what,
                           std::function<void()> send)
{
    const bool taken = events_.push({kind, device, what, std::move(send), sender_});
    pump();
    return taken;
}

bool PortalInputSink::is_ready(InputDevice device) const
{
    return device == InputDevice::none ||
           (device == InputDevice::keyboard ? keyboard_ : pointer_).ready;
}

void PortalInputSink::pump()
{
    while (session_ && !session_->input->busy() && send_next()) {
    }
}

// False: there is nothing that may be sent now.
bool PortalInputSink::send_next()
{
    if (!steps_.empty()) {
        const auto step = steps_.front();
        steps_.pop_front();
        send_key(step);
    } else if (events_.next() != nullptr && is_ready(events_.next()->waits_for)) {
        const auto event = events_.take();
        event.send();
    } else {
        return false;
    }
    return true;
}

void PortalInputSink::send_key(const KeyTyping::Step& step)
{
    if (step.by == KeyTyping::Step::By::code) {
        session_->input->key_code(step.number, step.state);
    } else {
        session_->input->key_sym(step.number, step.state);
    }
    // Also where nobody else tells: as far as our own keys go.
    const auto locks = typing_.keyboard().locks();
    if (typing_.keyboard().known() && locks != told_locks_.value_or(LockKeys{})) {
        told_locks_ = locks;
        told_.on_lock_keys(locks);
    }
}

void PortalInputSink::set_group(std::optional<std::uint32_t> group)
{
    group_ = group;
    tell_group();
}

// Where the compositor finds no keys for keysyms, one is guessed rather than none used.
void PortalInputSink::tell_group()
{
    const bool guess = session_ && session_->input->codes_only() && !group_;
    typing_.keyboard().set_group(guess ? 0 : group_);
}

// What steps a key takes turns on what was sent before it, and is asked when its turn has come.
bool PortalInputSink::push_key(KeyState state, std::uint64_t what,
                               std::function<KeyTyping::Steps()> steps)
{
    return keyboard_.granted &&
           push(kind_of(state), InputDevice::keyboard, what, [this, steps = std::move(steps)] {
               const auto next = steps();
               steps_.assign(next.begin(), next.end());
           });
}

bool PortalInputSink::key_code(std::uint32_t evdev_code, KeyState state)
{
    return push_key(state, k_code | evdev_code, [this, sender = sender_, evdev_code, state] {
        return typing_.key_code(sender, evdev_code, state);
    });
}

bool PortalInputSink::key_sym(std::uint32_t keysym, KeyState state)
{
    return push_key(state, k_keysym | keysym, [this, sender = sender_, keysym, state] {
        return typing_.key_sym(sender, keysym, state);
    });
}

bool PortalInputSink::key(std::uint32_t evdev_code, std::uint32_t keysym, KeyState state)
{
    return push_key(state, k_code | evdev_code,
                    [this, sender = sender_, evdev_code, keysym, state] {
                        return typing_.key(sender, evdev_code, keysym, state);
                    });
}

void PortalInputSink::pointer_motion(Point position)
{
    if (pointer_.granted) {
        warm_up(pointer_);
        push(InputKind::motion, InputDevice::none, 0, [this, position] { send_motion(position); });
    }
}

void PortalInputSink::pointer_relative(int dx, int dy)
{
    if (pointer_.granted) {
        warm_up(pointer_);
        push(InputKind::wheel, InputDevice::pointer, 0,
             [this, dx, dy] { session_->input->pointer_by(dx, dy); });
    }
}

bool PortalInputSink::pointer_button(std::uint32_t evdev_button, KeyState state)
{
    if (!pointer_.granted) {
        return false;
    }
    warm_up(pointer_);
    return push(
        kind_of(state), InputDevice::pointer, k_button | evdev_button,
        [this, evdev_button, state] { session_->input->pointer_button(evdev_button, state); });
}

void PortalInputSink::pointer_wheel(int dx, int dy)
{
    if (!pointer_.granted) {
        return;
    }
    warm_up(pointer_);
    for (const auto& [axis, steps] :
         {std::pair{WheelAxis::vertical, dy}, {WheelAxis::horizontal, dx}}) {
        const std::int32_t bounded = std::clamp(steps, -k_most_wheel_steps, k_most_wheel_steps);
        if (bounded != 0) {
            push(InputKind::wheel, InputDevice::pointer, 0,
                 [this, which = axis, bounded] { session_->input->wheel(which, bounded); });
        }
    }
}

void PortalInputSink::send_motion(Point position)
{
    if (const auto target = layout_.map(position)) {
        session_->input->pointer_to(*target);
    }
}

} // namespace gds
