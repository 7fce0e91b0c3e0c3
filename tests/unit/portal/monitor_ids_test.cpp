// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/monitor_ids.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using Ids = std::vector<std::uint32_t>;

SharedMonitor named(const std::string& id, Point position = {})
{
    return {.node_id = 1, .position = position, .size = {}, .id = id};
}

SharedMonitor at(Point position)
{
    return {.node_id = 1, .position = position, .size = {}, .id = {}};
}

TEST(MonitorIds, AMonitorKeepsItsNumber)
{
    MonitorIds ids;
    EXPECT_EQ(ids.assign({named("a"), named("b")}), (Ids{0, 1}));
    EXPECT_EQ(ids.assign({named("b", {100, 0})}), (Ids{1}));
    EXPECT_EQ(ids.assign({named("c"), named("b"), named("a")}), (Ids{2, 1, 0}));
}

TEST(MonitorIds, WithoutAnIdThePositionTells)
{
    MonitorIds ids;
    EXPECT_EQ(ids.assign({at({0, 0}), at({800, 0})}), (Ids{0, 1}));
    EXPECT_EQ(ids.assign({at({800, 0}), at({0, 0})}), (Ids{1, 0}));
    EXPECT_EQ(ids.assign({at({0, 600}), at({0, 0})}), (Ids{2, 0}));
}

TEST(MonitorIds, NoTwoAreTheSame)
{
    MonitorIds ids;
    EXPECT_EQ(ids.assign({at({0, 0}), at({0, 0}), named("a"), named("a"), {}, {}}),
              (Ids{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(ids.assign({at({0, 0}), at({0, 0})}), (Ids{0, 1}));
}

TEST(MonitorIds, ForgetsWhatNobodyHasAnyMore)
{
    MonitorIds ids;
    std::uint32_t last = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto next = ids.assign({named(std::to_string(i))});
        EXPECT_TRUE(i == 0 || next[0] > last);
        last = next[0];
    }
    EXPECT_LE(ids.known(), 64U);
}

} // namespace
} // namespace gds
