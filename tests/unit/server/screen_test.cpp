// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/screen.h"

#include "fakes/fake_screen_capture.h"
#include "fakes/known_leaks.h"

#include <gtest/gtest.h>

using namespace gds;
using namespace std::chrono_literals;

namespace {

constexpr Size k_size{64, 48};
constexpr Size k_other_size{32, 80};

struct Viewer final : ScreenViewer {
    Region damage;
    int cursors = 0;
    int pictures = 0;
    void on_picture(const Region& changed) override
    {
        damage.add(changed);
        ++pictures;
    }
    void on_cursor() override { ++cursors; }
    int locks = 0;
    void on_lock_keys() override { ++locks; }
    int failed_sizes = 0;
    void on_size_failed() override { ++failed_sizes; }
};

void run_for(std::chrono::milliseconds time)
{
    bool over = false;
    auto timer = call_after(time, [&] { over = true; });
    while (!over) {
        g_main_context_iteration(nullptr, TRUE);
    }
}

class ScreenTest : public ::testing::Test {
protected:
    FakeScreenCapture capture;
    int changes = 0;
    Screen screen{capture, [this] { ++changes; }, {30ms, 20ms, 20ms}};
    Viewer viewer;

    void share()
    {
        screen.add(viewer);
        capture.show(k_size, 0x123456, Rect::of(k_size));
        viewer.damage.clear();
    }
};

} // namespace

TEST_F(ScreenTest, there_is_a_picture_before_anybody_looks)
{
    ASSERT_NE(screen.frame(), nullptr);
    EXPECT_FALSE(screen.frame()->size.empty());
    EXPECT_EQ(capture.starts, 0);
    EXPECT_FALSE(screen.live());
}

TEST_F(ScreenTest, the_first_viewer_starts_the_capture_and_the_last_ends_it_after_a_while)
{
    Viewer second;
    screen.add(viewer);
    screen.add(second);
    EXPECT_EQ(capture.starts, 1);
    screen.remove(viewer);
    run_for(60ms);
    EXPECT_EQ(capture.stops, 0);
    screen.remove(second);
    EXPECT_EQ(capture.stops, 0);
    run_for(60ms);
    EXPECT_EQ(capture.stops, 1);
}

TEST_F(ScreenTest, a_viewer_that_comes_back_in_time_keeps_the_capture)
{
    share();
    screen.remove(viewer);
    screen.add(viewer);
    run_for(60ms);
    EXPECT_EQ(capture.stops, 0);
    EXPECT_EQ(capture.starts, 1);
    EXPECT_TRUE(screen.live());
}

TEST_F(ScreenTest, damage_of_following_frames_reaches_the_viewer_as_it_is)
{
    share();
    EXPECT_TRUE(screen.live());
    capture.show(k_size, 1, Rect{1, 2, 3, 4});
    EXPECT_EQ(viewer.damage, Region(Rect{1, 2, 3, 4}));
}

TEST_F(ScreenTest, a_missed_serial_or_a_new_size_is_damage_everywhere)
{
    share();
    capture.skip_serial();
    capture.show(k_size, 1, Rect{1, 2, 3, 4});
    EXPECT_EQ(viewer.damage, Region(Rect::of(k_size)));
    viewer.damage.clear();
    capture.show(k_other_size, 1, Rect{1, 2, 3, 4});
    EXPECT_EQ(viewer.damage, Region(Rect::of(k_other_size)));
}

TEST_F(ScreenTest, a_lost_source_shows_its_last_frame_for_a_moment_and_then_a_card)
{
    share();
    const auto last = screen.frame();
    capture.say(CaptureState::lost, "gone");
    EXPECT_FALSE(screen.live());
    EXPECT_EQ(screen.frame(), last);
    run_for(40ms);
    EXPECT_NE(screen.frame(), last);
    EXPECT_EQ(screen.frame()->size, k_size);
    EXPECT_EQ(viewer.damage, Region(Rect::of(k_size)));

    viewer.damage.clear();
    capture.show(k_size, 7, Rect{0, 0, 1, 1});
    EXPECT_TRUE(screen.live());
    EXPECT_EQ(viewer.damage, Region(Rect::of(k_size)));
}

TEST_F(ScreenTest, a_short_interruption_shows_no_card)
{
    share();
    capture.say(CaptureState::lost);
    capture.say(CaptureState::streaming);
    const auto last = screen.frame();
    run_for(40ms);
    EXPECT_EQ(screen.frame(), last);
}

TEST_F(ScreenTest, stop_sharing_hides_the_desktop_at_once)
{
    share();
    const auto last = screen.frame();
    capture.say(CaptureState::stopped_by_user, "stopped");
    EXPECT_NE(screen.frame(), last);
    EXPECT_FALSE(screen.live());
}

