// SPDX-License-Identifier: GPL-2.0-or-later
// Sizes, cursors, names, and input through a whole session.
#include "session_fixture.h"

namespace gds::test {
namespace {

using namespace std::chrono_literals;
using Events = std::vector<std::string>;

// --- sizes

TEST_F(SessionTest, ExtendedDesktopSizeComesWithTheFirstRequest)
{
    admit();
    say(set_encodings({0, -308, -223}));
    EXPECT_TRUE(silent());
    say(request(true, k_all));
    const auto seen = next();
    ASSERT_TRUE(seen);
    ASSERT_EQ(seen->rects.size(), 1U);
    EXPECT_EQ(seen->rects[0].rect, (Rect{0, 0, 40, 30}));
    const Bytes one_screen{0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 0, 30, 0, 0, 0, 0};
    EXPECT_EQ(seen->rects[0].payload, one_screen);
    // The request is still open.
    ASSERT_TRUE(next_picture());
    expect_picture();
    // An incremental one brings it no more, another does.
    say(request(true, k_all));
    EXPECT_TRUE(silent());
    say(request(false, k_all));
    const auto again = next();
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->has(encoding::k_extended_desktop_size));
    EXPECT_EQ(again->pixels(), 0);
}

class SessionSizeTest : public SessionTest, public ::testing::WithParamInterface<std::int32_t> {};

TEST_P(SessionSizeTest, ANewSizeIsToldAndThenShown)
{
    admit();
    say(joined({set_encodings({0, GetParam()}), request(false, k_all)}));
    ASSERT_TRUE(next_picture());
    for (const Size size : {Size{50, 20}, Size{10, 10}, Size{300, 200}}) {
        say(request(true, Rect::of(viewer.size)));
        settle();
        host.resize(size);
        session->picture_changed();
        const auto told = next();
        ASSERT_TRUE(told);
        EXPECT_TRUE(told->has(GetParam()));
        EXPECT_EQ(told->rects.back().encoding, GetParam());
        EXPECT_EQ(told->pixels(), 0);
        EXPECT_EQ(viewer.size, size);
        ASSERT_TRUE(next_picture());
        expect_picture();
    }
}
INSTANTIATE_TEST_SUITE_P(Both, SessionSizeTest, ::testing::Values(-308, -223));

TEST_F(SessionTest, OneThatKnowsNoSizesGetsThePictureClipped)
{
    admit();
    say(request(false, k_all));
    ASSERT_TRUE(next_picture());
    say(request(true, k_all));
    host.resize({400, 300});
    session->picture_changed();
    ASSERT_TRUE(next_picture());
    EXPECT_EQ(viewer.size, k_size);
    EXPECT_EQ(viewer.at(39, 29), host.frame()->row(29)[39]);

    say(request(true, k_all));
    host.resize({20, 10});
    session->picture_changed();
    ASSERT_TRUE(next_picture());
    EXPECT_EQ(viewer.at(19, 9), host.frame()->row(9)[19]);
    EXPECT_EQ(viewer.at(20, 9), 0U);
    EXPECT_EQ(viewer.at(19, 10), 0U);
    EXPECT_EQ(viewer.at(39, 29), 0U);
}

TEST_F(SessionTest, SizesMayChangeAtAnyTime)
{
    admit();
    say(joined({set_encodings({0, -308, -313}), continuous_updates(true, k_all)}));
    for (int i = 1; i < 60; ++i) {
        host.resize({1 + i * 37 % 90, 1 + i * 53 % 70});
        session->picture_changed();
        if (i % 3 == 0) {
            settle();
        }
        while (look()) {
        }
    }
    say(request(false, {0, 0, 1000, 1000}));
    EXPECT_TRUE(spin_until([this] {
        look();
        return viewer.size == host.frame()->size && session->statistics().frames_sent > 0 &&
               viewer.at(0, 0) == 0 &&
               viewer.at(viewer.size.width - 1, viewer.size.height - 1) ==
                   (host.frame()->row(viewer.size.height - 1)[viewer.size.width - 1] & k_rgb_mask);
    }));
    EXPECT_FALSE(ended);
}

TEST_F(SessionTest, EveryMonitorIsAScreen)
{
    host.places = {{7, {0, 0, 30, 30}}, {2, {30, 5, 10, 20}}};
    admit();
    say(joined({set_encodings({0, -308}), request(false, k_all)}));
    const auto seen = next();
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->rects[0].rect, (Rect{0, 0, 40, 30}));
    const Bytes two_screens{0, 0, 0, 7, 0, 0,  0, 0, 0, 30, 0, 30, 0, 0, 0, 0,
                            0, 0, 0, 2, 0, 30, 0, 5, 0, 10, 0, 20, 0, 0, 0, 0};
    EXPECT_EQ(seen->rects[0].payload, two_screens);
    ASSERT_TRUE(next_picture());
    // A refusal tells them too.
    say(set_desktop_size(800, 600, {{0, 0, 800, 600}}));
    const auto refused = next();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->rects[0].rect, (Rect{1, 1, 40, 30}));
    EXPECT_EQ(refused->rects[0].payload, two_screens);
}

