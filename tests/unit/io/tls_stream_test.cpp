// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_stream.h"

#include "base/errors.h"
#include "fakes/stream_pair.h"
#include "scratch_directory.h"
#include "tls_client.h"

#include <array>

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::make_stream_pair;
using test::run_loop;
using test::TlsClient;

TlsCredentialsPtr credentials()
{
    static const test::ScratchDirectory directory;
    static const auto made = load_or_make_tls_credentials(directory / "tls");
    return made;
}

struct Joined {
    test::StreamPair pair = make_stream_pair();
    std::unique_ptr<TlsClient> client;
    std::unique_ptr<TlsStream> server;
};

Joined join(const char* priority = "NORMAL", std::size_t read_limit = 1 << 20)
{
    Joined joined;
    joined.pair.server->set_read_limit(read_limit);
    joined.client = std::make_unique<TlsClient>(*joined.pair.client, priority);
    auto shake = TlsStream::handshake(*joined.pair.server, credentials());
    shake.start();
    int code = GNUTLS_E_AGAIN;
    while (code == GNUTLS_E_AGAIN || !shake.done()) {
        code = joined.client->handshake();
        test::spin_ready();
    }
    EXPECT_EQ(code, 0) << gnutls_strerror(code);
    joined.server = shake.result();
    return joined;
}

Task<std::string> read_text(ByteStream& stream, std::size_t size)
{
    std::string text(size, '\0');
    std::span<std::uint8_t> rest{reinterpret_cast<std::uint8_t*>(text.data()), size};
    while (!rest.empty()) {
        const std::size_t got = co_await stream.read_some(rest);
        if (got == 0) {
            throw EndOfStream{};
        }
        rest = rest.subspan(got);
    }
    co_return text;
}

class TlsVersions : public testing::TestWithParam<std::pair<const char*, std::size_t>> {};

INSTANTIATE_TEST_SUITE_P(
    All, TlsVersions,
    testing::Values(std::pair{"NORMAL:-VERS-ALL:+VERS-TLS1.3", std::size_t{1} << 20U},
                    std::pair{"NORMAL:-VERS-ALL:+VERS-TLS1.3", std::size_t{1}},
                    std::pair{"NORMAL:-VERS-ALL:+VERS-TLS1.2", std::size_t{1} << 20U},
                    std::pair{"NORMAL:-VERS-ALL:+VERS-TLS1.2", std::size_t{1}}));

TEST_P(TlsVersions, CarriesOctetsBothWays)
{
    auto joined = join(GetParam().first, GetParam().second);
    EXPECT_EQ(joined.server->strength(), 128U);
    EXPECT_NE(joined.server->description().find("AES-128-GCM"), std::string::npos);
    EXPECT_EQ(joined.server->description().substr(0, 5), "TLS1.");

    joined.client->send("hello");
    EXPECT_EQ(run_loop(read_text(*joined.server, 5)), "hello");

    const std::string large(GetParam().second == 1 ? 1500 : 700000, 'x');
    run_loop(joined.server->write(as_bytes(large)));
    EXPECT_EQ(joined.client->receive(), large);
    joined.client->send(large);
    EXPECT_EQ(run_loop(read_text(*joined.server, large.size())), large);
}

TEST(TlsStream, ReadsSmallPiecesOfALargeRecord)
{
    auto joined = join();
    joined.client->send("abcdef");
    EXPECT_EQ(run_loop(read_text(*joined.server, 2)), "ab");
    // Those are decrypted already: no wait, nothing below is asked.
    EXPECT_EQ(test::run_ready(read_text(*joined.server, 4)), "cdef");
}

TEST(TlsStream, RefusesOldVersionsAndAnonymousSuites)
{
    for (const char* priority : {"NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%VERIFY_ALLOW_BROKEN",
                                 "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH:+ANON-DH"}) {
        auto pair = make_stream_pair();
        TlsClient client{*pair.client, priority};
        client.handshake();
        pair.client->end();
        EXPECT_THROW(run_loop(TlsStream::handshake(*pair.server, credentials())),
                     std::runtime_error)
            << priority;
    }
}

TEST(TlsStream, RefusesGarbageAndSaysSo)
{
    auto pair = make_stream_pair();
    pair.client->send("GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n");
    EXPECT_THROW(run_loop(TlsStream::handshake(*pair.server, credentials())), ProtocolError);
    // An alert record (RFC 8446, 5.1).
    ASSERT_FALSE(pair.client->arrived().empty());
    EXPECT_EQ(pair.client->arrived().front(), 21);
}

// Clear octets sent along before the handshake are no TLS and never reach the layer above.
TEST(TlsStream, TakesNothingInTheClear)
{
    auto pair = make_stream_pair();
    pair.client->send(Bytes{0, 0, 0, 5, 'a', 'l', 'i', 'c', 'e'});
    TlsClient client{*pair.client};
    client.handshake();
    EXPECT_THROW(run_loop(TlsStream::handshake(*pair.server, credentials())), ProtocolError);
}

