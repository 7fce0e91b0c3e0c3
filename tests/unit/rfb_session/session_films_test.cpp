// SPDX-License-Identifier: GPL-2.0-or-later
// A film goes as Open H.264 to those who can watch it, and is without loss once it rests.
#include "fakes/h264_decoder.h"
#include "guest.h"

#include <array>
#include <map>
#include <tuple>

namespace gds::test {
namespace {

using namespace std::chrono_literals;

constexpr std::int32_t k_quality_6 = encoding::k_quality_level_lowest + 6;

class SessionFilmsTest : public SessionTest {
protected:
    static constexpr Size k_large{420, 320};
    static constexpr Rect k_whole{0, 0, 420, 320};
    static constexpr Rect k_film{50, 40, 320, 240};

    SessionFilmsTest() { host.resize(k_large); }

    void admit_watcher(std::initializer_list<std::int32_t> encodings = {50, 0, -239, k_quality_6})
    {
        admit();
        say(joined({set_encodings(encodings), request(false, k_whole)}));
        ASSERT_TRUE(next_picture());
        settle();
        // A second of it.
        for (int i = 0; i < 25; ++i) {
            play();
        }
    }
    // The next picture of it, at its time, however busy this machine is.
    void play()
    {
        host.change(k_film, [this](Frame& frame) { fakes::paint_film(frame, k_film, turn++); });
        now += 40ms;
        pictures.films().look(host.frame(), now);
    }

    // The next updates for it; what is in them is shown.
    Seen update()
    {
        session->picture_changed();
        say(request(true, k_whole));
        auto seen = next();
        if (!seen) {
            ADD_FAILURE() << "no update";
            return {};
        }
        // In their order: what is not film has been taken already.
        const auto taken = viewer.pixels;
        for (const auto& rect : seen->rects) {
            if (rect.encoding == encoding::k_open_h264) {
                watch(rect);
            } else if (rect.encoding == 0) {
                draw(rect.rect, taken);
            }
        }
        return *seen;
    }
    void draw(const Rect& area, const std::vector<std::uint32_t>& pixels)
    {
        for (int y = area.y; y < area.bottom(); ++y) {
            const auto at = static_cast<std::ptrdiff_t>(y) * viewer.size.width + area.x;
            std::copy_n(pixels.begin() + at, area.width, viewer.pixels.begin() + at);
        }
    }
    void watch(const SeenRect& seen)
    {
        ASSERT_GE(seen.payload.size(), 4U);
        const bool resets = (seen.payload[3] & 1) != 0;
        const ByteView octets = ByteView{seen.payload}.subspan(4);
        if (resets) {
            EXPECT_EQ(fakes::count_of(octets, fakes::k_key_slice), 1);
        }
        const auto place = std::tuple{seen.rect.x, seen.rect.y, seen.rect.width, seen.rect.height};
        if (resets) {
            contexts.erase(place);
        }
        const auto picture = contexts[place].decode(octets);
        ASSERT_TRUE(picture);
        for (int y = 0; y < seen.rect.height; ++y) {
            for (int x = 0; x < seen.rect.width; ++x) {
                viewer.pixels[static_cast<std::size_t>((seen.rect.y + y) * viewer.size.width +
                                                       seen.rect.x + x)] = picture->row(y)[x];
            }
        }
    }
    double quality() const
    {
        Frame shown{viewer.size};
        shown.pixels = viewer.pixels;
        return fakes::psnr(*host.frame(), shown, k_film, {k_film.x, k_film.y});
    }