TEST_F(ScreenTest, after_a_refusal_only_a_new_viewer_asks_again)
{
    screen.add(viewer);
    capture.say(CaptureState::refused, "no");
    run_for(40ms);
    EXPECT_EQ(capture.starts, 1);
    Viewer second;
    screen.add(second);
    EXPECT_EQ(capture.starts, 2);
    screen.remove(second);
}

TEST_F(ScreenTest, other_monitors_begin_the_capture_anew)
{
    share();
    screen.set_monitors(MonitorChoice::primary);
    EXPECT_EQ(capture.monitors, MonitorChoice::primary);
    EXPECT_EQ(capture.stops, 1);
    EXPECT_EQ(capture.starts, 2);
}

TEST_F(ScreenTest, another_way_begins_the_capture_anew)
{
    share();
    screen.set_way(CaptureWay::mutter);
    EXPECT_EQ(capture.way, CaptureWay::mutter);
    EXPECT_EQ(capture.stops, 1);
    EXPECT_EQ(capture.starts, 2);
}

TEST_F(ScreenTest, cards_differ_by_reason)
{
    screen.add(viewer);
    capture.say(CaptureState::refused, "one reason");
    const auto refused = screen.frame()->pixels;
    capture.say(CaptureState::unavailable, "quite another reason");
    EXPECT_NE(screen.frame()->pixels, refused);
}

TEST_F(ScreenTest, what_is_withheld_is_a_card_until_it_is_shown_again)
{
    share();
    const auto desktop = screen.frame();
    screen.withhold("Another user is here.");
    EXPECT_NE(screen.frame(), desktop);
    EXPECT_FALSE(screen.live());
    EXPECT_FALSE(screen.may_come_soon());
    EXPECT_EQ(viewer.damage.bounds(), Rect::of(k_size));
    viewer.damage.clear();
    const auto card = screen.frame();
    capture.show(k_size, 0x654321, Rect{0, 0, 1, 1});
    EXPECT_EQ(screen.frame(), card);
    EXPECT_TRUE(viewer.damage.empty());
    screen.withhold("");
    EXPECT_TRUE(screen.live());
    EXPECT_EQ(screen.frame()->pixels.front() & 0xffffff, 0x654321U);
    EXPECT_EQ(viewer.damage.bounds(), Rect::of(k_size));
}

TEST_F(ScreenTest, nobody_at_the_desk_is_asked_for_what_is_withheld)
{
    screen.withhold("Another user is here.");
    screen.add(viewer);
    EXPECT_EQ(capture.starts, 0);
    screen.withhold("");
    EXPECT_EQ(capture.starts, 1);
}

TEST_F(ScreenTest, what_was_withheld_is_not_shown_once_it_is_lost)
{
    share();
    const auto desktop = screen.frame();
    screen.withhold("Another user is here.");
    capture.say(CaptureState::lost, "gone");
    screen.withhold("");
    EXPECT_FALSE(screen.live());
    EXPECT_NE(screen.frame(), desktop);
}

TEST_F(ScreenTest, monitors_are_told_with_the_frame_and_not_of_a_card)
{
    screen.add(viewer);
    EXPECT_TRUE(screen.monitors().empty());
    const MonitorPlaces one{{3, {0, 0, 64, 48}}};
    const MonitorPlaces two{{3, {0, 0, 32, 48}}, {4, {32, 0, 32, 48}}};
    capture.place(one);
    EXPECT_TRUE(screen.monitors().empty());
    capture.show(k_size, 1, Rect::of(k_size));
    EXPECT_EQ(screen.monitors(), one);
    const int before = viewer.pictures;
    capture.show(k_size, 1, {});
    EXPECT_EQ(viewer.pictures, before);
    capture.place(two);
    capture.show(k_size, 1, {});
    EXPECT_EQ(viewer.pictures, before + 1);
    EXPECT_EQ(screen.monitors(), two);
    screen.withhold("no");
    EXPECT_TRUE(screen.monitors().empty());
    screen.withhold({});
    EXPECT_EQ(screen.monitors(), two);
    screen.remove(viewer);
}

