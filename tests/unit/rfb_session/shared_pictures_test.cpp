// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/shared_pictures.h"

#include "fakes/pictures.h"
#include "fakes/stream_pair.h"
#include "rfb/pieces_ahead.h"

#include <array>
#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

constexpr Size k_size{600, 400};

FramePtr picture(unsigned seed)
{
    return std::make_shared<Frame>(fakes::picture(fakes::Content::text, k_size, seed));
}

Task<> a_moment() { co_await sleep_for(1ms); }

// Fails as often as it is told to.
class FailingEncoder final : public Encoder {
public:
    mutable int failures = 1;
    std::int32_t encoding() const override { return 0; }
    Bytes encode(const Frame& frame, const Rect& piece, const EncodeParams& params) const override
    {
        if (failures-- > 0) {
            throw std::runtime_error{"no"};
        }
        return raw_encoder().encode(frame, piece, params);
    }
    EncodeParams relevant(const EncodeParams& params) const override { return params; }
};

class SharedPicturesTest : public ::testing::Test {
protected:
    std::vector<EncodedPiecePtr> encode(const FramePtr& of, const Encoder& encoder,
                                        const EncodeParams& params = {})
    {
        return pictures.encode(plan_update(Rect::of(k_size), of, {}), encoder, params);
    }
    static void wait_for(const std::vector<EncodedPiecePtr>& pieces)
    {
        for (const auto& each : pieces) {
            test::run_loop(each->wait());
        }
    }

    WorkerPool workers{2, 0};
    SharedPictures pictures{workers, 10s};
};

TEST_F(SharedPicturesTest, EqualNeedsAreServedByOneEncoding)
{
    const auto frame = picture(1);
    pictures.shows(frame);
    const auto first = encode(frame, tight_encoder());
    const auto second = encode(frame, tight_encoder());
    EXPECT_EQ(first, second); // the very same results, before they are there
    wait_for(first);
    EXPECT_EQ(encode(frame, tight_encoder()), first);
    EXPECT_EQ(pictures.encoded(), first.size());
    for (const auto& each : first) {
        EXPECT_FALSE(each->get().empty());
    }
}

TEST_F(SharedPicturesTest, WhatMakesNoDifferenceIsNoDifference)
{
    const auto frame = picture(1);
    pictures.shows(frame);
    EncodeParams other_shifts;
    other_shifts.format.red_shift = 0;
    other_shifts.format.blue_shift = 16;
    // Tight sends red, green and blue whatever the shifts; ZRLE does not.
    EXPECT_EQ(encode(frame, tight_encoder()), encode(frame, tight_encoder(), other_shifts));
    EXPECT_NE(encode(frame, zrle_encoder()), encode(frame, zrle_encoder(), other_shifts));
    EncodeParams lossy;
    lossy.quality_level = 6;
    EXPECT_NE(encode(frame, tight_encoder()), encode(frame, tight_encoder(), lossy));
    EXPECT_EQ(encode(frame, zrle_encoder()), encode(frame, zrle_encoder(), lossy));
}

TEST_F(SharedPicturesTest, NothingIsKeptOfWhatIsNoLongerShown)
{
    auto frame = picture(1);
    const std::weak_ptr<const Frame> kept = frame;
    pictures.shows(frame);
    const auto first = encode(frame, raw_encoder());
    const auto next = picture(2);
    pictures.shows(next);
    EXPECT_NE(encode(frame, raw_encoder()), first); // the slow one makes its own
    wait_for(first);
    frame.reset();
    EXPECT_TRUE(test::spin_until([&] { return kept.expired(); }));
}

TEST_F(SharedPicturesTest, NothingIsKeptAtRest)
{
    SharedPictures forgetful{workers, 20ms};
    auto frame = picture(1);
    const std::weak_ptr<const Frame> kept = frame;
    forgetful.shows(frame);
    wait_for(forgetful.encode(plan_update(Rect::of(k_size), frame, {}), raw_encoder(), {}));
    frame.reset();
    EXPECT_TRUE(test::spin_until([&] { return kept.expired(); }));
}

TEST_F(SharedPicturesTest, AFailureReachesAllAndIsNotKept)
{
    const FailingEncoder encoder;
    const auto frame = picture(1);
    pictures.shows(frame);
    const std::vector<Piece> one{{frame, {0, 0, 200, 200}, {0, 0}}};
    const auto first = pictures.encode(one, encoder, {});
    const auto second = pictures.encode(one, encoder, {});
    EXPECT_EQ(first, second);
    wait_for(first);
    EXPECT_THROW(first[0]->get(), std::runtime_error);
    const auto again = pictures.encode(one, encoder, {});
    wait_for(again);
    EXPECT_EQ(again[0]->get().size(), 200U * 200 * 4);
}

