// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/update_request.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

constexpr Rect k_all{0, 0, 100, 80};

UpdateRequest up_to_date()
{
    UpdateRequest request;
    request.set_size(k_all.size());
    request.answered(Region{k_all});
    return request;
}

TEST(UpdateRequest, OwesEverythingAtFirstButSendsNothingUnasked)
{
    UpdateRequest request;
    request.set_size(k_all.size());
    EXPECT_FALSE(request.may_send());
    EXPECT_TRUE(request.due().empty());
    request.ask(true, k_all);
    EXPECT_TRUE(request.may_send());
    EXPECT_EQ(request.due(), Region{k_all});
}

TEST(UpdateRequest, IncrementalWaitsForDamageWithinTheArea)
{
    auto request = up_to_date();
    request.ask(true, {0, 0, 50, 80});
    EXPECT_TRUE(request.due().empty());
    request.add_damage(Rect{60, 0, 10, 10});
    EXPECT_TRUE(request.due().empty());
    request.add_damage(Rect{45, 0, 10, 10});
    EXPECT_EQ(request.due(), (Region{Rect{45, 0, 5, 10}}));
    request.answered(request.due());
    // Damage outside what was asked is still owed.
    EXPECT_FALSE(request.may_send());
    request.ask(true, k_all);
    Region rest{Rect{50, 0, 5, 10}};
    rest.add(Rect{60, 0, 10, 10});
    EXPECT_EQ(request.due(), rest);
}

TEST(UpdateRequest, NonIncrementalOwesTheAreaAgain)
{
    auto request = up_to_date();
    request.ask(false, {10, 10, 20, 20});
    EXPECT_EQ(request.due(), (Region{Rect{10, 10, 20, 20}}));
}

TEST(UpdateRequest, RequestsMerge)
{
    auto request = up_to_date();
    request.add_damage(k_all);
    for (int i = 0; i < 1000; ++i) {
        request.ask(true, {i % 100, 0, 1, 80});
    }
    EXPECT_EQ(request.due(), Region{k_all});
    request.answered(request.due());
    request.add_damage(k_all);
    EXPECT_FALSE(request.may_send());
    EXPECT_TRUE(request.due().empty());
}

TEST(UpdateRequest, AreasAreClippedToTheFramebuffer)
{
    auto request = up_to_date();
    request.ask(false, {90, 70, 65535, 65535});
    EXPECT_EQ(request.due(), (Region{Rect{90, 70, 10, 10}}));
    request.answered(request.due());
    request.ask(false, {65535, 65535, 65535, 65535});
    EXPECT_TRUE(request.may_send());
    EXPECT_TRUE(request.due().empty());
    request.add_damage(Rect{-10, -10, 1000, 1000});
    request.ask(true, {0, 0, 65535, 65535});
    EXPECT_EQ(request.due(), Region{k_all});
}

TEST(UpdateRequest, ContinuousUpdatesIgnoreIncrementalRequests)
{
    auto request = up_to_date();
    request.enable_continuous({0, 0, 50, 80});
    EXPECT_TRUE(request.may_send());
    request.ask(true, k_all);
    request.add_damage(Rect{40, 0, 20, 10});
    EXPECT_EQ(request.due(), (Region{Rect{40, 0, 10, 10}}));
    // Others are honoured wherever they are.
    request.ask(false, {90, 0, 10, 10});
    Region both{Rect{40, 0, 10, 10}};
    both.add(Rect{90, 0, 10, 10});
    EXPECT_EQ(request.due(), both);
    request.answered(both);
    request.add_damage(Rect{0, 0, 5, 5});
    EXPECT_EQ(request.due(), (Region{Rect{0, 0, 5, 5}}));
    request.disable_continuous();
    EXPECT_FALSE(request.may_send());
    EXPECT_TRUE(request.due().empty());
}

TEST(UpdateRequest, ANewSizeOwesTheWholeAndKeepsTheRequest)
{
    auto request = up_to_date();
    request.ask(true, k_all);
    request.set_size({200, 40});
    EXPECT_EQ(request.due(), (Region{Rect{0, 0, 200, 40}}));
    request.answered(request.due());
    request.enable_continuous({0, 0, 200, 40});
    request.set_size({300, 300});
    EXPECT_EQ(request.due(), (Region{Rect{0, 0, 300, 300}}));
}

// Each pixel of a checkerboard is a rectangle of its own.
constexpr int k_board = 200;
constexpr int k_fields = 20'000;
Rect field(int number) { return {number % k_board * 2, number / k_board * 2, 1, 1}; }

TEST(UpdateRequest, ScatteredRequestsStayFewRectangles)
{
    for (const bool incremental : {true, false}) {
        UpdateRequest request;
        request.set_size({2 * k_board, 2 * k_board});
        request.answered(Rect::of(request.size()));
        for (int i = 0; i < k_fields; ++i) {
            request.ask(incremental, field(i));
        }
        request.add_damage(Rect::of(request.size()));
        const auto due = request.due();
        EXPECT_LE(due.rect_count(), 256U);
        for (int i = 0; i < k_fields; i += 97) {
            ASSERT_TRUE(due.contains({field(i).x, field(i).y}));
        }
    }
}

TEST(UpdateRequest, ScatteredDamageStaysFewRectangles)
{
    UpdateRequest request;
    request.set_size({2 * k_board, 2 * k_board});
    request.answered(Rect::of(request.size()));
    for (int i = 0; i < k_fields; ++i) {
        request.add_damage(field(i));
    }
    request.enable_continuous(Rect::of(request.size()));
    const auto due = request.due();
    EXPECT_LE(due.rect_count(), 256U);
    EXPECT_TRUE(due.contains({field(k_fields - 1).x, field(k_fields - 1).y}));
    request.answered(due);
    EXPECT_TRUE(request.due().empty());
}

TEST(UpdateRequest, WhatIsLeftStaysFewRectangles)
{
    UpdateRequest request;
    request.set_size({400, 400});
    request.answered(Rect::of(request.size()));
    for (int i = 0; i < 200; ++i) {
        request.add_damage(Rect{0, 2 * i, 400, 1});
    }
    for (int i = 0; i < 200; ++i) {
        request.ask(true, {2 * i, 0, 1, 400});
    }
    request.answered(request.due());
    request.enable_continuous(Rect::of(request.size()));
    EXPECT_LE(request.due().rect_count(), 256U);
}

} // namespace
} // namespace gds
