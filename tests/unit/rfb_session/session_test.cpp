// SPDX-License-Identifier: GPL-2.0-or-later
// The picture: requests, updates, formats, encodings, limits.
#include "session_fixture.h"

#include "fakes/rfb_decoder.h"
#include "rfb/encoding_choice.h"

#include <set>

namespace gds::test {
namespace {

using namespace std::chrono_literals;

TEST_F(SessionTest, ServerInitTellsSizeFormatAndName)
{
    start();
    EXPECT_TRUE(silent());
    say(client_init());
    ASSERT_TRUE(spin_until([this] { return client->arrived().size() >= 31; }));
    const Bytes expected = joined({{0, 40, 0, 30},
                                   {32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0},
                                   {0, 0, 0, 7, 'd', 'e', 's', 'k', 't', 'o', 'p'}});
    EXPECT_EQ(client->take_arrived(), expected);
    EXPECT_EQ(host.client_inits, std::vector<bool>{false});
}

TEST_F(SessionTest, ClientInitMayAskToBeAlone)
{
    start();
    say(client_init(false));
    ASSERT_TRUE(next());
    EXPECT_EQ(host.client_inits, std::vector<bool>{true});
}

TEST_F(SessionTest, InputAndRequestsAreActivityAndNothingElseIs)
{
    admit();
    say(joined({set_encodings({0, -312, -313}), client_fence(fence::k_request, "x"),
                continuous_updates(true, k_all)}));
    ASSERT_TRUE(next());
    EXPECT_EQ(host.activity, 0U);
    say(request(true, k_all));
    say(key_event('a', true));
    say(pointer_event(0, 1, 1));
    EXPECT_TRUE(spin_until([this] { return host.activity == 3U; }));
}

TEST_F(SessionTest, ClientInitHasADeadline)
{
    limits.client_init = 20ms;
    start();
    EXPECT_EQ(outcome(), "timed out");
}

TEST_F(SessionTest, TheFirstRequestGetsTheWholePicture)
{
    admit();
    EXPECT_TRUE(silent());
    say(request(false, k_all));
    ASSERT_TRUE(next_picture());
    expect_picture();
    EXPECT_EQ(session->statistics().encoding, "raw");
    EXPECT_EQ(session->statistics().frames_sent, 1U);
}

TEST_F(SessionTest, IncrementalUpdatesCarryWhatChanged)
{
    admit();
    say(request(false, k_all));
    ASSERT_TRUE(next_picture());
    say(request(true, k_all));
    EXPECT_TRUE(silent());
    host.paint({10, 10, 5, 4}, 0x123456);
    session->picture_changed();
    const auto seen = next();
    ASSERT_TRUE(seen);
    ASSERT_EQ(seen->rects.size(), 1U);
    EXPECT_EQ(seen->rects[0].rect, (Rect{10, 10, 5, 4}));
    expect_picture();
    // Nothing is asked any more.
    host.paint({0, 0, 1, 1}, 0xff0000);
    session->picture_changed();
    EXPECT_TRUE(silent());
    say(request(true, k_all));
    ASSERT_TRUE(next_picture());
    expect_picture();
}

TEST_F(SessionTest, ASlowClientSkipsFramesButNoDamage)
{
    admit();
    say(request(false, k_all));
    ASSERT_TRUE(next_picture());
    for (int i = 0; i < 20; ++i) {
        host.paint({i, i, 2, 2}, 0x010203U * static_cast<unsigned>(i));
        session->picture_changed();
        settle();
    }
    say(request(true, k_all));
    ASSERT_TRUE(next_picture());
    EXPECT_TRUE(silent());
    EXPECT_EQ(session->statistics().frames_sent, 2U);
    expect_picture();
}

TEST_F(SessionTest, AThousandRequestsAreOne)
{
    admit();
    Bytes many;
    for (int i = 0; i < 1000; ++i) {
        const Bytes one = request(false, k_all);
        many.insert(many.end(), one.begin(), one.end());
    }
    say(many);
    ASSERT_TRUE(next_picture());
    settle();
    while (look()) {
    }
    EXPECT_LE(session->statistics().frames_sent, 3U);
}

TEST_F(SessionTest, RequestsBeyondThePictureAreClipped)
{
    admit();
    say(request(false, {30, 20, 65535, 65535}));
    const auto seen = next_picture();
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->pixels(), 100);
    say(request(false, {65535, 65535, 65535, 65535}));
    say(request(false, {0, 0, 0, 0}));
    EXPECT_TRUE(silent());
    EXPECT_FALSE(ended);
}

TEST_F(SessionTest, OneOctetAtATimeIsTheSame)
{
    server->set_read_limit(1);
    admit();
    say(joined({set_encodings({0, -239}), request(false, k_all), key_event(0x61, true),
                cut_text(5, "hello"), key_event(0x61, false), request(true, k_all)}));
    ASSERT_TRUE(next_picture());
    expect_picture();
    EXPECT_TRUE(spin_until([this] { return host.sink.events.size() == 2; }));
    client->end();
    EXPECT_EQ(outcome(), "left");
}

TEST_F(SessionTest, PixelFormatsApplyFromTheNextUpdate)
{
    admit();
    PixelFormat small;
    small.bits_per_pixel = 8;
    small.depth = 8;
    small.red_max = 7;
    small.green_max = 7;
    small.blue_max = 3;
    small.red_shift = 0;
    small.green_shift = 3;
    small.blue_shift = 6;
    viewer.octets_per_pixel = 1;
    say(joined({set_pixel_format(small), request(false, k_all)}));
    const auto seen = next_picture();
    ASSERT_TRUE(seen);
    Bytes expected;
    convert_pixels(*host.frame(), k_all, small, expected);
    EXPECT_EQ(seen->rects[0].payload, expected);
}

TEST_F(SessionTest, AnImpossiblePixelFormatEndsTheSession)
{
    admit();
    PixelFormat impossible;
    impossible.bits_per_pixel = 24;
    say(set_pixel_format(impossible));
    EXPECT_EQ(outcome(), "protocol error");
}

TEST_F(SessionTest, UnknownAndUnnegotiatedMessagesEndTheSession)
{
    admit();
    say(client_fence(fence::k_request, ""));
    EXPECT_EQ(outcome(), "protocol error");
}

// Zlib's stream and ZRLE's are two, each with its header before its first body and never again,
// however often the client changes its mind.
TEST_F(SessionTest, ZlibAndZrleAreOneStreamEach)
{
    admit();
    fakes::RfbDecoder decoder{k_size, PixelFormat{}};
    std::set<std::int32_t> begun;
    int shade = 0;
    for (const std::int32_t encoding : {16, 16, 6, 16, 6, 6, 0, 16}) {
        ++shade;
        host.paint({shade * 4, shade, 9, 9}, 0xabc000U + static_cast<unsigned>(shade));
        session->picture_changed();
        say(joined({set_encodings({encoding, 0}), request(false, k_all)}));
        const auto seen = next();
        ASSERT_TRUE(seen);
        for (const auto& rect : seen->rects) {
            ASSERT_EQ(rect.encoding, encoding);
            EncodedRect encoded{rect.rect, rect.encoding, rect.payload};
            if (encoding != 0 && begun.insert(encoding).second) {
                ASSERT_EQ(rect.payload[0], 0x78);
                ASSERT_EQ(rect.payload[1], 0x01);
                encoded.payload.erase(encoded.payload.begin(), encoded.payload.begin() + 2);
            }
            decoder.decode(encoded);
        }
        for (int y = 0; y < k_size.height; ++y) {
            for (int x = 0; x < k_size.width; ++x) {
                ASSERT_EQ(decoder.picture.at(x, y), host.frame()->row(y)[x] & k_rgb_mask);
            }
        }
        EXPECT_EQ(session->statistics().encoding, encoding_name(encoding));
    }
}

TEST_F(SessionTest, BigPicturesComeInPartsOfOneUpdateWithLastRect)
{
    host.resize({1200, 1200});
    admit();
    say(joined({set_encodings({0, -224}), request(false, {0, 0, 1200, 1200})}));
    const auto seen = next_picture();
    ASSERT_TRUE(seen);
    EXPECT_TRUE(seen->has(encoding::k_last_rect));
    expect_picture();
    EXPECT_EQ(session->statistics().frames_sent, 1U);
}

class LongUpdateTest : public SessionTest {
protected:
    // The line takes a part of the first one, and then nothing.
    void stop_within_an_update()
    {
        limits.long_update = std::chrono::milliseconds{1};
        host.resize({1200, 1200});
        admit();
        server->set_write_capacity(1'000'000);
        say(joined(
            {set_encodings({0, encoding::k_last_rect}), request(false, {0, 0, 1200, 1200})}));
        ASSERT_TRUE(spin_until([this] { return client->arrived().size() == 1'000'000; }));
    }
};

TEST_F(LongUpdateTest, AnUpdateThatIsOvertakenIsCutShortAndTheRestComesFirst)
{
    ASSERT_NO_FATAL_FAILURE(stop_within_an_update());
    host.paint({0, 0, 1200, 1200}, 0x123456);
    session->picture_changed();
    server->set_write_capacity(100'000'000);
    const auto cut = next_picture();
    ASSERT_TRUE(cut);
    EXPECT_TRUE(cut->has(encoding::k_last_rect));
    EXPECT_LT(cut->pixels(), 1200 * 1200);
    const Rect last = cut->rects.at(cut->rects.size() - 2).rect;

    say(request(true, {0, 0, 1200, 1200}));
    const auto next = next_picture();
    ASSERT_TRUE(next);
    EXPECT_GE(next->rects.front().rect.y, last.y);
    expect_picture();
    EXPECT_TRUE(silent());
}

TEST_F(LongUpdateTest, AnUpdateThatNothingOvertakesIsNotCut)
{
    ASSERT_NO_FATAL_FAILURE(stop_within_an_update());
    host.paint({0, 0, 20, 20}, 0x123456); // of what was sent
    session->picture_changed();
    server->set_write_capacity(100'000'000);
    const auto whole = next_picture();
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->pixels(), 1200 * 1200);
    say(request(true, {0, 0, 1200, 1200}));
    ASSERT_TRUE(next_picture());
    expect_picture();
}

