// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/offer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace gds {

using namespace std::string_literals;

TEST(Offer, NumbersAreComparedWhole)
{
    const std::vector<std::uint32_t> sub_types{263, 264, 262};
    for (std::uint32_t number = 0; number < 100'000; ++number) {
        EXPECT_EQ(was_offered(sub_types, number), number >= 262 && number <= 264) << number;
    }
    // Those that end in the same octets.
    EXPECT_FALSE(was_offered(sub_types, std::uint32_t{0x10107}));
    EXPECT_FALSE(was_offered(sub_types, std::uint32_t{0xff000107}));
}

TEST(Offer, NamesAreComparedWhole)
{
    const std::vector<std::string> mechanisms{"SCRAM-SHA-256", "PLAIN"};
    EXPECT_TRUE(was_offered(mechanisms, "PLAIN"s));
    EXPECT_TRUE(was_offered(mechanisms, "SCRAM-SHA-256"s));
    for (const std::string& name :
         {""s, "PLAI"s, "PLAINX"s, "LAIN"s, "X-PLAIN"s, "plain"s, "SCRAM-SHA-256,PLAIN"s, ","s,
          "PLAIN\0"s, "PLAIN\0X"s, " PLAIN"s, "SCRAM-SHA-25"s, "SHA-256"s}) {
        EXPECT_FALSE(was_offered(mechanisms, name)) << name;
    }
}

TEST(Offer, OfNothingHasNothing)
{
    const std::vector<std::uint8_t> types;
    for (unsigned number = 0; number < 256; ++number) {
        EXPECT_FALSE(was_offered(types, static_cast<std::uint8_t>(number)));
    }
}

} // namespace gds
