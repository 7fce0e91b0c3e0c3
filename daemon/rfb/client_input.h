// SPDX-License-Identifier: GPL-2.0-or-later
// One client's keys and pointer on their way to the desktop: what it holds down, and the
// translation of keysyms, XT keycodes and button masks (RFC 6143, 7.5.4 and 7.5.5; rfbproto for the
// extensions). Owned by the session; what is held is released when it is dropped.
#pragma once

#include "rfb/pointer_lock.h"
#include "rfb/session_host.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

namespace gds {

class ClientInput {
public:
    explicit ClientInput(SessionHost& host) : host_(host) {}
    ClientInput(const ClientInput&) = delete;
    ClientInput& operator=(const ClientInput&) = delete;
    ~ClientInput() { release_all(); }

    void key_event(std::uint32_t keysym, KeyState state);
    // QEMU Extended Key Event: by `qnum` when there is such a key, else by `keysym`.
    void extended_key_event(std::uint32_t keysym, std::uint32_t qnum, KeyState state);
    // Bits 0..8: left, middle, right, wheel up, down, left, right, back, forward. Mere motion waits
    // for flush_motion(), so that a flood of it costs one event.
    void pointer_event(Point position, unsigned buttons);
    void flush_motion();
    // So far from where the pointer is.
    void relative_pointer_event(Point by, unsigned buttons);

    void see_cursor(const Cursor& cursor) { pointer_lock_.see(cursor); }
    // An application has locked the pointer: where it is put means nothing.
    bool pointer_locked() const { return pointer_lock_.locked() && host_.may_control(); }

    void release_all();

    // Where this client put the pointer last, and when.
    const std::optional<Point>& last_position() const { return last_position_; }
    std::chrono::steady_clock::time_point last_moved() const { return last_moved_; }

private:
    bool allowed();
    void change_buttons(unsigned buttons);
    void change_button(unsigned bit, KeyState state);

    SessionHost& host_;
    std::set<std::uint32_t> held_codes_;
    std::set<std::uint32_t> held_keysyms_;
    unsigned held_buttons_ = 0;
    std::optional<Point> motion_; // not yet told
    Point relative_motion_; // likewise
    PointerLock pointer_lock_;
    std::optional<Point> last_position_;
    std::chrono::steady_clock::time_point last_moved_{};
};

} // namespace gds
