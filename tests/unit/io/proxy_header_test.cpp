// SPDX-License-Identifier: GPL-2.0-or-later
// Headers as section 2 of the PROXY protocol's specification has them, and what is none.
#include "io/proxy_header.h"

#include <string>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::string_literals;

const std::string k_signature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string k_v4 = "\xc0\x00\x02\x07\xc6\x33\x64\x01\xc7\x38\x17\x0c"s;
const std::string k_v6 = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
                         "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\xc7\x38\x17\x0c"s;

std::string version_2(char command, char family, const std::string& rest)
{
    return k_signature + command + family + static_cast<char>(rest.size() >> 8U) +
           static_cast<char>(rest.size() & 0xffU) + rest;
}

ProxyHeader parse(const std::string& text) { return parse_proxy_header(as_bytes(text)); }

// As it comes, in what it asks for: never an octet more than the header has.
std::string source_of(const std::string& header)
{
    std::string begun;
    auto read = parse(begun);
    while (!read.malformed && read.missing > 0) {
        EXPECT_LE(begun.size() + read.missing, header.size());
        begun = header.substr(0, begun.size() + read.missing);
        read = parse(begun);
        if (begun.size() == header.size() && read.missing > 0) {
            return "unfinished";
        }
    }
    if (read.malformed) {
        return "malformed";
    }
    EXPECT_EQ(begun, header);
    return read.source ? read.source->text() : "itself";
}

TEST(ProxyHeader, Version1)
{
    EXPECT_EQ(source_of("PROXY TCP4 192.0.2.7 198.51.100.1 51000 5900\r\n"), "192.0.2.7:51000");
    EXPECT_EQ(source_of("PROXY TCP6 2001:db8::7 2001:db8::1 51000 5900\r\n"),
              "[2001:db8::7]:51000");
    EXPECT_EQ(source_of("PROXY TCP6 ::ffff:192.0.2.7 ::1 51000 5900\r\n"), "192.0.2.7:51000");
    EXPECT_EQ(source_of("PROXY UNKNOWN\r\n"), "itself");
    EXPECT_EQ(source_of("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"), "itself");
}

TEST(ProxyHeader, Version2)
{
    EXPECT_EQ(source_of(version_2('\x21', '\x11', k_v4)), "192.0.2.7:51000");
    EXPECT_EQ(source_of(version_2('\x21', '\x21', k_v6)), "[2001:db8::7]:51000");
    EXPECT_EQ(source_of(version_2('\x21', '\x11', k_v4 + "\x04\x00\x03" + "abc"s)),
              "192.0.2.7:51000"); // what else it tells (2.2, TLVs)
    EXPECT_EQ(source_of(version_2('\x20', '\x00', "")), "itself");
    EXPECT_EQ(source_of(version_2('\x20', '\x11', k_v4)), "itself");
    EXPECT_EQ(source_of(version_2('\x21', '\x00', "")), "itself");
    EXPECT_EQ(source_of(version_2('\x21', '\x31', std::string(216, 'x'))), "itself");
}

TEST(ProxyHeader, WhatIsNone)
{
    for (const auto& text : {
             "RFB 003.008\n"s,
             "GET / HTTP/1.1\r\n"s,
             "proxy TCP4 192.0.2.7 198.51.100.1 51000 5900\r\n"s,
             "PROXY TCP5 192.0.2.7 198.51.100.1 51000 5900\r\n"s,
             "PROXY TCP4 192.0.2.7 198.51.100.1 51000 5900\n"s + "   "s,
             "PROXY TCP4 192.0.2.7 198.51.100.1 51000\r\n"s,
             "PROXY TCP4 192.0.2.7 198.51.100.1 51000 5900 \r\n"s,
             "PROXY TCP4  192.0.2.7 198.51.100.1 51000 5900\r\n"s,
             "PROXY TCP4 192.0.2.7 198.51.100.1 51000 65536\r\n"s,
             "PROXY TCP4 192.0.2.7 198.51.100.1 051000 5900\r\n"s,
             "PROXY TCP4 192.0.2.7 198.51.100.1 -1 5900\r\n"s,
             "PROXY TCP4 192.0.2 198.51.100.1 51000 5900\r\n"s,
             "PROXY TCP4 2001:db8::7 2001:db8::1 51000 5900\r\n"s,
             "PROXY TCP6 192.0.2.7 198.51.100.1 51000 5900\r\n"s,
             "PROXY TCP6 fe80::1%lo ::1 51000 5900\r\n"s,
             "PROXY TCP4 192.0.2.7\0"
             " 198.51.100.1 51000 5900\r\n"s,
             "PROXY UNKNOWN " + std::string(100, 'x'),
             version_2('\x11', '\x11', k_v4), // another version
             version_2('\x22', '\x11', k_v4), // a command that there is not
             version_2('\x21', '\x12', k_v4), // datagrams
             version_2('\x21', '\x11', k_v4.substr(1)),
             version_2('\x21', '\x21', k_v6.substr(1)),
             version_2('\x21', '\x41', k_v6),
             version_2('\x21', '\x11', k_v4 + std::string(4096, 'x')).substr(0, 16),
         }) {
        EXPECT_TRUE(parse(text).malformed) << text;
    }
    // Octets behind it are somebody else's.
    EXPECT_TRUE(parse("PROXY UNKNOWN\r\nRFB 003.008\n").malformed);
    EXPECT_TRUE(parse(version_2('\x20', '\0', "") + "R").malformed);
}

TEST(ProxyHeader, HalfOfItIsNotEnough)
{
    for (const auto& whole :
         {"PROXY TCP4 192.0.2.7 198.51.100.1 51000 5900\r\n"s, version_2('\x21', '\x21', k_v6)}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto read = parse(whole.substr(0, size));
            EXPECT_FALSE(read.malformed) << size;
            EXPECT_GT(read.missing, 0U) << size;
            EXPECT_FALSE(read.source) << size;
        }
    }
}

} // namespace
} // namespace gds
