// SPDX-License-Identifier: GPL-2.0-or-later
// The order in which answers, messages and updates take effect.
#include "session_fixture.h"

namespace gds::test {
namespace {

TEST_F(SessionTest, FencesAreAnnouncedOnceAndAnswered)
{
    admit();
    say(joined({set_encodings({0, -312}), set_encodings({0, -312})}));
    const auto announced = next();
    ASSERT_TRUE(announced);
    EXPECT_EQ(announced->type, 248);
    EXPECT_EQ(announced->fence_flags, fence::k_request);
    say(client_fence(0, "")); // the answer to it
    EXPECT_TRUE(silent());
    say(client_fence(0xffffffff & ~fence::k_sync_next, "abc"));
    const auto answer = next();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->fence_flags, fence::k_block_before | fence::k_block_after);
    EXPECT_EQ(answer->text, "abc");
}

TEST_F(SessionTest, BlockBeforeIsAnsweredAfterTheUpdateThatWasAskedBefore)
{
    admit();
    say(set_encodings({0, -312}));
    ASSERT_TRUE(next());
    say(joined(
        {request(false, k_all), client_fence(fence::k_request | fence::k_block_before, "b")}));
    const auto picture = next();
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->type, 0);
    const auto answer = next();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->text, "b");
}

TEST_F(SessionTest, SyncNextParts_WhatItsMessageAffects)
{
    PixelFormat small;
    small.bits_per_pixel = 16;
    small.depth = 16;
    small.red_max = 31;
    small.green_max = 63;
    small.blue_max = 31;
    small.red_shift = 11;
    small.green_shift = 5;
    admit();
    say(joined({set_encodings({0, -312, -313}), continuous_updates(true, k_all)}));
    ASSERT_TRUE(next_picture());
    for (int round = 0; round < 20; ++round) {
        const bool to_small = round % 2 == 0;
        host.paint({round, 0, 3, 3}, 0x808080);
        session->picture_changed();
        say(joined({client_fence(fence::k_request | fence::k_sync_next, "s"),
                    set_pixel_format(to_small ? small : PixelFormat{})}));
        host.paint({round, 5, 3, 3}, 0x404040);
        session->picture_changed();
        // The viewer changes its mind exactly at the answer: if an update were in the other format,
        // its octets would not come apart into messages.
        for (;;) {
            const auto seen = next();
            ASSERT_TRUE(seen);
            if (seen->type == 248) {
                EXPECT_EQ(seen->fence_flags, fence::k_sync_next);
                break;
            }
        }
        viewer.octets_per_pixel = to_small ? 2 : 4;
        host.paint({round, 10, 3, 3}, 0x202020);
        session->picture_changed();
        ASSERT_TRUE(next_picture());
        settle();
        while (look()) {
        }
    }
    EXPECT_FALSE(ended);
}

// How TigerVNC changes the format: what comes behind EndOfContinuousUpdates is in the new one.
TEST_F(SessionTest, TheEndOfContinuousUpdatesPartsFormats)
{
    PixelFormat small;
    small.bits_per_pixel = 8;
    small.depth = 6;
    small.red_max = small.green_max = small.blue_max = 3;
    small.red_shift = 4;
    small.green_shift = 2;
    small.blue_shift = 0;
    server->set_write_capacity(50); // so that there is always something on its way
    admit();
    say(joined({set_encodings({0, -313}), continuous_updates(true, k_all)}));
    ASSERT_EQ(next()->type, 150);
    ASSERT_TRUE(next_picture());
    for (int round = 0; round < 40; ++round) {
        const bool to_small = round % 2 == 0;
        for (int i = 0; i < round % 4; ++i) {
            host.paint({i * 7, round % 20, 5, 5}, 0x808080);
            session->picture_changed();
            spin_ready();
        }
        say(joined({continuous_updates(false, {}),
                    set_pixel_format(to_small ? small : PixelFormat{}),
                    continuous_updates(true, k_all)}));
        host.paint({round % 30, 5, 9, 9}, 0x404040);
        session->picture_changed();
        for (;;) {
            const auto seen = next();
            ASSERT_TRUE(seen);
            if (seen->type == 150) {
                break;
            }
        }
        viewer.octets_per_pixel = to_small ? 1 : 4;
        host.paint({round % 30, 10, 3, 3}, 0x202020);
        session->picture_changed();
        ASSERT_TRUE(next_picture());
        while (look()) {
        }
    }
    EXPECT_FALSE(ended);
}

TEST_F(SessionTest, BlockAfterHoldsBackWhatFollows)
{
    server->set_write_capacity(300);
    admit();
    say(set_encodings({0, -312}));
    ASSERT_TRUE(next());
    say(request(false, k_all));
    settle(); // the update is stuck
    say(joined(
        {client_fence(fence::k_request | fence::k_block_after, "a"), key_event(0x61, true)}));
    settle();
    EXPECT_TRUE(host.sink.events.empty());
    server->set_write_capacity(1'000'000);
    ASSERT_TRUE(next_picture());
    const auto answer = next();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->text, "a");
    EXPECT_TRUE(spin_until([this] { return !host.sink.events.empty(); }));
}

TEST_F(SessionTest, FencesOneAfterTheOther)
{
    admit();
    say(set_encodings({0, -312}));
    ASSERT_TRUE(next());
    const auto sync = fence::k_request | fence::k_sync_next;
    say(joined({client_fence(sync, "1"), client_fence(sync, "2"),
                client_fence(fence::k_request, "3"), key_event(0x61, true)}));
    for (const char* text : {"1", "2", "3"}) {
        const auto answer = next();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->text, text);
    }
    EXPECT_TRUE(spin_until([this] { return !host.sink.events.empty(); }));
}

TEST_F(SessionTest, AFloodOfFencesStopsTheReading)
{
    server->set_write_capacity(100);
    admit();
    say(set_encodings({0, -312}));
    ASSERT_TRUE(next());
    server->set_write_capacity(1);
    Bytes flood;
    for (int i = 0; i < 5000; ++i) {
        const Bytes one = client_fence(fence::k_request, std::string(64, 'f'));
        flood.insert(flood.end(), one.begin(), one.end());
    }
    say(flood);
    say(key_event(0x61, true));
    settle();
    EXPECT_TRUE(host.sink.events.empty());
    EXPECT_FALSE(ended);
    server->set_write_capacity(1'000'000);
    for (int i = 0; i < 5000; ++i) {
        ASSERT_TRUE(next());
    }
    EXPECT_TRUE(spin_until([this] { return !host.sink.events.empty(); }));
}

} // namespace
} // namespace gds::test
