// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/films.h"

#include "fakes/h264_decoder.h"
#include "fakes/stream_pair.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

constexpr Size k_screen{400, 300};
constexpr Rect k_film{40, 30, 320, 240};
constexpr int k_level = 6;
constexpr auto k_frame_time = 40ms;

class FilmsTest : public ::testing::Test {
protected:
    // The film has been found.
    void begin(Films& all)
    {
        for (int i = 0; i < 30; ++i) {
            next(all);
        }
        ASSERT_EQ(all.areas(frame), std::vector<Rect>{k_film});
    }
    void next(Films& all)
    {
        auto made = std::make_shared<Frame>(k_screen);
        fakes::paint_film(*made, k_film, turn++);
        made->damage = Region{k_film};
        made->serial = static_cast<std::uint64_t>(turn);
        frame = made;
        now += k_frame_time;
        all.look(frame, now);
    }
    std::optional<FilmPart> take(Films& all, FilmPlace& place, int level = k_level)
    {
        auto part = all.take(k_film, frame, level, place, now);
        if (part) {
            place = part->place;
        }
        return part;
    }
    static Bytes octets_of(const FilmPart& part)
    {
        Bytes all;
        for (const auto& each : part.frames) {
            test::run_loop(each->wait());
            const auto& octets = each->get().octets;
            all.insert(all.end(), octets.begin(), octets.end());
        }
        return all;
    }
    void expect_seen(const std::optional<Frame>& seen) const
    {
        ASSERT_TRUE(seen);
        EXPECT_GT(fakes::psnr(*frame, *seen, k_film, {0, 0}), 34);
    }

    WorkerPool workers{2, 0};
    Films films{workers};
    FramePtr frame;
    Films::Clock::time_point now = Films::Clock::now();
    int turn = 0;
};

TEST_F(FilmsTest, OneEncodingServesAll)
{
    begin(films);
    FilmPlace first;
    FilmPlace second;
    fakes::H264Decoder decoder;
    fakes::H264Decoder other;
    for (int i = 0; i < 10; ++i) {
        next(films);
        const auto part = take(films, first);
        ASSERT_TRUE(part);
        EXPECT_EQ(part->frames.size(), 1U);
        EXPECT_EQ(part->resets, i == 0);
        const auto same = take(films, second);
        ASSERT_TRUE(same);
        EXPECT_EQ(same->frames, part->frames);
        expect_seen(decoder.decode(octets_of(*part)));
        expect_seen(other.decode(octets_of(*same)));
    }
    EXPECT_EQ(films.encoded(), 10U);
}

TEST_F(FilmsTest, WhoJoinsBeginsWithAKeyFrameThatDisturbsNobody)
{
    begin(films);
    FilmPlace first;
    FilmPlace second;
    fakes::H264Decoder decoder;
    fakes::H264Decoder joins;
    int waited = 0;
    bool joined = false;
    for (int i = 0; i < 60; ++i) {
        next(films);
        // The one that joins may ask first or last.
        std::optional<FilmPart> late;
        if (i >= 5 && i % 2 == 0) {
            late = take(films, second);
        }
        const auto part = take(films, first);
        ASSERT_TRUE(part);
        EXPECT_EQ(part->resets, i == 0) << i;
        expect_seen(decoder.decode(octets_of(*part)));
        if (i >= 5 && i % 2 == 1) {
            late = take(films, second);
        }
        if (i >= 5 && !late) {
            ++waited;
        }
        if (late) {
            EXPECT_EQ(late->resets, !joined) << i;
            joined = true;
            const auto octets = octets_of(*late);
            EXPECT_EQ(fakes::count_of(octets, fakes::k_key_slice), late->resets ? 1 : 0);
            expect_seen(joins.decode(octets));
        }
    }
    EXPECT_TRUE(joined);
    // No key frame within a second of the one before.
    EXPECT_GT(waited, 15);
    EXPECT_LT(waited, 25);
}

TEST_F(FilmsTest, WhoSkipsAFewFramesIsSentThemTogether)
{
    begin(films);
    FilmPlace quick;
    FilmPlace slow;
    fakes::H264Decoder decoder;
    for (int i = 0; i < 12; ++i) {
        next(films);
        const auto part = take(films, quick);
        ASSERT_TRUE(part);
        octets_of(*part);
        if (i % 3 == 0) {
            const auto parts = take(films, slow);
            ASSERT_TRUE(parts);
            EXPECT_EQ(parts->frames.size(), i == 0 ? 1U : 3U);
            EXPECT_EQ(parts->resets, i == 0);
            std::optional<Frame> seen;
            for (const auto& each : parts->frames) {
                test::run_loop(each->wait());
                seen = decoder.decode(each->get().octets);
            }
            expect_seen(seen);
        }
    }
}

