// SPDX-License-Identifier: GPL-2.0-or-later
// What a client is told of the desk: where the pointer is, how it moves, and which locks are on.
#include "session_fixture.h"

#include <thread>

namespace gds::test {
namespace {

using namespace std::chrono_literals;
using Events = std::vector<std::string>;

constexpr std::int32_t k_vmware_position = 0x574d5666;
constexpr std::int32_t k_vmware_leds = 0x574d5668;

// --- the pointer

TEST_F(SessionTest, WhoMayOnlyLookSeesThePointerInThePicture)
{
    host.control = false;
    host.set_pointer({3, 2}, {0, 0}, 0xff102030, {5, 5});
    admit();
    say(joined({set_encodings({0, -239, k_vmware_position}), request(false, k_all)}));
    const auto first = next();
    ASSERT_TRUE(first && first->has(encoding::k_cursor));
    EXPECT_EQ(first->find(encoding::k_cursor)->rect.area(), 0); // not a second one
    EXPECT_EQ(viewer.at(5, 5), 0x102030U);
    say(request(true, k_all));
    host.pointer.position = {20, 20};
    session->cursor_changed();
    ASSERT_TRUE(next_picture());
    EXPECT_EQ(viewer.at(20, 20), 0x102030U);
    EXPECT_EQ(viewer.at(5, 5), host.frame()->row(5)[5]);
    // From now on he may control.
    say(request(true, k_all));
    host.control = true;
    session->rights_changed();
    session->cursor_changed();
    const auto then = next();
    ASSERT_TRUE(then && then->has(encoding::k_cursor));
    EXPECT_EQ(then->find(encoding::k_cursor)->rect.area(), 6);
    expect_picture();
}

TEST_F(SessionTest, WhoCannotBeToldOfThePlaceSeesThatSomebodyElseMovedThePointer)
{
    limits.pointer_quiet = 50ms;
    host.set_pointer({3, 2}, {0, 0}, 0xff102030, {5, 5});
    admit();
    say(joined({set_encodings({0, -239}), request(false, k_all)}));
    ASSERT_TRUE(next_picture());
    expect_picture();
    say(joined({request(true, k_all), pointer_event(0, 20, 20)}));
    settle();
    host.pointer.position = {12, 12}; // on its way
    session->cursor_changed();
    settle();
    host.pointer.position = {20, 20};
    session->cursor_changed();
    EXPECT_TRUE(silent());
    host.pointer.position = {30, 25}; // somebody else
    session->cursor_changed();
    ASSERT_TRUE(next_picture());
    EXPECT_EQ(viewer.at(30, 25), 0x102030U);
    say(joined({request(true, k_all), pointer_event(0, 8, 8)})); // it is his again
    host.pointer.position = {8, 8};
    session->cursor_changed();
    ASSERT_TRUE(next_picture());
    expect_picture();
}

TEST_F(SessionTest, ThePlaceIsToldInVmwaresWayToo)
{
    host.set_pointer({3, 2}, {1, 1}, 0xff102030, {5, 6});
    admit();
    say(joined({set_encodings({0, -239, k_vmware_position}), request(false, k_all)}));
    const auto first = next();
    ASSERT_TRUE(first && first->has(k_vmware_position));
    EXPECT_EQ(first->find(k_vmware_position)->rect, (Rect{5, 6, 0, 0}));
}

TEST_F(SessionTest, ALockedPointerIsMovedByHowFarTheMouseWent)
{
    host.set_pointer({3, 2}, {1, 1}, 0xff102030, {5, 5});
    admit();
    say(joined({set_encodings({0, -239, -257}), request(false, k_all)}));
    ASSERT_TRUE(next_picture());
    host.set_pointer({}, {}, 0, {5, 5}); // hidden
    session->cursor_changed();
    // The mode of before, as a message under way has it.
    say(pointer_event(0, 0x7fff + 3, 0x7fff - 4));
    const auto told = [&] {
        for (int i = 0; i < 100; ++i) {
            say(joined({request(true, k_all), pointer_event(0, 10 + i % 20, 20)}));
            std::this_thread::sleep_for(20ms);
            settle();
            session->cursor_changed();
            settle();
            while (const auto seen = look()) {
                if (const auto* rect = seen->find(encoding::k_qemu_pointer_motion_change)) {
                    return rect->rect.x;
                }
            }
        }
        return -1;
    };
    EXPECT_EQ(told(), 0);
    host.sink.take_events();
    say(joined({pointer_event(0, 0x7fff + 3, 0x7fff - 4), pointer_event(0, 0x7fff - 1, 0x7fff)}));
    say(pointer_event(1, 0x7fff, 0x7fff));
    EXPECT_TRUE(spin_until([this] { return host.sink.events.size() >= 2; }));
    EXPECT_EQ(host.sink.events, (Events{"relative 2,-4", "button 0x110 down"}));
    host.set_pointer({3, 2}, {1, 1}, 0xff102030, {5, 5});
    session->cursor_changed();
    EXPECT_EQ(told(), 1);
}

// --- locks

class SessionLocksTest : public SessionTest, public ::testing::WithParamInterface<std::int32_t> {};

TEST_P(SessionLocksTest, LocksAreToldWhenTheyAreKnownAndWhenTheyChange)
{
    admit();
    say(joined({set_encodings({0, GetParam()}), request(false, k_all)}));
    const auto first = next();
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->has(GetParam()));
    const auto expect_bits = [this](LockKeys locks, std::uint8_t bits) {
        say(request(true, k_all));
        host.locks = locks;
        session->lock_keys_changed();
        const auto told = next();
        ASSERT_TRUE(told && told->has(GetParam()));
        EXPECT_EQ(told->find(GetParam())->payload.back(), bits);
    };
    expect_bits({}, 0);
    expect_bits({true, false}, 4);
    expect_bits({true, true}, 6);
    expect_bits({false, true}, 2);
    session->lock_keys_changed();
    EXPECT_TRUE(silent());
}
INSTANTIATE_TEST_SUITE_P(Both, SessionLocksTest, ::testing::Values(-261, k_vmware_leds));

} // namespace
} // namespace gds::test
