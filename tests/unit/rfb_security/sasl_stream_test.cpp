// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/sasl_stream.h"

#include "base/errors.h"
#include "fakes/layer_mechanism.h"
#include "fakes/stream_pair.h"

#include <gtest/gtest.h>

namespace gds {

using namespace test;
using namespace std::string_literals;

namespace {

struct FakeLayer final : SaslLayer {
    std::size_t most = 8;
    Bytes out;
    std::string in;

    std::size_t most_per_record() const override { return most; }
    ByteView seal(ByteView clear) override
    {
        out = sealed(as_text(clear));
        return out;
    }
    ByteView open(ByteView record) override
    {
        try {
            in = unsealed(record.subspan(4));
        } catch (const std::runtime_error& error) {
            throw ProtocolError{error.what()};
        }
        return as_bytes(in);
    }
};

struct Fixture {
    StreamPair pair = make_stream_pair();
    std::shared_ptr<FakeLayer> layer = std::make_shared<FakeLayer>();
    SaslStream stream{*pair.server, layer};

    std::string read(std::size_t most)
    {
        Bytes into(most);
        const auto size = run_ready(stream.read_some(into));
        return std::string{as_text(ByteView{into}.first(size))};
    }
};

Bytes header(std::uint32_t length)
{
    return {static_cast<std::uint8_t>(length >> 24U), static_cast<std::uint8_t>(length >> 16U),
            static_cast<std::uint8_t>(length >> 8U), static_cast<std::uint8_t>(length)};
}

} // namespace

TEST(SaslStream, OpensRecords)
{
    Fixture it;
    it.pair.client->send(sealed("hello"));
    it.pair.client->send(sealed("world"));
    EXPECT_EQ(it.read(3), "hel");
    EXPECT_EQ(it.read(100), "lo");
    EXPECT_EQ(it.read(100), "world");
    it.pair.client->end();
    EXPECT_EQ(it.read(100), "");
}

TEST(SaslStream, OpensThemOctetByOctet)
{
    Fixture it;
    it.pair.server->set_read_limit(1);
    it.pair.client->send(sealed("hello"));
    EXPECT_EQ(it.read(100), "hello");
}

TEST(SaslStream, SealsWhatTheClientTakesAtOnce)
{
    Fixture it;
    run_ready(it.stream.write(as_bytes("0123456789abcdefgh")));
    Bytes expected = sealed("01234567");
    for (const char* rest : {"89abcdef", "gh"}) {
        const Bytes record = sealed(rest);
        expected.insert(expected.end(), record.begin(), record.end());
    }
    EXPECT_EQ(it.pair.client->take_arrived(), expected);
    run_ready(it.stream.write({}));
    EXPECT_TRUE(it.pair.client->take_arrived().empty());
}

TEST(SaslStream, MuchIsWrittenInPieces)
{
    Fixture it;
    it.layer->most = 4096;
    const std::string text(300'000, 'x');
    it.pair.server->set_write_capacity(1000);
    auto writing = it.stream.write(as_bytes(text));
    writing.start();
    std::size_t clear = 0;
    Bytes arrived;
    while (!writing.done() || !it.pair.client->arrived().empty()) {
        const Bytes more = it.pair.client->take_arrived();
        arrived.insert(arrived.end(), more.begin(), more.end());
        spin_ready();
    }
    writing.result();
    for (ByteView rest{arrived}; !rest.empty();) {
        const std::size_t length = (std::size_t{rest[2]} << 8U) | rest[3];
        ASSERT_LE(length, 4096U + 4);
        clear += unsealed(rest.subspan(4, length)).size();
        rest = rest.subspan(4 + length);
    }
    EXPECT_EQ(clear, text.size());
}

TEST(SaslStream, LengthsOverTheLimitEndAtTheHeader)
{
    for (const std::uint32_t length :
         {0U, k_max_sasl_token + 1, 0x01000000U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        Fixture it;
        it.pair.client->send(header(length));
        EXPECT_THROW(it.read(10), ProtocolError) << length;
    }
}

TEST(SaslStream, TheLongestRecordIsTaken)
{
    Fixture it;
    const std::string text(k_max_sasl_token - 4, 'x');
    it.pair.client->send(sealed(text));
    EXPECT_EQ(it.read(text.size()), text);
}

TEST(SaslStream, WhatIsNotGenuineEndsIt)
{
    Fixture it;
    auto record = sealed("hello");
    record[4] ^= 1U;
    it.pair.client->send(record);
    EXPECT_THROW(it.read(10), ProtocolError);
}

TEST(SaslStream, AnEndWithinARecordIsNoEnd)
{
    const Bytes record = sealed("hello");
    for (std::size_t size = 1; size < record.size(); ++size) {
        Fixture it;
        it.pair.client->send(ByteView{record}.first(size));
        it.pair.client->end();
        EXPECT_THROW(it.read(10), EndOfStream) << size;
    }
}

TEST(SaslStream, EmptyRecordsAreNoBusiness)
{
    Fixture it;
    it.pair.client->send(sealed(""));
    it.pair.client->send(sealed("a"));
    EXPECT_EQ(it.read(10), "a");
    for (int i = 0; i < 1000; ++i) {
        it.pair.client->send(sealed(""));
    }
    EXPECT_THROW(it.read(10), ProtocolError);
}

} // namespace gds