// The last octet of a whole login is cut off, then the one before it, and so on.
TEST(TlsStream, EndsWhereverThePeerStops)
{
    auto whole = make_stream_pair();
    TlsClient client{*whole.client};
    client.handshake();
    const ByteView hello = whole.server->arrived();
    for (std::size_t size = 0; size < hello.size(); size += 7) {
        auto pair = make_stream_pair();
        pair.client->send(hello.first(size));
        pair.client->end();
        EXPECT_THROW(run_loop(TlsStream::handshake(*pair.server, credentials())), EndOfStream)
            << size;
    }
}

TEST(TlsStream, MayBeDroppedInTheMiddleOfTheHandshake)
{
    auto pair = make_stream_pair();
    TlsClient client{*pair.client};
    {
        auto shake = TlsStream::handshake(*pair.server, credentials());
        EXPECT_FALSE(shake.start());
        client.handshake();
        test::spin_ready();
        EXPECT_FALSE(shake.done());
    }
    EXPECT_FALSE(pair.client->arrived().empty());
}

TEST(TlsStream, EndsAtCloseNotify)
{
    auto joined = join();
    gnutls_bye(joined.client->session(), GNUTLS_SHUT_WR);
    std::array<std::uint8_t, 8> into{};
    EXPECT_EQ(run_loop(joined.server->read_some(into)), 0U);
}

TEST(TlsStream, TakesACloseWithoutCloseNotifyAsTheEnd)
{
    auto joined = join();
    joined.pair.client->end();
    std::array<std::uint8_t, 8> into{};
    EXPECT_EQ(run_loop(joined.server->read_some(into)), 0U);
}

TEST(TlsStream, SaysCloseNotify)
{
    auto joined = join();
    run_loop(joined.server->bye());
    joined.client->receive();
    EXPECT_EQ(joined.client->last_code(), 0);
}

TEST(TlsStream, RefusesDamagedRecords)
{
    auto joined = join();
    joined.client->send("hello");
    Bytes record = joined.pair.server->take_arrived();
    record.back() = static_cast<std::uint8_t>(record.back() ^ 1U);
    joined.pair.client->send(record);
    std::array<std::uint8_t, 8> into{};
    EXPECT_THROW(run_loop(joined.server->read_some(into)), ProtocolError);
}

TEST(TlsStream, RefusesRenegotiation)
{
    auto joined = join("NORMAL:-VERS-ALL:+VERS-TLS1.2");
    joined.client->handshake();
    std::array<std::uint8_t, 8> into{};
    EXPECT_THROW(run_loop(joined.server->read_some(into)), ProtocolError);
}

TEST(TlsStream, AnswersAKeyUpdateWhileItReads)
{
    auto joined = join("NORMAL:-VERS-ALL:+VERS-TLS1.3");
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(gnutls_session_key_update(joined.client->session(), GNUTLS_KU_PEER), 0);
        joined.client->send("abc");
        EXPECT_EQ(run_loop(read_text(*joined.server, 3)), "abc");
        run_loop(joined.server->write(as_bytes("def")));
        EXPECT_EQ(joined.client->receive(), "def");
    }
}

// The writer waits for a slow peer while the reader is served, and a key update comes in between.
TEST(TlsStream, ReadsAndWritesAtOnce)
{
    auto joined = join("NORMAL:-VERS-ALL:+VERS-TLS1.3");
    joined.pair.server->set_write_capacity(1000);
    const std::string large(600000, 'y');
    auto write = joined.server->write(as_bytes(large));
    EXPECT_FALSE(write.start());

    std::string got;
    for (int i = 0; i < 3; ++i) {
        gnutls_session_key_update(joined.client->session(), GNUTLS_KU_PEER);
        joined.client->send("ping");
        EXPECT_EQ(run_loop(read_text(*joined.server, 4)), "ping");
        got += joined.client->receive();
    }
    EXPECT_TRUE(test::spin_until([&] {
        got += joined.client->receive();
        return write.done();
    }));
    write.result();
    got += joined.client->receive();
    EXPECT_EQ(got, large);
}

TEST(TlsStream, HoldsABoundedPartOfALargeWrite)
{
    auto joined = join();
    joined.pair.server->set_write_capacity(100);
    const std::string large(std::size_t{4} << 20U, 'z');
    {
        auto write = joined.server->write(as_bytes(large));
        EXPECT_FALSE(write.start());
    }
    // What was dropped half-way cannot be taken up again.
    EXPECT_THROW(run_loop(joined.server->write(as_bytes("more"))), EndOfStream);
}

TEST(TlsStream, ReportsAResetBelow)
{
    auto joined = join();
    joined.pair.client->reset();
    std::array<std::uint8_t, 8> into{};
    EXPECT_THROW(run_loop(joined.server->read_some(into)), EndOfStream);
    EXPECT_THROW(run_loop(joined.server->write(as_bytes("x"))), EndOfStream);
}

} // namespace
} // namespace gds
