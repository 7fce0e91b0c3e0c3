// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/desktop_picture.h"

#include "fakes/pictures.h"

#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace gds {
namespace {

// A monitor's buffer in one colour.
struct Screen {
    std::vector<std::uint32_t> pixels;
    BufferContent content;

    Screen(Size size, std::uint32_t colour)
        : pixels(static_cast<std::size_t>(size.width * size.height), colour)
    {
        content.pixels =
            PixelView{reinterpret_cast<const std::uint8_t*>(pixels.data()),
                      static_cast<std::size_t>(size.width) * 4, size, PixelOrder::bgrx};
    }
    void fill(const Rect& rect, std::uint32_t colour)
    {
        for (int y = rect.y; y < rect.bottom(); ++y) {
            for (int x = rect.x; x < rect.right(); ++x) {
                pixels[static_cast<std::size_t>(y * content.pixels->size.width + x)] = colour;
            }
        }
    }
};

SharedMonitor stream(Point position, Size size)
{
    return {.node_id = 1, .position = position, .size = size, .id = {}};
}

FramePtr take_pixels(DesktopPicture& picture, std::size_t stream, const BufferContent& content)
{
    const auto drawing = picture.begin_pixels(stream, content);
    return drawing ? picture.end_pixels(*drawing, drawing->run()) : nullptr;
}

std::uint32_t at(const FramePtr& frame, int x, int y) { return frame->row(y)[x] & k_rgb_mask; }

TEST(DesktopPicture, OneMonitorIsTheFrame)
{
    DesktopPicture picture;
    picture.begin({stream({500, 500}, {8, 6})});
    const Screen screen{{8, 6}, 0x112233};
    const auto frame = take_pixels(picture, 0, screen.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->size, (Size{8, 6}));
    EXPECT_EQ(frame->damage, (Region{Rect{0, 0, 8, 6}}));
    EXPECT_EQ(at(frame, 7, 5), 0x112233U);
}

TEST(DesktopPicture, UnchangedPixelsMakeNoFrame)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {8, 6})});
    Screen screen{{8, 6}, 1};
    ASSERT_TRUE(take_pixels(picture, 0, screen.content));
    EXPECT_FALSE(take_pixels(picture, 0, screen.content));
    screen.content.damage = Region{Rect{2, 2, 3, 3}};
    EXPECT_FALSE(take_pixels(picture, 0, screen.content));
    picture.insist();
    EXPECT_TRUE(take_pixels(picture, 0, screen.content));
    EXPECT_FALSE(take_pixels(picture, 0, screen.content));
}

TEST(DesktopPicture, FindsDamageThatWasNotTold)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {200, 100})});
    Screen screen{{200, 100}, 1};
    take_pixels(picture, 0, screen.content);
    screen.fill({150, 70, 3, 2}, 2);
    const auto frame = take_pixels(picture, 0, screen.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->damage, (Region{Rect{150, 70, 3, 2}}));
}

TEST(DesktopPicture, NarrowsDamageThatWasToldAndCopiesNoMore)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {200, 100})});
    Screen screen{{200, 100}, 1};
    take_pixels(picture, 0, screen.content);
    screen.fill({10, 10, 4, 4}, 2);
    screen.fill({100, 10, 4, 4}, 3);
    screen.content.damage = Region{Rect{0, 0, 50, 50}};
    const auto frame = take_pixels(picture, 0, screen.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->damage, (Region{Rect{10, 10, 4, 4}}));
    EXPECT_EQ(at(frame, 101, 11), 1U);
}

// Compositors tell of too much. What is above the colours shows what was copied.
TEST(DesktopPicture, WhatHasNotChangedIsNotCopied)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {200, 100})});
    Screen screen{{200, 100}, 0x01000001};
    take_pixels(picture, 0, screen.content);
    screen.fill({0, 0, 200, 100}, 0x02000001);
    screen.fill({150, 70, 3, 2}, 0x02000005);
    const auto frame = take_pixels(picture, 0, screen.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->damage, (Region{Rect{150, 70, 3, 2}}));
    EXPECT_EQ(frame->row(70)[150], 0x02000005U);
    EXPECT_EQ(frame->row(10)[10], 0x01000001U);
}