TEST_F(FilmsTest, WhoIsAsFarBehindAsCanBeAndIsTheFirstToAskMissesNone)
{
    begin(films);
    FilmPlace fast;
    FilmPlace slow;
    next(films);
    ASSERT_TRUE(take(films, fast));
    ASSERT_TRUE(take(films, slow));
    for (int i = 0; i < 4; ++i) {
        next(films);
        ASSERT_TRUE(take(films, fast));
    }
    next(films);
    const auto part = take(films, slow);
    ASSERT_TRUE(part);
    EXPECT_FALSE(part->resets);
    EXPECT_EQ(part->frames.size(), 5U);
}

TEST_F(FilmsTest, WhoSkipsManyJoinsAgain)
{
    begin(films);
    FilmPlace quick;
    FilmPlace slow;
    for (int i = 0; i <= 7; ++i) {
        next(films);
        ASSERT_TRUE(take(films, quick));
        if (i == 0) {
            ASSERT_TRUE(take(films, slow));
        }
    }
    EXPECT_FALSE(take(films, slow)); // too soon after the last key frame
    now += 1s;
    next(films);
    const auto again = take(films, slow);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->resets);
    fakes::H264Decoder decoder;
    expect_seen(decoder.decode(octets_of(*again)));
}

TEST_F(FilmsTest, AloneNobodySkipsAnything)
{
    begin(films);
    FilmPlace slow;
    fakes::H264Decoder decoder;
    for (int i = 0; i < 20; ++i) {
        next(films);
        if (i % 6 == 0) {
            const auto part = take(films, slow);
            ASSERT_TRUE(part);
            EXPECT_EQ(part->resets, i == 0);
            expect_seen(decoder.decode(octets_of(*part)));
        }
    }
    EXPECT_EQ(films.encoded(), 4U);
}

TEST_F(FilmsTest, NothingIsTakenTwiceNorAnOlderPicture)
{
    begin(films);
    FilmPlace place;
    const FramePtr older = frame;
    next(films);
    ASSERT_TRUE(take(films, place));
    EXPECT_FALSE(take(films, place));
    EXPECT_FALSE(films.take(k_film, older, k_level, place, now));
    EXPECT_EQ(films.encoded(), 1U);
}

TEST_F(FilmsTest, EachQualityHasItsStream)
{
    begin(films);
    FilmPlace good;
    FilmPlace bad;
    next(films);
    const auto better = take(films, good, 8);
    const auto worse = take(films, bad, 2);
    ASSERT_TRUE(better && worse);
    EXPECT_GT(octets_of(*better).size(), octets_of(*worse).size());
    EXPECT_NE(good.stream, bad.stream);
}

// Who asks for every quality in turn keeps no encoder for each.
TEST_F(FilmsTest, AStreamThatNobodyWatchesEnds)
{
    begin(films);
    FilmPlace left;
    FilmPlace stays;
    for (int i = 0; i < 60; ++i) {
        next(films);
        ASSERT_TRUE(take(films, stays));
        if (i == 0) {
            ASSERT_TRUE(take(films, left, 8));
        }
    }
    const FilmPlace before = left;
    next(films);
    const auto again = take(films, left, 8);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->resets);
    EXPECT_NE(left.stream, before.stream);
}

TEST_F(FilmsTest, AtRestNothingIsKept)
{
    begin(films);
    FilmPlace place;
    next(films);
    const auto part = take(films, place);
    ASSERT_TRUE(part);
    octets_of(*part);
    EXPECT_FALSE(films.idle());
    const std::weak_ptr<const Frame> last = std::exchange(frame, nullptr);
    EXPECT_TRUE(test::spin_until([&] { return films.idle() && last.expired(); }));
}

TEST_F(FilmsTest, WhatFailsIsNotTriedAgain)
{
    int tried = 0;
    const auto open = [&tried](Size, int) -> std::unique_ptr<H264Encoder> {
        ++tried; // by one worker, which is waited for
        throw std::runtime_error{"none here"};
    };
    Films broken{workers, open};
    begin(broken);
    FilmPlace place;
    next(broken);
    const auto part = take(broken, place);
    ASSERT_TRUE(part);
    EXPECT_THROW(octets_of(*part), std::runtime_error);
    for (int i = 0; i < 40; ++i) {
        next(broken);
        EXPECT_TRUE(broken.areas(frame).empty());
        EXPECT_FALSE(take(broken, place));
    }
    EXPECT_EQ(tried, 1);
    EXPECT_TRUE(test::spin_until([&] { return broken.idle(); }));
}

} // namespace
} // namespace gds