TEST_F(SessionTest, AnotherLayoutIsToldThoughNoPixelChanged)
{
    admit();
    say(joined({set_encodings({0, -308}), request(false, k_all)}));
    ASSERT_TRUE(next_picture());
    say(request(true, k_all));
    EXPECT_TRUE(silent());
    host.places = {{0, {0, 0, 20, 30}}, {1, {20, 0, 20, 30}}};
    session->picture_changed();
    const auto told = next();
    ASSERT_TRUE(told);
    ASSERT_TRUE(told->has(encoding::k_extended_desktop_size));
    EXPECT_EQ(told->rects[0].rect, (Rect{0, 0, 40, 30}));
    EXPECT_EQ(told->rects[0].payload.size(), 2U * 16);
    EXPECT_EQ(told->pixels(), 0);
    session->picture_changed();
    EXPECT_TRUE(silent());
}

TEST_F(SessionTest, MonitorsThatDoNotFitAreOneScreen)
{
    host.places = {{7, {0, 0, 41, 30}}};
    admit();
    say(joined({set_encodings({0, -308}), request(false, k_all)}));
    const auto seen = next();
    ASSERT_TRUE(seen);
    const Bytes one_screen{0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 0, 30, 0, 0, 0, 0};
    EXPECT_EQ(seen->rects[0].payload, one_screen);
}

TEST_F(SessionTest, SetDesktopSizeIsRefusedInOrder)
{
    admit();
    say(set_encodings({0, -308}));
    say(joined({set_desktop_size(800, 600, {{0, 0, 800, 600}}),
                set_desktop_size(800, 600, {{0, 0, 801, 600}}), set_desktop_size(0, 0, {})}));
    for (const int status : {1, 3, 3}) {
        const auto seen = next();
        ASSERT_TRUE(seen);
        ASSERT_EQ(seen->rects.size(), 1U);
        EXPECT_EQ(seen->rects[0].encoding, encoding::k_extended_desktop_size);
        EXPECT_EQ(seen->rects[0].rect, (Rect{1, status, 40, 30}));
    }
    EXPECT_EQ(viewer.size, k_size);
}