TEST_F(SessionTest, BigPicturesAreCountedForClientsWithoutLastRect)
{
    host.resize({1200, 1200});
    admit();
    say(request(false, {0, 0, 1200, 1200}));
    const auto seen = next_picture();
    ASSERT_TRUE(seen);
    EXPECT_FALSE(seen->has(encoding::k_last_rect));
    EXPECT_EQ(seen->pixels(), 1200 * 1200);
    expect_picture();
}

TEST_F(SessionTest, ContinuousUpdatesNeedNoRequests)
{
    admit();
    say(set_encodings({0, -313}));
    const auto announced = next();
    ASSERT_TRUE(announced);
    EXPECT_EQ(announced->type, 150);
    say(continuous_updates(true, k_all));
    ASSERT_TRUE(next_picture());
    expect_picture();
    for (int i = 0; i < 3; ++i) {
        host.paint({i, i, 4, 4}, 0xfedcbaU);
        session->picture_changed();
        ASSERT_TRUE(next_picture());
        expect_picture();
    }
    say(continuous_updates(false, {}));
    const auto over = next();
    ASSERT_TRUE(over);
    EXPECT_EQ(over->type, 150);
    host.paint({0, 0, 4, 4}, 0x1U);
    session->picture_changed();
    EXPECT_TRUE(silent());
}

