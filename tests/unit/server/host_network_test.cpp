// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/host_network.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

bool within(const char* network, const char* host)
{
    const auto parsed = parse_network(network);
    EXPECT_TRUE(parsed.has_value()) << network;
    return parsed && is_within(*parsed, host);
}

TEST(HostNetwork, IsOneHostOrMany)
{
    EXPECT_TRUE(within("192.0.2.7", "192.0.2.7"));
    EXPECT_FALSE(within("192.0.2.7", "192.0.2.8"));
    EXPECT_TRUE(within("192.0.2.0/24", "192.0.2.255"));
    EXPECT_FALSE(within("192.0.2.0/24", "192.0.3.0"));
    EXPECT_TRUE(within("192.0.2.128/25", "192.0.2.129"));
    EXPECT_FALSE(within("192.0.2.128/25", "192.0.2.127"));
    EXPECT_TRUE(within("0.0.0.0/0", "203.0.113.9"));
    EXPECT_TRUE(within("2001:db8::/32", "2001:db8:ffff::1"));
    EXPECT_FALSE(within("2001:db8::/32", "2001:db9::1"));
    EXPECT_TRUE(within("2001:db8::1", "2001:0db8:0::1"));
    EXPECT_TRUE(within("::/0", "2001:db8::1"));
    EXPECT_TRUE(within("fe80::/10", "fe80::1%eth0"));
}

TEST(HostNetwork, FamiliesAreApartAndMappedAddressesAreIPv4)
{
    EXPECT_FALSE(within("::/0", "192.0.2.1"));
    EXPECT_FALSE(within("0.0.0.0/0", "::1"));
    EXPECT_TRUE(within("192.0.2.0/24", "::ffff:192.0.2.9"));
    EXPECT_TRUE(within("::ffff:192.0.2.0/120", "192.0.2.9"));
    EXPECT_FALSE(within("::ffff:192.0.2.0/120", "192.0.3.9"));
    EXPECT_TRUE(within("::ffff:0:0/96", "192.0.2.9"));
    EXPECT_FALSE(within("::/0", "::ffff:192.0.2.9"));
}

TEST(HostNetwork, NothingElseIsOne)
{
    for (const char* text :
         {"", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/24/3", "192.0.2.7/24",
          "192.0.2", "300.0.0.1", "2001:db8::/129", "::1/64", "fe80::1%eth0", "localhost",
          "192.0.2.*", " 192.0.2.1", "192.0.2.0/ 24", "::ffff:192.0.2.0/96", "192.0.2.0/0024"}) {
        EXPECT_FALSE(parse_network(text).has_value()) << text;
    }
}

TEST(HostNetwork, AUnixSocketIsNowhere)
{
    EXPECT_FALSE(within("0.0.0.0/0", ""));
    EXPECT_FALSE(within("::/0", ""));
}

} // namespace
} // namespace gds