    int turn = 0;
    Films::Clock::time_point now = Films::Clock::now();
    std::map<std::tuple<int, int, int, int>, fakes::H264Decoder> contexts;
};

TEST_F(SessionFilmsTest, AFilmGoesAsH264)
{
    admit_watcher();
    for (int i = 0; i < 10; ++i) {
        play();
        const auto seen = update();
        ASSERT_TRUE(seen.has(encoding::k_open_h264)) << i;
        EXPECT_EQ(seen.find(encoding::k_open_h264)->rect, k_film);
        EXPECT_EQ(seen.pixels(), 0) << i;
        EXPECT_GT(quality(), 34) << i;
    }
    EXPECT_EQ(session->statistics().encoding, "h264");
    EXPECT_EQ(pictures.films().encoded(), 10U);
}

TEST_F(SessionFilmsTest, WhatElseChangesComesBesideIt)
{
    admit_watcher();
    for (int i = 0; i < 5; ++i) {
        host.paint({0, 0, 40, 30}, 0x101010U * static_cast<std::uint32_t>(i));
        session->picture_changed(); // a picture that is skipped
        play();
        const auto seen = update();
        ASSERT_TRUE(seen.has(encoding::k_open_h264));
        EXPECT_EQ(seen.pixels(), 40 * 30);
        EXPECT_EQ(viewer.at(39, 29), 0x101010U * static_cast<std::uint32_t>(i));
    }
}

TEST_F(SessionFilmsTest, AtRestItIsWithoutLoss)
{
    limits.refined_after = 50ms;
    admit_watcher();
    play();
    ASSERT_TRUE(update().has(encoding::k_open_h264));
    EXPECT_LT(quality(), 90);
    for (int i = 0; i < 100 && quality() < 90; ++i) {
        say(request(true, k_whole));
        ASSERT_TRUE(next());
    }
    expect_picture();
}

TEST_F(SessionFilmsTest, WhoDoesNotListItGetsNone)
{
    admit_watcher({0, -239, k_quality_6});
    play();
    EXPECT_FALSE(update().has(encoding::k_open_h264));
    expect_picture();
}

TEST_F(SessionFilmsTest, WhoNamesNoQualityGetsNone)
{
    admit_watcher({50, 0, -239});
    play();
    EXPECT_FALSE(update().has(encoding::k_open_h264));
    expect_picture();
}

TEST_F(SessionFilmsTest, ThePointerIsDrawnOnIt)
{
    limits.refined_after = 50ms;
    admit_watcher({50, 0, k_quality_6});
    const auto point_at = [this](Point where) {
        host.set_pointer({8, 8}, {0, 0}, 0x80ff0000, where);
        session->cursor_changed();
    };
    const auto look_at_pointer = [this] {
        const auto drawn = draw_cursor(*host.frame(), host.cursor());
        const Rect area = drawn.area();
        ASSERT_FALSE(area.empty());
        for (int y = 0; y < area.height; ++y) {
            for (int x = 0; x < area.width; ++x) {
                ASSERT_EQ(viewer.at(area.x + x, area.y + y), drawn.picture->row(y)[x] & k_rgb_mask);
            }
        }
    };
    for (const Point where : {Point{100, 100}, {100, 100}, {45, 35}, {0, 0}, {103, 90}}) {
        point_at(where);
        play();
        const auto seen = update();
        ASSERT_TRUE(seen.has(encoding::k_open_h264));
        EXPECT_LE(seen.pixels(), 54 * 44); // a hull of two places at most
        look_at_pointer();
        EXPECT_GT(quality(), 25);
    }
    point_at({200, 150});
    EXPECT_FALSE(update().has(encoding::k_open_h264)); // it has had that picture
    look_at_pointer();
    EXPECT_EQ(viewer.at(103, 90), host.frame()->row(90)[103] & k_rgb_mask);
    for (bool more = true; more;) {
        say(request(true, k_whole));
        more = next(500ms).has_value();
    }
    expect_picture(draw_cursor(*host.frame(), host.cursor()));
}

TEST_F(SessionFilmsTest, WhoWantsAPartOnlyGetsNone)
{
    admit_watcher();
    play();
    session->picture_changed();
    say(request(true, {0, 0, 200, 200}));
    const auto seen = next();
    ASSERT_TRUE(seen);
    EXPECT_FALSE(seen->has(encoding::k_open_h264));
}

TEST_F(SessionFilmsTest, WhoComesBackBeginsAnew)
{
    admit_watcher();
    play();
    ASSERT_TRUE(update().has(encoding::k_open_h264));
    say(set_encodings({0, -239, k_quality_6}));
    play();
    EXPECT_FALSE(update().has(encoding::k_open_h264));
    say(set_encodings({50, 0, -239, k_quality_6}));
    bool again = false;
    for (const auto last = Films::Clock::now() + 5s; !again && Films::Clock::now() < last;) {
        play();
        const auto seen = update();
        if (const auto* film = seen.find(encoding::k_open_h264)) {
            again = true;
            EXPECT_EQ(film->payload[3] & 1, 1); // with what it forgot
        }
        spin_for(30ms);
    }
    EXPECT_TRUE(again);
    EXPECT_GT(quality(), 34);
}

// With frames for them in the encoder.
TEST_F(SessionFilmsTest, ManyComeAndGoWhileItPlays)
{
    admit_watcher();
    std::array<std::unique_ptr<Guest>, 6> guests;
    std::uint64_t state = 11;
    const auto dice = [&state](unsigned sides) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<unsigned>((state >> 33) % sides);
    };
    for (int come = 0; come < 80; ++come) {
        auto& guest = guests[dice(6)];
        guest.reset(); // wherever it is
        guest = std::make_unique<Guest>(host, pictures);
        if (dice(4) == 0) {
            guest->stop_reading(dice(200'000));
        }
        guest->say(joined({client_init(),
                           set_encodings({50, 7, 1, -239, k_quality_6 + static_cast<int>(dice(3))}),
                           request(false, k_whole)}));
        play();
        for (auto& each : guests) {
            if (each) {
                each->picture_changed();
                each->say(request(true, k_whole));
                each->read();
            }
        }
        for (unsigned turns = dice(5); turns > 0; --turns) {
            g_main_context_iteration(nullptr, FALSE);
        }
        if (come % 10 == 0) {
            settle();
        }
    }
    EXPECT_GT(pictures.films().encoded(), 0U);
    guests = {};
    host.resize({1, 1});
    EXPECT_TRUE(spin_until([&] { return pictures.idle(); }));
}

} // namespace
} // namespace gds::test