TEST_F(SessionTest, TheNewSizeIsTheAnswerToWhoAskedForIt)
{
    host.size_answer = SizeAnswer::coming;
    admit();
    say(joined({set_encodings({0, -308}), request(false, k_all)}));
    ASSERT_TRUE(next_picture());
    say(joined({request(true, k_all), set_desktop_size(80, 64, {{0, 0, 80, 64}})}));
    EXPECT_TRUE(silent());
    EXPECT_EQ(host.asked, (Size{80, 64}));
    host.cause = SizeCause::this_viewer;
    host.resize({80, 64});
    session->picture_changed();
    const auto told = next();
    ASSERT_TRUE(told);
    EXPECT_EQ(told->rects[0].rect, (Rect{1, 0, 80, 64}));
    ASSERT_TRUE(next_picture());
    expect_picture();
    // Asked for the layout, it is nobody's doing.
    say(request(false, {0, 0, 80, 64}));
    const auto again = next();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->rects[0].rect, (Rect{0, 0, 80, 64}));
    ASSERT_TRUE(next_picture());
    say(request(true, {0, 0, 80, 64}));
    host.cause = SizeCause::other_viewer;
    host.resize({70, 70});
    session->picture_changed();
    const auto others = next();
    ASSERT_TRUE(others);
    EXPECT_EQ(others->rects[0].rect, (Rect{2, 0, 70, 70}));
}

TEST_F(SessionTest, AWishIsAnsweredAlsoWhenTheSizeDoesNotCome)
{
    admit();
    say(set_encodings({0, -308}));
    host.size_answer = SizeAnswer::there;
    say(set_desktop_size(64, 64, {{0, 0, 64, 64}}));
    auto seen = next();
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->rects[0].rect, (Rect{1, 0, 40, 30}));
    host.size_answer = SizeAnswer::coming;
    say(set_desktop_size(64, 64, {{0, 0, 64, 64}}));
    EXPECT_TRUE(silent());
    session->size_failed();
    seen = next();
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->rects[0].rect, (Rect{1, 2, 40, 30}));
    EXPECT_EQ(viewer.size, k_size);
}

// --- cursor

TEST_F(SessionTest, TheCursorIsSentWhenItsShapeChanges)
{
    host.set_pointer({3, 2}, {1, 1}, 0xff102030, {5, 5});
    admit();
    say(joined({set_encodings({0, -239}), request(false, k_all)}));
    const auto seen = next();
    ASSERT_TRUE(seen);
    ASSERT_TRUE(seen->has(encoding::k_cursor));
    EXPECT_EQ(seen->find(encoding::k_cursor)->rect, (Rect{1, 1, 3, 2}));
    // With the pixels: one update for one request.
    EXPECT_EQ(seen->pixels(), k_all.area());
    EXPECT_TRUE(silent());
    expect_picture(); // and it is not drawn in
    say(request(true, k_all));
    session->cursor_changed();
    EXPECT_TRUE(silent());
    host.set_pointer({4, 4}, {0, 0}, 0x80000000, {5, 5});
    session->cursor_changed();
    const auto changed = next();
    ASSERT_TRUE(changed);
    EXPECT_TRUE(changed->has(encoding::k_cursor));
    EXPECT_EQ(changed->pixels(), 0);
    // It left the request open.
    host.paint({0, 0, 1, 1}, 0xffffff);
    session->picture_changed();
    EXPECT_TRUE(next_picture());
}

TEST_F(SessionTest, CursorWithAlphaIsPreferred)
{
    host.set_pointer({3, 2}, {1, 1}, 0xff102030, {5, 5});
    admit();
    say(joined({set_encodings({0, -239, -314}), request(false, k_all)}));
    const auto seen = next();
    ASSERT_TRUE(seen);
    EXPECT_TRUE(seen->has(encoding::k_cursor_with_alpha));
    EXPECT_FALSE(seen->has(encoding::k_cursor));
}