// Frames that are used again lack different parts of what came meanwhile.
TEST(DesktopPicture, FramesAreRightWhateverIsToldAndHeld)
{
    constexpr Size k_size{150, 140};
    DesktopPicture picture;
    picture.begin({stream({0, 0}, k_size), stream({150, 20}, k_size)});
    std::vector<Screen> screens(2, Screen{k_size, 0});
    for (Screen& screen : screens) {
        screen.content.pixels->data = reinterpret_cast<const std::uint8_t*>(screen.pixels.data());
    }
    fakes::Dice dice(5);
    std::vector<FramePtr> held;
    FramePtr before;
    for (int i = 0; i < 100; ++i) {
        const int which = dice.below(2);
        Screen& screen = screens[static_cast<std::size_t>(which)];
        const Point corner{dice.below(140), dice.below(130)};
        const Rect painted{corner.x, corner.y, 1 + dice.below(150 - corner.x),
                           1 + dice.below(140 - corner.y)};
        screen.fill(painted, static_cast<std::uint32_t>(dice.below(1 << 20)));
        screen.content.damage = dice.below(3) == 0 ? std::nullopt : std::optional{Region{painted}};
        if (dice.below(10) == 0) {
            picture.begin_pixels(static_cast<std::size_t>(which), screen.content)->run();
        }
        const auto frame = take_pixels(picture, static_cast<std::size_t>(which), screen.content);
        if (!frame) {
            continue;
        }
        const Rect place{which * 150, which * 20, k_size.width, k_size.height};
        for (int y = 0; y < frame->size.height; ++y) {
            for (int x = 0; x < frame->size.width; ++x) {
                if (place.contains(Point{x, y})) {
                    const auto pixel = static_cast<std::size_t>((y - place.y) * 150 + x - place.x);
                    ASSERT_EQ(at(frame, x, y), screen.pixels[pixel]) << i;
                } else if (before && before->size == frame->size) {
                    ASSERT_EQ(at(frame, x, y), at(before, x, y)) << i;
                }
            }
        }
        before = frame;
        if (dice.below(3) == 0) {
            held.push_back(frame);
        }
        if (held.size() > 3) {
            held.clear();
        }
    }
}

// Holds as long as somebody has what it returned.
struct Holder {
    std::shared_ptr<int> token = std::make_shared<int>();
    int asked = 0;

    BufferLoan::Hold hold()
    {
        return [this] {
            ++asked;
            return token;
        };
    }
    long held() const { return token.use_count() - 1; }
};

FramePtr hold_pixels(DesktopPicture& picture, const BufferContent& content, Holder& holder)
{
    const auto drawing = picture.begin_pixels(0, content, holder.hold());
    return drawing ? picture.end_pixels(*drawing, drawing->run()) : nullptr;
}

TEST(DesktopPicture, WhatIsHeldIsNotCopied)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {200, 100})});
    Holder holder;
    const Screen first{{200, 100}, 1};
    EXPECT_EQ(hold_pixels(picture, first.content, holder)->row(0), first.pixels.data());
    Screen second{{200, 100}, 1};
    second.fill({150, 70, 3, 2}, 5);
    const auto frame = hold_pixels(picture, second.content, holder);
    EXPECT_EQ(frame->row(0), second.pixels.data());
    EXPECT_EQ(frame->damage, (Region{Rect{150, 70, 3, 2}}));
    EXPECT_EQ(frame->serial, 2U);
    EXPECT_EQ(holder.held(), 1); // the latest one
}

TEST(DesktopPicture, WhatShowsNothingNewIsNotHeld)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {200, 100})});
    Holder holder;
    const Screen first{{200, 100}, 1};
    const auto frame = hold_pixels(picture, first.content, holder);
    const Screen second = first;
    EXPECT_FALSE(hold_pixels(picture, second.content, holder));
    EXPECT_EQ(holder.held(), 1);
    EXPECT_EQ(frame->row(0), first.pixels.data());
}

TEST(DesktopPicture, OnlyABufferThatIsAllOfAFrameIsHeld)
{
    Holder holder;
    const Screen screen{{20, 10}, 1};
    DesktopPicture two;
    two.begin({stream({0, 0}, {20, 10}), stream({20, 0}, {20, 10})});
    hold_pixels(two, screen.content, holder);
    DesktopPicture one;
    one.begin({stream({0, 0}, {20, 10})});
    auto content = screen.content;
    content.orientation = Orientation::rotated_180;
    hold_pixels(one, content, holder);
    content = screen.content;
    content.pixels->order = PixelOrder::rgbx;
    hold_pixels(one, content, holder);
    EXPECT_EQ(holder.asked, 0);
    hold_pixels(one, screen.content, holder);
    EXPECT_EQ(holder.asked, 1);
}

