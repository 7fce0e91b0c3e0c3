// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/version_handshake.h"

#include "base/errors.h"
#include "fakes/stream_pair.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gds {

using namespace test;

namespace {

std::optional<RfbVersion> parsed(std::string_view text) { return parse_version(as_bytes(text)); }

std::string text_of(const Bytes& octets) { return std::string{as_text(octets)}; }

using namespace std::string_literals;

} // namespace

TEST(Version, EachIsOneOfThePublished)
{
    const std::vector<std::pair<const char*, RfbVersion>> table{
        {"RFB 003.003\n", RfbVersion::v3_3}, {"RFB 003.004\n", RfbVersion::v3_3},
        {"RFB 003.005\n", RfbVersion::v3_3}, {"RFB 003.006\n", RfbVersion::v3_3},
        {"RFB 003.007\n", RfbVersion::v3_7}, {"RFB 003.008\n", RfbVersion::v3_8},
        {"RFB 003.009\n", RfbVersion::v3_8}, {"RFB 003.889\n", RfbVersion::v3_8},
        {"RFB 004.000\n", RfbVersion::v3_8}, {"RFB 004.001\n", RfbVersion::v3_8},
        {"RFB 005.000\n", RfbVersion::v3_8}, {"RFB 999.999\n", RfbVersion::v3_8},
    };
    for (const auto& [text, version] : table) {
        EXPECT_EQ(parsed(text), version) << text;
    }
}

TEST(Version, NothingElseIsOne)
{
    for (const char* text :
         {"", "RFB 003.008", "RFB 003.008\r", "RFB 003.008\n\n", "RFB 003,008\n", "rfb 003.008\n",
          "RFB  03.008\n", "RFB 003. 08\n", "RFB +03.008\n", "RFB 003.-08\n", "RFB 0x3.008\n",
          "RFB 003.0e8\n", "RFB 002.008\n", "RFB 000.000\n", "RFB 003.000\n", "RFB 003.002\n",
          "GET / HTTP/1", "SSH-2.0-Open"}) {
        EXPECT_FALSE(parsed(text)) << text;
    }
    EXPECT_FALSE(parsed("RFB 003.00\0\n"s));
    EXPECT_FALSE(parsed("RFB 003.008\0"s));
    EXPECT_FALSE(parsed(std::string(12, '\0')));
    EXPECT_FALSE(parsed(std::string(12, '\xff')));
}

TEST(Version, IsExchanged)
{
    for (const std::size_t piece : {1U, 5U, 100U}) {
        auto pair = make_stream_pair();
        pair.server->set_read_limit(piece);
        pair.client->send("RFB 003.007\nX");
        EXPECT_EQ(run_ready(exchange_version(*pair.server)), RfbVersion::v3_7);
        EXPECT_EQ(text_of(pair.client->take_arrived()), "RFB 003.008\n");
        // Not an octet more was read than the version has.
        Bytes rest(2);
        EXPECT_EQ(run_ready(pair.server->read_some(rest)), 1U);
        EXPECT_EQ(rest[0], 'X');
    }
}

TEST(Version, GarbageEndsTheExchangeWithClearText)
{
    auto pair = make_stream_pair();
    pair.client->send("GET / HTTP/1.1\r\n");
    try {
        run_ready(exchange_version(*pair.server));
        FAIL();
    } catch (const ProtocolError& error) {
        EXPECT_STREQ(error.what(), "not an RFB version: GET / HTTP/1");
    }
}

TEST(Version, EndOfStreamWithinIt)
{
    for (std::size_t size = 0; size < 12; ++size) {
        auto pair = make_stream_pair();
        pair.client->send(std::string_view{"RFB 003.008\n"}.substr(0, size));
        pair.client->end();
        EXPECT_THROW(run_ready(exchange_version(*pair.server)), EndOfStream) << size;
    }
}

TEST(Version, DecidesHowARefusalLooks)
{
    EXPECT_EQ(text_of(no_security_type(RfbVersion::v3_3, "no")), "\0\0\0\0\0\0\0\2no"s);
    EXPECT_EQ(text_of(no_security_type(RfbVersion::v3_7, "no")), "\0\0\0\0\2no"s);
    EXPECT_EQ(text_of(no_security_type(RfbVersion::v3_8, "no")), "\0\0\0\0\2no"s);
    EXPECT_EQ(text_of(security_result_ok()), "\0\0\0\0"s);
    EXPECT_EQ(text_of(security_result_failed(RfbVersion::v3_7, "no")), "\0\0\0\1"s);
    EXPECT_EQ(text_of(security_result_failed(RfbVersion::v3_8, "no")), "\0\0\0\1\0\0\0\2no"s);
}

TEST(Version, ReasonsAreShortAndWithoutNul)
{
    const auto cut = security_result_failed(RfbVersion::v3_8, std::string(5000, 'x'));
    EXPECT_LT(cut.size(), 8U + 1000);
    EXPECT_GT(cut.size(), 8U + 900);
    EXPECT_EQ(cut[6] * 256U + cut[7] + 8, cut.size());

    std::string accents;
    for (int i = 0; i < 1000; ++i) {
        accents += "\xc3\xa9";
    }
    const auto whole = security_result_failed(RfbVersion::v3_8, accents);
    EXPECT_EQ((whole.size() - 8) % 2, 0U);

    EXPECT_EQ(text_of(security_result_failed(RfbVersion::v3_8, "a\0b"s)), "\0\0\0\1\0\0\0\2ab"s);
}

} // namespace gds
