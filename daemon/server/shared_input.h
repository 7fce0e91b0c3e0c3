// SPDX-License-Identifier: GPL-2.0-or-later
// SharedInput: the one keyboard and the one pointer of the desktop among many clients, each of whom
// has an InputDoor. Owned by the screen; main thread.
//
// What a client holds of the modifiers is up while another one types or clicks, and down again when
// its owner goes on. Who has the pointer keeps it until he has left it alone for a moment.
#pragma once

#include "desktop/input_sink.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace gds {

struct SharedInputTimes {
    // The pointer is left alone when nothing came for so long,
    std::chrono::milliseconds pointer{500};
    // with a button down: for so long.
    std::chrono::milliseconds button{10'000};
};

class SharedInput {
public:
    // `desktop` outlives it.
    explicit SharedInput(InputSink& desktop, SharedInputTimes times = {})
        : desktop_(desktop), times_(times)
    {}
    SharedInput(const SharedInput&) = delete;
    SharedInput& operator=(const SharedInput&) = delete;

private:
    friend class InputDoor;
    using Clock = std::chrono::steady_clock;
    enum class Kind : std::uint8_t { code, keysym };
    using Key = std::pair<Kind, std::uint32_t>;

    // `keysym`: of a key code, what it writes on the client's keyboard; 0: not told.
    bool key(unsigned client, const Key& key, KeyState state, std::uint32_t keysym = 0);
    bool button(unsigned client, std::uint32_t evdev_button, KeyState state);
    void motion(unsigned client, Point position);
    void relative(unsigned client, int dx, int dy);
    void wheel(unsigned client, int dx, int dy);
    void drop_waiting(unsigned client) { desktop_.drop_waiting(client); }
    void leave(unsigned client);

    static bool is_modifier(const Key& key);
    bool tell(unsigned client, const Key& key, KeyState state, std::uint32_t keysym = 0);
    void take_keyboard(unsigned client);
    void put_up(unsigned owner, const Key& key);
    bool take_pointer(unsigned client);

    InputSink& desktop_;
    const SharedInputTimes times_;
    std::map<Key, unsigned> down_; // and who pressed it last
    std::map<unsigned, std::set<Key>> put_up_; // modifiers that their owners hold nevertheless
    unsigned keyboard_ = 0; // who typed last
    std::map<std::uint32_t, unsigned> buttons_;
    unsigned pointer_ = 0; // who has it
    Clock::time_point pointer_used_{};
};

// One client's way to it. What he holds there is released when it is dropped.
class InputDoor final : public InputSink {
public:
    // `client` is not 0.
    InputDoor(SharedInput& shared, unsigned client) : shared_(shared), client_(client) {}
    InputDoor(const InputDoor&) = delete;
    InputDoor& operator=(const InputDoor&) = delete;
    ~InputDoor() override { shared_.leave(client_); }

    // Unix time in seconds; 0: there was none.
    std::int64_t last_input() const { return last_input_; }
    // What he has sent and is not done yet is not done.
    void forget_waiting() { shared_.drop_waiting(client_); }

    bool key_code(std::uint32_t evdev_code, KeyState state) override;
    bool key_sym(std::uint32_t keysym, KeyState state) override;
    bool key(std::uint32_t evdev_code, std::uint32_t keysym, KeyState state) override;
    bool pointer_button(std::uint32_t evdev_button, KeyState state) override;
    void pointer_motion(Point position) override;
    void pointer_relative(int dx, int dy) override;
    void pointer_wheel(int dx, int dy) override;

private:
    void note();

    SharedInput& shared_;
    const unsigned client_;
    std::int64_t last_input_ = 0;
};

} // namespace gds
