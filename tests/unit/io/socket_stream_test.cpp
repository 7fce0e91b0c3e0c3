// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/socket_stream.h"

#include "base/errors.h"
#include "fakes/stream_pair.h"

#include <array>
#include <system_error>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::run_loop;
using test::run_ready;

struct Sockets {
    UniqueFd near;
    UniqueFd far;
};

Sockets make_sockets()
{
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

void send_text(const UniqueFd& socket, std::string_view text)
{
    EXPECT_EQ(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
}

TEST(SocketStream, ReadsWhatIsThereWithoutAMainLoop)
{
    auto sockets = make_sockets();
    SocketStream stream{std::move(sockets.near)};
    send_text(sockets.far, "hello");
    std::array<std::uint8_t, 16> into{};
    EXPECT_EQ(run_ready(stream.read_some(into)), 5U);
    EXPECT_EQ(as_text(ByteView{into}.first(5)), "hello");
    EXPECT_EQ(stream.bytes_received(), 5U);
}

TEST(SocketStream, TellsOfTheNextTrafficOnce)
{
    auto sockets = make_sockets();
    SocketStream stream{std::move(sockets.near)};
    int told = 0;
    std::array<std::uint8_t, 1> octet{};
    send_text(sockets.far, "hello");
    run_ready(stream.read_some(octet));
    stream.tell_next_traffic([&told] { ++told; });
    EXPECT_EQ(told, 0);
    run_ready(stream.read_some(octet));
    EXPECT_EQ(told, 1);
    run_ready(stream.read_some(octet));
    EXPECT_EQ(told, 1);
    stream.tell_next_traffic([&told] { ++told; });
    run_ready(stream.write(octet));
    run_ready(stream.write(octet));
    EXPECT_EQ(told, 2);
}

TEST(SocketStream, WaitsUntilSomethingArrives)
{
    auto sockets = make_sockets();
    SocketStream stream{std::move(sockets.near)};
    std::array<std::uint8_t, 16> into{};
    auto read = stream.read_some(into);
    EXPECT_FALSE(read.start());
    send_text(sockets.far, "x");
    EXPECT_TRUE(test::spin_until([&read] { return read.done(); }));
    EXPECT_EQ(read.result(), 1U);
}

TEST(SocketStream, AnswersZeroAtTheOrderlyEnd)
{
    auto sockets = make_sockets();
    SocketStream stream{std::move(sockets.near)};
    ::shutdown(sockets.far.get(), SHUT_WR);
    std::array<std::uint8_t, 16> into{};
    EXPECT_EQ(run_ready(stream.read_some(into)), 0U);
}

TEST(SocketStream, WritesMoreThanTheKernelTakesAtOnce)
{
    auto sockets = make_sockets();
    SocketStream near{std::move(sockets.near)};
    SocketStream far{std::move(sockets.far)};
    const Bytes sent(std::size_t{5} * 1024 * 1024, 0x5a);
    auto write = near.write(sent);
    EXPECT_FALSE(write.start());
    EXPECT_GT(near.bytes_sent(), 0U);
    std::size_t got = 0;
    Bytes into(1 << 16);
    while (got < sent.size()) {
        got += run_loop(far.read_some(into));
    }
    EXPECT_TRUE(test::spin_until([&write] { return write.done(); }));
    write.result();
    EXPECT_EQ(near.bytes_sent(), sent.size());
    EXPECT_EQ(far.bytes_received(), sent.size());
}

TEST(SocketStream, SurvivesAPeerThatIsGone)
{
    auto sockets = make_sockets();
    SocketStream stream{std::move(sockets.near)};
    sockets.far.reset();
    const Bytes some(10);
    EXPECT_THROW(run_ready(stream.write(some)), EndOfStream);
}

TEST(SocketStream, CallsAResetTheEnd)
{
    const UniqueFd listening{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(::bind(listening.get(), any, size), 0);
    ASSERT_EQ(::listen(listening.get(), 1), 0);
    ASSERT_EQ(::getsockname(listening.get(), any, &size), 0);
    UniqueFd client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    ASSERT_EQ(::connect(client.get(), any, size), 0);
    SocketStream stream{UniqueFd{::accept4(listening.get(), nullptr, nullptr, SOCK_NONBLOCK)}};

    std::array<std::uint8_t, 4> into{};
    auto read = stream.read_some(into);
    EXPECT_FALSE(read.start());
    const linger at_once{1, 0};
    ASSERT_EQ(::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    client.reset();
    EXPECT_TRUE(test::spin_until([&read] { return read.done(); }));
    EXPECT_THROW(read.result(), EndOfStream);
}

TEST(SocketStream, ReportsOtherErrorsWithTheirCause)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    const UniqueFd other{ends[1]};
    SocketStream stream{UniqueFd{ends[0]}};
    std::array<std::uint8_t, 4> into{};
    EXPECT_THROW(run_ready(stream.read_some(into)), std::system_error);
}

Task<> read_forever(SocketStream& stream)
{
    Bytes into(4096);
    while (true) {
        co_await stream.read_some(into);
    }
}

// A peer that sends without pause may not keep the main loop.
TEST(SocketStream, GivesWayWhileMoreIsThere)
{
    auto sockets = make_sockets();
    SocketStream stream{std::move(sockets.near)};
    for (int i = 0; i < 200; ++i) {
        send_text(sockets.far, "0123456789");
    }
    std::array<std::uint8_t, 1> one{};
    std::size_t reads = 0;
    bool gave_way = false;
    while (reads < 2000 && !gave_way) {
        auto read = stream.read_some(one);
        gave_way = !read.start();
        ++reads;
    }
    EXPECT_TRUE(gave_way);
    EXPECT_LT(reads, 200U);
    auto endless = read_forever(stream);
    EXPECT_FALSE(endless.start());
}

TEST(SocketStream, MayBeDroppedWhileATaskWaits)
{
    auto sockets = make_sockets();
    auto stream = std::make_unique<SocketStream>(std::move(sockets.near));
    {
        auto endless = read_forever(*stream);
        EXPECT_FALSE(endless.start());
    }
    stream.reset();
    std::array<char, 1> into{};
    EXPECT_EQ(::recv(sockets.far.get(), into.data(), 1, 0), 0);
}

} // namespace
} // namespace gds
