// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/film_areas.h"

#include "fakes/h264_decoder.h"
#include "rfb/h264_encoder.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;
using Films = std::vector<Rect>;

constexpr Size k_screen{896, 512};
constexpr Rect k_film{203, 101, 480, 272};

class FilmAreasTest : public ::testing::Test {
protected:
    // Pictures at that distance for so long, each changed by `paint`, which returns where.
    template <typename Paint>
    void show(std::chrono::milliseconds time, std::chrono::milliseconds each, Paint paint)
    {
        for (const auto end = now + time; now < end; now += each) {
            frame.damage = paint(turn++);
            ++frame.serial;
            areas.look(frame, now);
        }
    }
    Region play(const Rect& area)
    {
        fakes::paint_film(frame, area, turn);
        return area;
    }

    Frame frame{k_screen};
    FilmAreas areas;
    FilmAreas::Time now{1000s};
    int turn = 0;
};

TEST_F(FilmAreasTest, AFilmIsFoundWithItsExactEdges)
{
    show(1100ms, 80ms, [this](int) { return play(k_film); });
    EXPECT_EQ(areas.films(), Films{k_film});
}

TEST_F(FilmAreasTest, SoItIsInTenPicturesASecondBetweenOthers)
{
    show(1500ms, 20ms, [this](int n) {
        Region damage{Rect{10, 480, 8, 16}};
        if (n % 5 == 0) {
            damage.add(play(k_film));
        }
        return damage;
    });
    EXPECT_EQ(areas.films(), Films{k_film});
}

TEST_F(FilmAreasTest, NotAtFiveASecond)
{
    show(3s, 200ms, [this](int) { return play(k_film); });
    EXPECT_EQ(areas.films(), Films{});
}

TEST_F(FilmAreasTest, NotAtOnce)
{
    show(600ms, 80ms, [this](int) { return play(k_film); });
    EXPECT_EQ(areas.films(), Films{});
}

TEST_F(FilmAreasTest, OddEdgesAreLeftOut)
{
    show(1100ms, 80ms, [this](int) { return play({203, 101, 481, 273}); });
    EXPECT_EQ(areas.films(), Films{k_film});
}

TEST_F(FilmAreasTest, AWholeScreenIsOneFilm)
{
    show(1100ms, 80ms, [this](int) { return play(Rect::of(k_screen)); });
    EXPECT_EQ(areas.films(), Films{Rect::of(k_screen)});
}

TEST_F(FilmAreasTest, TextThatMovesIsNone)
{
    show(1500ms, 80ms, [this](int n) {
        fakes::Dice dice(static_cast<std::uint64_t>(n));
        for (int y = k_film.y; y < k_film.bottom(); ++y) {
            for (int x = k_film.x; x < k_film.right(); ++x) {
                frame.row(y)[x] = fakes::detail::text_pixel(x, y, dice);
            }
        }
        return Region{k_film};
    });
    EXPECT_EQ(areas.films(), Films{});
}

TEST_F(FilmAreasTest, WhatScrollsIsNone)
{
    show(1500ms, 80ms, [this](int) {
        areas.scrolled(Rect{k_film});
        return play(k_film);
    });
    EXPECT_EQ(areas.films(), Films{});
}

TEST_F(FilmAreasTest, SmallOnesAreNone)
{
    show(1500ms, 80ms, [this](int) { return play({200, 100, 150, 300}); });
    EXPECT_EQ(areas.films(), Films{});
}

TEST_F(FilmAreasTest, TwoApartAreTwo)
{
    const Rect first{0, 0, 320, 240};
    const Rect second{500, 300, 300, 200};
    show(1100ms, 80ms, [&](int) {
        Region damage = play(first);
        damage.add(play(second));
        return damage;
    });
    EXPECT_EQ(areas.films(), (Films{first, second}));
}

TEST_F(FilmAreasTest, ItStaysTheSameWhateverElseMoves)
{
    show(1100ms, 80ms, [this](int) { return play(k_film); });
    show(3s, 80ms, [this](int n) {
        Region damage = play({k_film.x, k_film.y, k_film.width, k_film.height - n % 100});
        damage.add(Rect{k_film.x, k_film.bottom() + 5, 300, 20});
        return damage;
    });
    EXPECT_EQ(areas.films(), Films{k_film});
}

TEST_F(FilmAreasTest, ItEndsAtRest)
{
    show(1100ms, 80ms, [this](int) { return play(k_film); });
    const Region cursor{Rect{k_film.x + 5, k_film.y + 5, 8, 16}};
    show(400ms, 40ms, [&](int) { return cursor; });
    EXPECT_EQ(areas.films(), Films{k_film});
    show(300ms, 40ms, [&](int) { return cursor; });
    EXPECT_EQ(areas.films(), Films{});
}

TEST_F(FilmAreasTest, ADarkSceneDoesNotEndItButOtherContentDoes)
{
    const auto black = [this](int) {
        for (int y = k_film.y; y < k_film.bottom(); ++y) {
            std::fill_n(frame.row(y) + k_film.x, k_film.width, 0U);
        }
        return Region{k_film};
    };
    show(1100ms, 80ms, [this](int) { return play(k_film); });
    show(1500ms, 80ms, black);
    EXPECT_EQ(areas.films(), Films{k_film});
    show(3s, 80ms, black);
    EXPECT_EQ(areas.films(), Films{});
}

TEST_F(FilmAreasTest, TheWholeScreenTakesThePlaceOfAPart)
{
    show(1100ms, 80ms, [this](int) { return play(k_film); });
    show(1100ms, 80ms, [this](int) { return play(Rect::of(k_screen)); });
    EXPECT_EQ(areas.films(), Films{Rect::of(k_screen)});
}

TEST_F(FilmAreasTest, AnotherSizeIsAnotherScreen)
{
    show(1100ms, 80ms, [this](int) { return play(k_film); });
    frame = Frame{Size{800, 600}};
    frame.damage = Region{Rect{0, 0, 1000, 900}}; // more than there is does no harm
    areas.look(frame, now);
    EXPECT_EQ(areas.films(), Films{});
}

TEST_F(FilmAreasTest, NothingLargerThanEncodersTake)
{
    frame = Frame{Size{k_most_video_side + 200, 200}};
    show(1100ms, 100ms, [this](int) { return play(Rect::of(frame.size)); });
    EXPECT_EQ(areas.films(), Films{});
}

} // namespace
} // namespace gds