TEST_F(SharedPicturesTest, AFailureOfLittleIsAResultToo)
{
    const FailingEncoder encoder;
    const auto frame = picture(1);
    pictures.shows(frame);
    const std::vector<Piece> one{{frame, {0, 0, 10, 10}, {0, 0}}};
    const auto first = pictures.encode(one, encoder, {});
    ASSERT_TRUE(first[0]->ready());
    EXPECT_THROW(first[0]->get(), std::runtime_error);
    EXPECT_EQ(pictures.encode(one, encoder, {})[0]->get().size(), 400U);
}

TEST_F(SharedPicturesTest, ManyKindsOfNeedsCostBoundedMemory)
{
    const auto frame = picture(1);
    pictures.shows(frame);
    const auto first = encode(frame, zrle_encoder());
    for (const auto& [red, green, blue] :
         {std::array{0, 8, 16}, {0, 16, 8}, {8, 0, 16}, {8, 16, 0}, {16, 0, 8}}) {
        EncodeParams params;
        params.format.red_shift = static_cast<std::uint8_t>(red);
        params.format.green_shift = static_cast<std::uint8_t>(green);
        params.format.blue_shift = static_cast<std::uint8_t>(blue);
        wait_for(encode(frame, zrle_encoder(), params));
    }
    EXPECT_NE(encode(frame, zrle_encoder()), first); // it had to go
}

TEST_F(SharedPicturesTest, EqualSearchesAreOne)
{
    const auto shown = picture(1);
    const auto now = picture(2);
    pictures.shows(now);
    const MoveSearch::Job job{shown, now, Rect::of(k_size), {}, {}};
    MoveSearch::Job other = job;
    other.stale = Rect{0, 0, 5, 5};
    MoveSearch::Job guessed = job;
    guessed.last = {0, 7};
    const auto first = pictures.find_moves(job);
    EXPECT_EQ(pictures.find_moves(job), first);
    EXPECT_EQ(pictures.find_moves(guessed), first);
    EXPECT_NE(pictures.find_moves(other), first);
    test::run_loop(first->wait());
    EXPECT_EQ(pictures.searched(), 2U);
}

TEST_F(SharedPicturesTest, ASearchHoldsNoPictureOnceItIsMade)
{
    auto shown = std::make_shared<Frame>(*picture(1));
    const auto now = picture(2);
    pictures.shows(now);
    const std::weak_ptr<const Frame> watched = shown;
    test::run_loop(pictures.find_moves({shown, now, Rect::of(k_size), {}, {}})->wait());
    for (int i = 0; i < 1000 && watched.use_count() > 1; ++i) {
        test::run_loop(a_moment()); // the worker drops what it looked at
    }
    EXPECT_EQ(watched.use_count(), 1);
    // It is drawn into again.
    shown->serial += 2;
    pictures.find_moves({shown, now, Rect::of(k_size), {}, {}});
    EXPECT_EQ(pictures.searched(), 2U);
}

TEST_F(SharedPicturesTest, WhoLeavesWhileItIsMadeDoesNotSpoilItForOthers)
{
    const auto frame = picture(1);
    pictures.shows(frame);
    auto leaves = std::make_unique<PiecesAhead>(pictures, plan_update(Rect::of(k_size), frame, {}),
                                                zrle_encoder(), EncodeParams{});
    PiecesAhead stays{pictures, plan_update(Rect::of(k_size), frame, {}), zrle_encoder(),
                      EncodeParams{}};
    {
        auto waiting = leaves->wait();
        waiting.start();
    }
    leaves.reset();
    std::int64_t pixels = 0;
    while (!stays.empty()) {
        test::run_loop(stays.wait());
        const auto next = stays.take();
        pixels += next.rect.area();
        EXPECT_FALSE(next.encoded->get().empty());
    }
    EXPECT_EQ(pixels, Rect::of(k_size).area());
}

TEST_F(SharedPicturesTest, LittleIsEncodedAhead)
{
    const Size large{4000, 4000};
    const auto frame = std::make_shared<Frame>(large);
    pictures.shows(frame);
    PiecesAhead ahead{pictures, plan_update(Rect::of(large), frame, {}), raw_encoder(),
                      EncodeParams{}};
    EXPECT_LE(pictures.encoded(), 10U); // of 256
    test::run_loop(ahead.wait());
    ahead.take();
    EXPECT_LE(pictures.encoded(), 10U);
}

} // namespace
} // namespace gds