TEST_F(SessionTest, TheCursorIsDrawnForThoseWhoCannot)
{
    host.set_pointer({4, 4}, {0, 0}, 0xff102030, {5, 5});
    admit();
    say(request(false, k_all));
    ASSERT_TRUE(next_picture());
    EXPECT_EQ(viewer.at(5, 5), 0x102030U);
    EXPECT_EQ(viewer.at(8, 8), 0x102030U);
    EXPECT_EQ(viewer.at(9, 9), host.frame()->row(9)[9]);
    say(request(true, k_all));
    host.pointer.position = {30, 20};
    session->cursor_changed();
    ASSERT_TRUE(next_picture());
    EXPECT_EQ(viewer.at(5, 5), host.frame()->row(5)[5]);
    EXPECT_EQ(viewer.at(30, 20), 0x102030U);
    say(request(true, k_all));
    EXPECT_TRUE(silent());
    // What is painted under it does not show through.
    host.paint({28, 18, 10, 10}, 0xffffff);
    session->picture_changed();
    ASSERT_TRUE(next_picture());
    EXPECT_EQ(viewer.at(30, 20), 0x102030U);
    EXPECT_EQ(viewer.at(29, 19), 0xffffffU);
    // From now on the client draws it itself.
    say(joined({set_encodings({0, -239}), request(true, k_all)}));
    ASSERT_TRUE(next_picture());
    expect_picture();
}

TEST_F(SessionTest, ThePointersPlaceIsToldWhenOthersMoveIt)
{
    limits.pointer_quiet = 50ms;
    host.set_pointer({3, 2}, {1, 1}, 0xff102030, {5, 5});
    admit();
    say(joined({set_encodings({0, -239, -232}), request(false, k_all)}));
    const auto first = next();
    ASSERT_TRUE(first);
    ASSERT_TRUE(first->has(encoding::k_pointer_pos));
    EXPECT_EQ(first->find(encoding::k_pointer_pos)->rect, (Rect{5, 5, 0, 0}));
    EXPECT_EQ(first->pixels(), k_all.area());
    say(joined({request(true, k_all), pointer_event(0, 20, 20)}));
    settle();
    host.pointer.position = {12, 12}; // on its way to where the client put it
    session->cursor_changed();
    settle();
    host.pointer.position = {20, 20};
    session->cursor_changed();
    EXPECT_TRUE(silent());
    host.pointer.position = {39, 39}; // somebody else
    session->cursor_changed();
    const auto later = next();
    ASSERT_TRUE(later);
    ASSERT_TRUE(later->has(encoding::k_pointer_pos));
    EXPECT_EQ(later->find(encoding::k_pointer_pos)->rect, (Rect{39, 29, 0, 0}));
}

// --- acknowledgements and names

TEST_F(SessionTest, InputExtensionsAreAcknowledgedOnceAndThenWork)
{
    admit();
    say(joined(
        {set_encodings({0, -258, -316}), set_encodings({0, -258, -316}), request(false, k_all)}));
    const auto both = next();
    ASSERT_TRUE(both);
    EXPECT_TRUE(both->has(encoding::k_qemu_extended_key_event));
    EXPECT_TRUE(both->has(encoding::k_extended_mouse_buttons));
    EXPECT_EQ(both->rects.size(), 2U);
    const auto seen = next();
    ASSERT_TRUE(seen);
    EXPECT_GT(seen->pixels(), 0);
    say(request(true, k_all));
    EXPECT_TRUE(silent());
    say(joined({qemu_key_event(0x61, 0x1e, true), pointer_event(0x80, 3, 4, 2)}));
    EXPECT_TRUE(spin_until([this] { return host.sink.events.size() == 3; }));
    EXPECT_EQ(host.sink.events, (Events{"code 30 down", "move 3,4", "button 0x114 down"}));
}

// TigerVNC looks once, behind its first update, whether continuous updates were confirmed.
TEST_F(SessionTest, ContinuousUpdatesAreConfirmedBeforeAnyUpdate)
{
    admit();
    say(joined({set_encodings({0, -258, -316, -312, -313}), request(false, k_all)}));
    const auto fence = next();
    ASSERT_TRUE(fence);
    EXPECT_EQ(fence->type, 248);
    const auto continuous = next();
    ASSERT_TRUE(continuous);
    EXPECT_EQ(continuous->type, 150);
    const auto keys = next();
    ASSERT_TRUE(keys);
    EXPECT_TRUE(keys->has(encoding::k_qemu_extended_key_event));
}

