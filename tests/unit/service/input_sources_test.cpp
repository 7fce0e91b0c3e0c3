// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/input_sources.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using Sources = std::vector<InputSource>;
const Sources k_two{{"xkb", "us"}, {"xkb", "ru"}};

TEST(InputSources, TheLastUsedIsTheGroup)
{
    EXPECT_EQ(keyboard_group(k_two, {{"xkb", "us"}, {"xkb", "ru"}}), 0U);
    EXPECT_EQ(keyboard_group(k_two, {{"xkb", "ru"}, {"xkb", "us"}}), 1U);
    EXPECT_EQ(keyboard_group(k_two, {{"xkb", "removed"}, {"xkb", "ru"}}), 1U);
}

TEST(InputSources, OneIsTheFirst)
{
    EXPECT_EQ(keyboard_group({}, {}), 0U);
    EXPECT_EQ(keyboard_group({{"xkb", "de"}}, {}), 0U);
}

TEST(InputSources, WhatIsNotToldIsNotKnown)
{
    EXPECT_EQ(keyboard_group(k_two, {}), std::nullopt);
    EXPECT_EQ(keyboard_group({{"ibus", "anthy"}, {"xkb", "us"}}, {{"xkb", "us"}}), std::nullopt);
    EXPECT_EQ(keyboard_group({{"xkb", "us"}, {"ibus", "anthy"}}, {{"xkb", "us"}}), 0U);
}

TEST(InputSources, ThreeAtATimeAreInAKeymap)
{
    const Sources many{{"xkb", "us"}, {"xkb", "ru"}, {"xkb", "gr"}, {"xkb", "de"}, {"xkb", "fr"}};
    EXPECT_EQ(keyboard_group(many, {{"xkb", "gr"}}), 2U);
    EXPECT_EQ(keyboard_group(many, {{"xkb", "fr"}}), 1U);
}

} // namespace
} // namespace gds