TEST_F(SessionTest, AClientThatTakesNothingIsDropped)
{
    limits.no_progress = 40ms;
    server->set_write_capacity(500);
    admit();
    say(request(false, k_all));
    EXPECT_EQ(outcome(), "timed out");
}

TEST_F(SessionTest, AnIdleClientIsNot)
{
    limits.no_progress = 20ms;
    admit();
    say(request(true, k_all));
    ASSERT_TRUE(next_picture());
    spin_until([] { return false; }, 60ms);
    EXPECT_FALSE(ended);
}

TEST_F(SessionTest, AtMostOneUpdateIsHeldForAClientThatDoesNotRead)
{
    server->set_write_capacity(64);
    start();
    say(client_init());
    for (int i = 0; i < 10; ++i) {
        say(request(false, k_all));
        host.paint({i, 0, 1, 1}, 0x777777);
        session->picture_changed();
        settle();
    }
    EXPECT_EQ(session->statistics().frames_sent, 0U);
    EXPECT_LE(client->arrived().size(), 64U);
    server->set_write_capacity(1'000'000);
    ASSERT_TRUE(next_picture());
    ASSERT_TRUE(next_picture());
    expect_picture();
    EXPECT_TRUE(silent());
}

TEST_F(SessionTest, AClientThatDoesNotReadKeepsNoFrame)
{
    for (const bool last_rect : {false, true}) {
        server->set_write_capacity(1'000'000);
        if (!session) {
            admit();
        }
        if (last_rect) {
            say(set_encodings({0, encoding::k_last_rect}));
        }
        host.paint({0, 0, 40, 30}, 0x111111);
        const std::weak_ptr<const Frame> sent = host.frame();
        client->take_arrived();
        server->set_write_capacity(64);
        say(request(false, k_all));
        ASSERT_TRUE(spin_until([this] { return client->arrived().size() == 64; }));
        host.paint({0, 0, 1, 1}, 0x222222);
        EXPECT_TRUE(spin_until([&] { return sent.expired(); }));
        server->set_write_capacity(1'000'000);
        ASSERT_TRUE(next_picture());
        settle();
        while (look()) {
        }
    }
}

TEST_F(SessionTest, AnEndWithinAMessageAndAResetAreToldApartFromLeaving)
{
    admit();
    say({4, 1});
    client->end();
    EXPECT_EQ(outcome(), "end of stream");
}

TEST_F(SessionTest, DroppingARunningSessionIsFine)
{
    admit();
    say(request(false, k_all)); // perhaps on a worker now
    scope.reset();
    session.reset();
    EXPECT_FALSE(ended);
}

} // namespace
} // namespace gds::test