TEST_F(ScreenTest, a_size_comes_for_who_asked_for_it)
{
    Viewer other;
    screen.add(other);
    share();
    EXPECT_EQ(screen.ask_size(viewer, k_other_size), SizeAnswer::refused);
    capture.resizable = true;
    EXPECT_EQ(screen.ask_size(viewer, k_size), SizeAnswer::there);
    EXPECT_EQ(screen.ask_size(viewer, k_other_size), SizeAnswer::coming);
    EXPECT_EQ(capture.asked, k_other_size);
    capture.show(k_other_size, 1, Rect::of(k_other_size));
    EXPECT_EQ(screen.size_cause(viewer), SizeCause::this_viewer);
    EXPECT_EQ(screen.size_cause(other), SizeCause::other_viewer);
    capture.show(k_size, 1, Rect::of(k_size));
    EXPECT_EQ(screen.size_cause(viewer), SizeCause::desktop);
    run_for(40ms);
    EXPECT_EQ(viewer.failed_sizes, 0);
    screen.remove(viewer);
    screen.remove(other);
}

TEST_F(ScreenTest, an_early_wish_for_a_size_waits_for_the_picture)
{
    capture.resizable = true;
    screen.set_monitors(MonitorChoice::virtual_monitor);
    screen.add(viewer);
    capture.say(CaptureState::waiting_for_permission);
    EXPECT_EQ(screen.ask_size(viewer, {10, 10}), SizeAnswer::coming);
    EXPECT_EQ(screen.ask_size(viewer, k_other_size), SizeAnswer::coming);
    EXPECT_EQ(viewer.failed_sizes, 1);
    run_for(40ms);
    EXPECT_EQ(capture.asked, Size{});
    capture.show(k_size, 1, Rect::of(k_size));
    EXPECT_EQ(capture.asked, k_other_size);
    EXPECT_EQ(screen.size_cause(viewer), SizeCause::desktop);
    capture.show(k_other_size, 1, Rect::of(k_other_size));
    EXPECT_EQ(screen.size_cause(viewer), SizeCause::this_viewer);
    run_for(40ms);
    EXPECT_EQ(viewer.failed_sizes, 1);
    screen.remove(viewer);
}

TEST_F(ScreenTest, an_early_wish_for_a_size_ends_with_the_hope_for_a_picture)
{
    capture.resizable = true;
    screen.add(viewer);
    capture.say(CaptureState::waiting_for_permission);
    EXPECT_EQ(screen.ask_size(viewer, k_other_size), SizeAnswer::refused); // real monitors
    screen.set_monitors(MonitorChoice::virtual_monitor);
    EXPECT_EQ(screen.ask_size(viewer, k_other_size), SizeAnswer::coming);
    capture.say(CaptureState::refused);
    EXPECT_EQ(viewer.failed_sizes, 1);
    EXPECT_EQ(screen.ask_size(viewer, k_other_size), SizeAnswer::refused);
    capture.show(k_size, 1, Rect::of(k_size));
    EXPECT_EQ(capture.asked, Size{});
    screen.remove(viewer);
}

TEST_F(ScreenTest, the_newest_wish_for_a_size_counts)
{
    constexpr Size k_third_size{50, 50};
    Viewer other;
    screen.add(other);
    share();
    capture.resizable = true;
    EXPECT_EQ(screen.ask_size(viewer, k_other_size), SizeAnswer::coming);
    EXPECT_EQ(screen.ask_size(viewer, {10, 10}), SizeAnswer::coming);
    EXPECT_EQ(viewer.failed_sizes, 1);
    EXPECT_EQ(screen.ask_size(other, k_third_size), SizeAnswer::coming);
    EXPECT_EQ(viewer.failed_sizes, 2);
    EXPECT_EQ(capture.asked, k_third_size);
    capture.show(k_other_size, 1, Rect::of(k_other_size)); // was under way
    EXPECT_EQ(screen.size_cause(viewer), SizeCause::desktop);
    capture.show(k_third_size, 1, Rect::of(k_third_size));
    EXPECT_EQ(screen.size_cause(other), SizeCause::this_viewer);
    EXPECT_EQ(screen.size_cause(viewer), SizeCause::other_viewer);
    run_for(40ms);
    EXPECT_EQ(other.failed_sizes, 0);
    EXPECT_EQ(viewer.failed_sizes, 2);
    screen.remove(viewer);
    screen.remove(other);
}

TEST_F(ScreenTest, who_asked_is_told_when_the_size_does_not_come)
{
    share();
    capture.resizable = true;
    EXPECT_EQ(screen.ask_size(viewer, k_other_size), SizeAnswer::coming);
    run_for(40ms);
    EXPECT_EQ(viewer.failed_sizes, 1);
    EXPECT_EQ(screen.ask_size(viewer, k_other_size), SizeAnswer::coming);
    capture.say(CaptureState::lost);
    EXPECT_EQ(viewer.failed_sizes, 2);
    EXPECT_EQ(screen.ask_size(viewer, k_other_size), SizeAnswer::refused);
    screen.remove(viewer);
    run_for(40ms);
    EXPECT_EQ(viewer.failed_sizes, 2);
}
