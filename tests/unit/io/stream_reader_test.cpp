// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/stream_reader.h"

#include "base/errors.h"
#include "fakes/stream_pair.h"

#include <array>

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::make_stream_pair;
using test::run_ready;
using Mode = StreamReader::Mode;

// Every case is read in both modes, in one piece and octet by octet.
struct Way {
    Mode mode;
    std::size_t read_limit;
};

class StreamReaderWays : public testing::TestWithParam<Way> {
protected:
    StreamReaderWays() { pair.server->set_read_limit(GetParam().read_limit); }
    test::StreamPair pair = make_stream_pair();
    StreamReader reader{*pair.server, GetParam().mode};
};

INSTANTIATE_TEST_SUITE_P(All, StreamReaderWays,
                         testing::Values(Way{Mode::exact, 1}, Way{Mode::exact, 1 << 20},
                                         Way{Mode::buffered, 1}, Way{Mode::buffered, 1 << 20}));

TEST_P(StreamReaderWays, ReadsFieldsInNetworkOrder)
{
    pair.client->send(Bytes{0xfe, 0x01, 0x02, 0x80, 0x00, 0x00, 0x01, 0xff, 0xff, 0xff, 0xfe});
    EXPECT_EQ(run_ready(reader.u8()), 0xfe);
    EXPECT_EQ(run_ready(reader.u16()), 0x0102);
    EXPECT_EQ(run_ready(reader.u32()), 0x80000001U);
    EXPECT_EQ(run_ready(reader.s32()), -2);
}

TEST_P(StreamReaderWays, ReadsBytesAndSkips)
{
    // More than its window in one piece; octet by octet that takes its time.
    Bytes sent(GetParam().read_limit == 1 ? 20000 : 100000);
    for (std::size_t i = 0; i < sent.size(); ++i) {
        sent[i] = static_cast<std::uint8_t>(i * 7);
    }
    pair.client->send(sent);
    EXPECT_EQ(run_ready(reader.u8()), sent[0]);
    run_ready(reader.skip(999));
    const auto middle = run_ready(reader.bytes(sent.size() - 2000));
    EXPECT_TRUE(std::equal(middle.begin(), middle.end(), sent.begin() + 1000));
    std::array<std::uint8_t, 1000> rest{};
    run_ready(reader.exactly(rest));
    EXPECT_TRUE(std::equal(rest.begin(), rest.end(), sent.end() - 1000));
    EXPECT_EQ(reader.buffered(), 0U);
}

TEST_P(StreamReaderWays, ReadsNothingWhenNothingIsAsked)
{
    EXPECT_TRUE(run_ready(reader.bytes(0)).empty());
    run_ready(reader.skip(0));
    run_ready(reader.exactly({}));
}

TEST_P(StreamReaderWays, EndsInsideAField)
{
    pair.client->send(Bytes{1, 2, 3});
    pair.client->end();
    EXPECT_THROW(run_ready(reader.u32()), EndOfStream);
}

TEST_P(StreamReaderWays, EndsInsideBytes)
{
    pair.client->send(Bytes{1, 2, 3});
    pair.client->end();
    EXPECT_THROW(run_ready(reader.bytes(4)), EndOfStream);
}

TEST_P(StreamReaderWays, EndsInsideASkipAndASpan)
{
    pair.client->end();
    std::array<std::uint8_t, 2> into{};
    EXPECT_THROW(run_ready(reader.skip(1)), EndOfStream);
    EXPECT_THROW(run_ready(reader.exactly(into)), EndOfStream);
}

TEST_P(StreamReaderWays, WaitsForWhatIsMissing)
{
    pair.client->send(Bytes{0});
    auto field = reader.u16();
    EXPECT_FALSE(field.start());
    pair.client->send(Bytes{5});
    EXPECT_TRUE(test::spin_until([&field] { return field.done(); }));
    EXPECT_EQ(field.result(), 5);
}

Task<int> sum_of_messages(StreamReader& reader, int count)
{
    int sum = 0;
    for (int i = 0; i < count; ++i) {
        co_await reader.need(3);
        sum += reader.take_u8();
        sum += reader.take_u16();
    }
    co_return sum;
}

TEST_P(StreamReaderWays, TakesMessagesAfterOneWait)
{
    for (int i = 0; i < 5000; ++i) {
        pair.client->send(Bytes{1, 0, 2});
    }
    EXPECT_EQ(run_ready(sum_of_messages(reader, 5000)), 15000);
}

TEST(StreamReader, ExactModeLeavesTheRestInTheStream)
{
    auto pair = make_stream_pair();
    StreamReader reader{*pair.server, Mode::exact};
    pair.client->send("abcdef");
    run_ready(reader.u8());
    run_ready(reader.u16());
    EXPECT_EQ(reader.buffered(), 0U);
    std::array<std::uint8_t, 16> rest{};
    EXPECT_EQ(run_ready(pair.server->read_some(rest)), 3U);
    EXPECT_EQ(rest[0], 'd');
}

TEST(StreamReader, BufferedModeReadsAheadOnce)
{
    auto pair = make_stream_pair();
    StreamReader reader{*pair.server, Mode::buffered};
    pair.client->send("abcdef");
    run_ready(reader.u8());
    EXPECT_EQ(reader.buffered(), 5U);
    pair.client->reset();
    EXPECT_EQ(as_text(run_ready(reader.bytes(5))), "bcdef");
}

// A header may announce anything: storage follows what arrives.
TEST(StreamReader, DoesNotReserveWhatIsOnlyAnnounced)
{
    auto pair = make_stream_pair();
    StreamReader reader{*pair.server};
    pair.client->send("abc");
    auto claim = reader.bytes(std::size_t{1} << 60U);
    EXPECT_FALSE(claim.start());
}

TEST(StreamReader, RefusesProgrammingErrors)
{
    auto pair = make_stream_pair();
    StreamReader reader{*pair.server};
    EXPECT_THROW((void)reader.take_u8(), std::logic_error);
    EXPECT_THROW((void)reader.need(StreamReader::k_window + 1), std::logic_error);
}

} // namespace
} // namespace gds