TEST(DesktopPicture, FramesAreRightWhereSomeAreHeldAndSomeAreCopied)
{
    constexpr Size k_size{150, 140};
    DesktopPicture picture;
    picture.begin({stream({0, 0}, k_size)});
    fakes::Dice dice(11);
    Screen painted{k_size, 0};
    std::vector<FramePtr> kept;
    for (int i = 0; i < 100; ++i) {
        const Point corner{dice.below(140), dice.below(130)};
        const Rect rect{corner.x, corner.y, 1 + dice.below(150 - corner.x),
                        1 + dice.below(140 - corner.y)};
        painted.fill(rect, static_cast<std::uint32_t>(dice.below(1 << 20)));
        // The buffer, which is wiped when nobody holds it.
        const std::shared_ptr<Screen> buffer{new Screen{painted}, [](Screen* gone) {
                                                 gone->pixels.assign(gone->pixels.size(), 77);
                                                 delete gone;
                                             }};
        buffer->content.pixels->data = reinterpret_cast<const std::uint8_t*>(buffer->pixels.data());
        if (dice.below(3) != 0) {
            buffer->content.damage = Region{rect};
        }
        const bool may_hold = dice.below(2) == 0;
        const auto drawing = picture.begin_pixels(
            0, buffer->content, [&] { return may_hold ? buffer : std::shared_ptr<Screen>{}; });
        const auto frame = picture.end_pixels(*drawing, drawing->run());
        const FramePtr& latest = frame ? frame : kept.back();
        for (int y = 0; y < k_size.height; ++y) {
            for (int x = 0; x < k_size.width; ++x) {
                ASSERT_EQ(at(latest, x, y),
                          painted.pixels[static_cast<std::size_t>(y * k_size.width + x)])
                    << i;
            }
        }
        if (kept.size() > 3) {
            kept.clear();
        }
        kept.push_back(latest);
    }
}

TEST(DesktopPicture, TellsWhereTheMonitorsOfTheLatestFrameAre)
{
    DesktopPicture picture;
    picture.begin({stream({8, 2}, {4, 4}), stream({0, 0}, {8, 6})});
    EXPECT_TRUE(picture.monitors().empty());
    const Screen small{{4, 4}, 0};
    const Screen large{{8, 6}, 0};
    take_pixels(picture, 0, small.content);
    take_pixels(picture, 1, large.content);
    EXPECT_EQ(picture.monitors(), (MonitorPlaces{{0, {8, 2, 4, 4}}, {1, {0, 0, 8, 6}}}));
    // Another session: the same numbers, wherever they are now; news though all is black.
    picture.begin({stream({0, 0}, {8, 6}), stream({8, 2}, {4, 4})});
    ASSERT_TRUE(take_pixels(picture, 0, large.content));
    EXPECT_EQ(picture.monitors(), (MonitorPlaces{{1, {0, 0, 8, 6}}, {0, {8, 2, 4, 4}}}));
}

TEST(DesktopPicture, ANewSizeThatWasNotDrawnNeverWas)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {8, 6}), stream({8, 0}, {4, 4})});
    const Screen left{{8, 6}, 1};
    Screen right{{4, 4}, 2};
    take_pixels(picture, 0, left.content);
    take_pixels(picture, 1, right.content);
    const auto layout = picture.layout();
    const Screen turned{{6, 8}, 3};
    ASSERT_TRUE(picture.begin_pixels(0, turned.content)); // and its buffer is lost
    EXPECT_EQ(picture.layout(), layout);
    right.fill({0, 0, 1, 1}, 4);
    auto frame = take_pixels(picture, 1, right.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->size, (Size{12, 6}));
    EXPECT_EQ(at(frame, 0, 0), 1U);
    EXPECT_EQ(frame->damage, (Region{Rect{8, 0, 1, 1}}));
    frame = take_pixels(picture, 0, turned.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->size, (Size{12, 8}));
    EXPECT_EQ(at(frame, 0, 7), 3U);
    EXPECT_EQ(at(frame, 8, 0), 4U);
}

TEST(DesktopPicture, ComposesMonitorsByPosition)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {8, 6}), stream({8, 2}, {4, 4})});
    const Screen left{{8, 6}, 1};
    Screen right{{4, 4}, 2};
    auto frame = take_pixels(picture, 0, left.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->size, (Size{12, 6}));
    EXPECT_EQ(at(frame, 9, 3), 0U);
    frame = take_pixels(picture, 1, right.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(at(frame, 7, 3), 1U);
    EXPECT_EQ(at(frame, 8, 2), 2U);
    EXPECT_EQ(at(frame, 8, 1), 0U);
    right.fill({1, 1, 1, 1}, 3);
    right.content.damage = Region{Rect{1, 1, 1, 1}};
    frame = take_pixels(picture, 1, right.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->damage, (Region{Rect{9, 3, 1, 1}}));
}

