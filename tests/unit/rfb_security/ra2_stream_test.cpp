// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/ra2_stream.h"

#include "base/errors.h"
#include "fakes/stream_pair.h"
#include "io/stream_reader.h"

#include <gtest/gtest.h>

#include <numeric>
#include <optional>

namespace gds {

using namespace test;

namespace {

Bytes counting(std::uint8_t first)
{
    Bytes octets(k_ra2_session_key);
    std::iota(octets.begin(), octets.end(), first);
    return octets;
}

const Bytes k_theirs = counting(0);
const Bytes k_ours = counting(100);

std::string hex(ByteView octets)
{
    std::string text;
    for (const std::uint8_t octet : octets) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[octet >> 4U];
        text += digits[octet & 15U];
    }
    return text;
}

Bytes sealed(std::initializer_list<std::string_view> texts)
{
    Ra2Cipher cipher{k_theirs};
    Bytes records;
    for (const auto text : texts) {
        cipher.seal(as_bytes(text), records);
    }
    return records;
}

// What comes out of these octets, up to the end or the error.
struct Reading {
    std::string text;
    bool orderly_end = false;
    bool refused = false;
    bool cut_off = false;
};

Task<> read_all(ByteStream& stream, Reading& reading)
{
    std::array<std::uint8_t, 7> piece{};
    try {
        while (true) {
            const std::size_t count = co_await stream.read_some(piece);
            if (count == 0) {
                reading.orderly_end = true;
                co_return;
            }
            reading.text += as_text(ByteView{piece}.first(count));
        }
    } catch (const ProtocolError&) {
        reading.refused = true;
    } catch (const EndOfStream&) {
        reading.cut_off = true;
    }
}

Reading read(ByteView octets, bool one_by_one = false, bool long_records = false)
{
    auto pair = make_stream_pair();
    if (one_by_one) {
        pair.server->set_read_limit(1);
    }
    pair.client->send(octets);
    pair.client->end();
    Ra2Stream stream{*pair.server, k_theirs, k_ours};
    if (long_records) {
        stream.accept_long_records();
    }
    Reading reading;
    auto task = read_all(stream, reading);
    task.start();
    EXPECT_TRUE(task.done());
    return reading;
}

} // namespace

// Computed in Python from the definition of EAX.
TEST(Ra2Stream, RecordsAreAsTheSpecificationHasThem)
{
    EXPECT_EQ(hex(sealed({"first", "and the second"})),
              "0005b33497d6d0beb83cec9e4923b9f222f3d4797eb7b5000e402ad03383374d"
              "c1e6e37215011fca400d4a07b27caace96702abb80a963");
}

TEST(Ra2Stream, ReadsWhatWasSealed)
{
    const auto octets = sealed({"first", "and the second", "x"});
    for (const bool one_by_one : {false, true}) {
        const auto reading = read(octets, one_by_one);
        EXPECT_EQ(reading.text, "firstand the secondx");
        EXPECT_TRUE(reading.orderly_end);
    }
}

TEST(Ra2Stream, WritesInRecordsThatOthersTake)
{
    auto pair = make_stream_pair();
    Ra2Stream server{*pair.server, k_theirs, k_ours};
    Ra2Stream client{*pair.client, k_ours, k_theirs};
    client.accept_long_records();
    const std::string text(300'000, 'x');
    auto writing = server.write(as_bytes(text));
    writing.start();
    ASSERT_TRUE(writing.done());
    writing.result();
    StreamReader reader{client};
    auto reading = reader.bytes(text.size());
    reading.start();
    ASSERT_TRUE(reading.done());
    EXPECT_EQ(as_text(reading.result()), text);
}

TEST(Ra2Stream, AnyChangedOctetIsFound)
{
    const auto octets = sealed({"first", "second"});
    for (std::size_t at = 0; at < octets.size(); ++at) {
        auto changed = octets;
        changed[at] ^= 1U;
        const auto reading = read(changed);
        EXPECT_FALSE(reading.orderly_end) << at;
        EXPECT_EQ(reading.text, at < 2 + 5 + 16 ? "" : "first") << at;
    }
}

TEST(Ra2Stream, OrderCannotBeChanged)
{
    const auto first = sealed({"first"});
    const auto both = sealed({"first", "second"});
    const Bytes second(both.begin() + static_cast<std::ptrdiff_t>(first.size()), both.end());
    EXPECT_TRUE(read(second).refused);
    Bytes twice = first;
    twice.insert(twice.end(), first.begin(), first.end());
    EXPECT_TRUE(read(twice).refused);
    EXPECT_EQ(read(twice).text, "first");
}

TEST(Ra2Stream, LengthsOutsideTheLimitsEndItAtTheHeader)
{
    EXPECT_TRUE(read(Bytes{0, 0}).refused);
    EXPECT_TRUE(read(Bytes{4, 1}).refused); // one more than what a login may need
    EXPECT_TRUE(read(Bytes{255, 255}).refused);
    EXPECT_TRUE(read(Bytes{255, 255}, false, true).cut_off); // waits for them
    const std::string longest(65535, 'x');
    EXPECT_EQ(read(sealed({longest}), false, true).text, longest);
}

TEST(Ra2Stream, AnEndWithinARecordIsNone)
{
    const auto octets = sealed({"first"});
    EXPECT_TRUE(read({}).orderly_end);
    for (std::size_t size = 1; size < octets.size(); ++size) {
        const auto reading = read(ByteView{octets}.first(size));
        EXPECT_TRUE(reading.cut_off) << size;
        EXPECT_EQ(reading.text, "");
    }
}

} // namespace gds