// It looks once, behind its first update, whether the server lets viewers choose a size.
TEST_F(SessionTest, TheFirstUpdateTellsTheScreens)
{
    admit();
    say(joined({set_encodings({0, -258, -316, -308}), request(false, k_all)}));
    const auto first = next();
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->has(encoding::k_qemu_extended_key_event));
    EXPECT_TRUE(first->has(encoding::k_extended_mouse_buttons));
    ASSERT_EQ(first->rects.size(), 3U);
    EXPECT_EQ(first->rects.back().encoding, encoding::k_extended_desktop_size);
    EXPECT_EQ(first->rects.back().rect, (Rect{0, 0, 40, 30}));
}

TEST_F(SessionTest, ANewNameIsTold)
{
    admit();
    say(joined({set_encodings({0, -307}), request(false, k_all)}));
    ASSERT_TRUE(next_picture());
    say(request(true, k_all));
    session->name_changed();
    EXPECT_TRUE(silent());
    host.name = "Schreibtisch \xc3\xa4";
    session->name_changed();
    const auto seen = next();
    ASSERT_TRUE(seen);
    ASSERT_TRUE(seen->has(encoding::k_desktop_name));
    EXPECT_EQ(as_text(seen->rects[0].payload), host.name);
}

// --- input

TEST_F(SessionTest, WhatAClientHoldsIsReleasedWhenItLeaves)
{
    admit();
    say(joined({key_event(0xffe1, true), pointer_event(1, 3, 4)}));
    ASSERT_TRUE(spin_until([this] { return host.sink.held() == 2; }));
    client->end();
    EXPECT_EQ(outcome(), "left");
    EXPECT_EQ(host.sink.held(), 0U);
}

TEST_F(SessionTest, WhatAClientHoldsIsReleasedWhenItIsThrownOut)
{
    admit();
    say(joined({key_event(0xffe1, true), Bytes{99}}));
    EXPECT_EQ(outcome(), "protocol error");
    EXPECT_EQ(host.sink.held(), 0U);
}

TEST_F(SessionTest, WhatAClientHoldsIsReleasedWhenItIsDropped)
{
    admit();
    say(key_event(0xffe1, true));
    ASSERT_TRUE(spin_until([this] { return host.sink.held() == 1; }));
    scope.reset();
    session.reset();
    EXPECT_EQ(host.sink.held(), 0U);
}

TEST_F(SessionTest, WhatAClientHoldsIsReleasedWhenItsRightsEnd)
{
    admit();
    say(key_event(0xffe1, true));
    ASSERT_TRUE(spin_until([this] { return host.sink.held() == 1; }));
    host.control = false;
    session->rights_changed();
    EXPECT_EQ(host.sink.held(), 0U);
    say(key_event(0x61, true));
    settle();
    EXPECT_EQ(host.sink.held(), 0U);
    EXPECT_FALSE(ended);
}

TEST_F(SessionTest, AFloodOfMotionCostsFewEvents)
{
    admit();
    Bytes flood;
    for (int i = 0; i < 20'000; ++i) {
        const Bytes one = pointer_event(0, i % 40, i % 30);
        flood.insert(flood.end(), one.begin(), one.end());
    }
    say(flood);
    say(pointer_event(0, 7, 8));
    ASSERT_TRUE(spin_until(
        [this] { return !host.sink.events.empty() && host.sink.events.back() == "move 7,8"; }));
    EXPECT_LT(host.sink.events.size(), 200U);
}

TEST_F(SessionTest, AFloodLeavesOthersTheirTurn)
{
    limits.messages_per_turn = 10;
    admit();
    Bytes flood;
    for (int i = 0; i < 1000; ++i) {
        const Bytes one = key_event(0x61, i % 2 == 0);
        flood.insert(flood.end(), one.begin(), one.end());
    }
    say(flood);
    g_main_context_iteration(nullptr, FALSE);
    EXPECT_LT(host.sink.events.size(), 100U);
    EXPECT_TRUE(spin_until([this] { return host.sink.events.size() == 1000; }));
}

} // namespace
} // namespace gds::test
