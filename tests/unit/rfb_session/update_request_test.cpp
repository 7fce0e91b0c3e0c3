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

} // namespace
} // namespace gds