TEST(DesktopPicture, IsWholeWhenEveryMonitorHasSentItsPicture)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {8, 6}), stream({8, 0}, {4, 4})});
    EXPECT_FALSE(picture.whole());
    take_pixels(picture, 1, Screen{{4, 4}, 1}.content);
    EXPECT_FALSE(picture.whole());
    take_pixels(picture, 0, Screen{{8, 6}, 1}.content);
    EXPECT_TRUE(picture.whole());
    picture.begin({stream({0, 0}, {8, 6})});
    EXPECT_FALSE(picture.whole());
}

TEST(DesktopPicture, AResizedMonitorMovesTheOthers)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {8, 6}), stream({8, 0}, {4, 4})});
    const Screen left{{8, 6}, 1};
    const Screen right{{4, 4}, 2};
    take_pixels(picture, 0, left.content);
    take_pixels(picture, 1, right.content);
    // The left one at twice its scale: positions double, the right one keeps its pixels.
    const Screen larger{{16, 12}, 5};
    const auto frame = take_pixels(picture, 0, larger.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->size, (Size{20, 12}));
    EXPECT_EQ(frame->damage, (Region{Rect{0, 0, 20, 12}}));
    EXPECT_EQ(at(frame, 15, 11), 5U);
    EXPECT_EQ(at(frame, 16, 0), 2U);
    EXPECT_EQ(at(frame, 19, 3), 2U);
    EXPECT_EQ(at(frame, 19, 4), 0U);
}

TEST(DesktopPicture, WhatWasNotFinishedLosesNothing)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {8, 6}), stream({8, 0}, {4, 4})});
    Screen left{{8, 6}, 1};
    const Screen right{{4, 4}, 2};
    take_pixels(picture, 0, left.content);
    take_pixels(picture, 1, right.content);
    const Screen wider{{16, 6}, 3};
    picture.begin_pixels(0, wider.content)->run(); // and dropped
    const auto frame = take_pixels(picture, 0, wider.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->size, (Size{20, 6}));
    EXPECT_EQ(at(frame, 15, 5), 3U);
    EXPECT_EQ(at(frame, 16, 0), 2U);
}

TEST(DesktopPicture, ANewSessionShowsNothingOfTheOld)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {8, 6}), stream({8, 0}, {8, 6})});
    const Screen screen{{8, 6}, 7};
    take_pixels(picture, 0, screen.content);
    const auto before = take_pixels(picture, 1, screen.content);
    picture.begin({stream({0, 0}, {8, 6}), stream({8, 0}, {8, 6})});
    const auto frame = take_pixels(picture, 0, screen.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(at(frame, 0, 0), 7U);
    EXPECT_EQ(at(frame, 8, 0), 0U);
    EXPECT_EQ(frame->damage, (Region{Rect{8, 0, 8, 6}}));
    EXPECT_EQ(frame->serial, before->serial + 1);
}

TEST(DesktopPicture, TheFirstPictureOfASessionIsAFrameEvenIfTheSame)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {8, 6})});
    const Screen screen{{8, 6}, 7};
    take_pixels(picture, 0, screen.content);
    picture.begin({stream({0, 0}, {8, 6})});
    EXPECT_TRUE(take_pixels(picture, 0, screen.content));
}

TEST(DesktopPicture, TurnsRotatedMonitors)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {6, 8})});
    Screen screen{{8, 6}, 1};
    screen.fill({0, 0, 1, 1}, 2);
    screen.content.orientation = Orientation::rotated_90;
    screen.content.damage = Region{Rect{0, 0, 1, 1}};
    const auto frame = take_pixels(picture, 0, screen.content);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->size, (Size{6, 8}));
    EXPECT_EQ(at(frame, 5, 0), 2U);
}

TEST(DesktopPicture, ThePointerKeepsItsShapeAndMovesWithItsMonitor)
{
    DesktopPicture picture;
    picture.begin({stream({0, 0}, {8, 6}), stream({8, 2}, {4, 4})});
    const auto shape = std::make_shared<const CursorShape>();
    const auto first = picture.take_cursor(0, {{3, 3}, shape});
    ASSERT_TRUE(first);
    EXPECT_EQ(first->position, (Point{3, 3}));
    EXPECT_EQ(first->shape, shape);
    const auto second = picture.take_cursor(1, {{1, 1}, nullptr});
    ASSERT_TRUE(second);
    EXPECT_EQ(second->position, (Point{9, 3}));
    EXPECT_EQ(second->shape, shape);
}

} // namespace
} // namespace gds
