// SPDX-License-Identifier: GPL-2.0-or-later
// Viewers of a real server whose rules turn on groups, while the directory hangs, is away and
// returns.
#include "fakes/fake_screen_capture.h"
#include "fakes/stream_pair.h"
#include "io/socket_stream.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"
#include "quick_verifier.h"
#include "server/server.h"
#include "tls_client.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

constexpr Size k_size{64, 48};
constexpr std::uint32_t k_first_colour = 0x00102030;
constexpr std::uint32_t k_second_colour = 0x00405060;
constexpr std::uint32_t k_tls_plain = 259;

// A directory server; the daemon's threads ask it.
class Directory {
public:
    ~Directory() { answer({}); }
    AccountGroups read(const GroupQuestion& question)
    {
        std::unique_lock lock{mutex_};
        ++asked_;
        changed_.wait_for(lock, 20s, [this] { return !hangs_; });
        auto known = known_;
        std::erase_if(known.not_in, [&](const auto& group) {
            return std::ranges::count(question.groups, group) == 0;
        });
        return known;
    }
    void hang()
    {
        const std::scoped_lock lock{mutex_};
        hangs_ = true;
    }
    void answer(AccountGroups known)
    {
        const std::scoped_lock lock{mutex_};
        hangs_ = false;
        known_ = std::move(known);
        changed_.notify_all();
    }
    int asked()
    {
        const std::scoped_lock lock{mutex_};
        return asked_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool hangs_ = false;
    int asked_ = 0;
    AccountGroups known_;
};

// Logs in by tls-plain and then asks for the whole picture again and again.
struct Viewer {
    bool said_all = false;
    std::optional<std::uint32_t> result;
    std::uint32_t colour = 0; // of the first pixel
    int pictures = 0;
    bool gone = false;
};

UniqueFd connect_to(const std::string& path)
{
    UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
    return socket;
}

Task<> say_hello(ByteStream& raw)
{
    StreamReader reader{raw};
    co_await reader.skip(12);
    StreamWriter message;
    message.put_text("RFB 003.008\n");
    co_await message.flush(raw);
    const auto types = co_await reader.u8();
    co_await reader.skip(types);
    message.put_u8(19);
    co_await message.flush(raw);
    co_await reader.skip(2);
    message.put_u16(2);
    co_await message.flush(raw);
    co_await reader.skip(1);
    const auto sub_types = co_await reader.u8();
    const std::uint64_t octets = sub_types * std::uint64_t{4};
    co_await reader.skip(octets);
    message.put_u32(k_tls_plain);
    co_await message.flush(raw);
    co_await reader.skip(1);
}

Task<> look(ByteStream& stream, Viewer& viewer)
{
    StreamReader reader{stream};
    StreamWriter message;
    message.put_u8(3);
    message.put_u8(0);
    message.put_u32(0);
    message.put_u16(k_size.width);
    message.put_u16(k_size.height);
    co_await message.flush(stream);
    co_await reader.skip(2);
    const auto rects = co_await reader.u16();
    for (unsigned i = 0; i < rects; ++i) {
        co_await reader.skip(4);
        const auto width = co_await reader.u16();
        const auto height = co_await reader.u16();
        co_await reader.skip(4);
        const std::size_t octets = std::size_t{width} * height * 4;
        const auto pixels = co_await reader.bytes(octets);
        std::memcpy(&viewer.colour, pixels.data(), 4);
    }
    ++viewer.pictures;
}

Task<> play(std::string path, Viewer& viewer)
{
    SocketStream raw{connect_to(path)};
    co_await say_hello(raw);
    test::TlsClient tls{raw, test::k_anonymous_tls};
    co_await tls.handshake();
    StreamWriter message;
    message.put_u32(5);
    message.put_u32(10);
    message.put_text("alicewonderland");
    co_await message.flush(tls);
    viewer.said_all = true;
    StreamReader reader{tls};
    viewer.result = co_await reader.u32();
    if (viewer.result != 0U) {
        co_return;
    }
    message.put_u8(1);
    co_await message.flush(tls);
    co_await reader.skip(20);
    const auto name = co_await reader.u32();
    co_await reader.skip(name);
    while (true) {
        co_await look(tls, viewer);
        co_await sleep_for(5ms);
    }
}

CredentialsPtr only_alice()
{
    auto credentials = std::make_shared<Credentials>();
    credentials->users["alice"] = {test::quick_verifier(ScramHash::sha256, "wonderland")};
    credentials->decoy_key = Bytes(32, 7);
    return credentials;
}

class GroupAccess : public testing::Test {
protected:
    explicit GroupAccess(std::chrono::milliseconds deadline = 20s)
        : server{capture, workers, "somebody@desk",
                 GroupLookup{[asked = directory](const GroupQuestion& question) {
                                 return asked->read(question);
                             },
                             {deadline, 200ms}}}
    {
        std::string pattern = std::filesystem::temp_directory_path() / "gds-groups-XXXXXX";
        directory_path = g_mkdtemp(pattern.data());
        policy.enabled = true;
        policy.max_clients = 100;
        policy.listen_addresses = {"unix:" + directory_path + "/vnc"};
        policy.security_types = {SecurityWord::tls_plain};
        server.set_credentials(only_alice());
        capture.show(k_size, k_first_colour, Rect::of(k_size));
    }
    ~GroupAccess() override
    {
        directory->answer({});
        server.apply(std::make_shared<const Policy>());
        test::spin_until([this] { return server.clients().empty(); });
        std::filesystem::remove_all(directory_path);
    }
    using Written = std::initializer_list<std::pair<const char*, const char*>>;
    void rule(Written written)
    {
        policy.access = {{}, AccessVerdict::deny};
        for (const auto& [verdict, pattern] : written) {
            policy.access.rules.push_back(parse_access_rule(verdict, pattern).rule);
        }
        server.apply(std::make_shared<const Policy>(policy));
    }
    Viewer& connect()
    {
        viewers.push_back(std::make_unique<Viewer>());
        Viewer& viewer = *viewers.back();
        tasks.spawn(play(directory_path + "/vnc", viewer),
                    [&viewer](std::exception_ptr) { viewer.gone = true; });
        return viewer;
    }
    bool sees(Viewer& viewer, std::uint32_t colour)
    {
        return test::spin_until([&] { return viewer.colour == colour || viewer.gone; }) &&
               viewer.colour == colour;
    }
    // Until what was asked for before has been answered.
    bool sees_another_picture(Viewer& viewer)
    {
        const int before = viewer.pictures;
        return test::spin_until([&] { return viewer.pictures > before + 1 || viewer.gone; });
    }

    std::shared_ptr<Directory> directory = std::make_shared<Directory>();
    FakeScreenCapture capture;
    WorkerPool workers{1};
    Server server;
    Policy policy;
    std::string directory_path;
    const Source tick = call_every(1ms, [] {});
    std::vector<std::unique_ptr<Viewer>> viewers;
    TaskScope tasks;
};

TEST_F(GroupAccess, IsNotLookedUpWhereTheAnswerDoesNotTurnOnIt)
{
    directory->hang();
    rule({{"control", "alice"}, {"deny", "group:guests"}});
    EXPECT_TRUE(sees(connect(), k_first_colour));
    EXPECT_EQ(directory->asked(), 0);
}

TEST_F(GroupAccess, DeniesWhileTheDirectoryIsAway)
{
    directory->answer({}); // no such group
    rule({{"deny", "group:guests"}, {"control", "alice"}});
    auto& refused = connect();
    EXPECT_TRUE(test::spin_until([&] { return refused.gone; }));
    EXPECT_EQ(refused.result, 1U);
    directory->answer({{}, {"guests"}, false});
    EXPECT_TRUE(sees(connect(), k_first_colour));
    directory->answer({{"guests"}, {}, false});
    auto& guest = connect();
    EXPECT_TRUE(test::spin_until([&] { return guest.gone; }));
    EXPECT_EQ(guest.result, 1U);
}

class GroupAccessAtTheDeadline : public GroupAccess {
protected:
    GroupAccessAtTheDeadline() : GroupAccess(300ms) {}
};

TEST_F(GroupAccessAtTheDeadline, ManyViewersAreNeitherThrownOutNorAllowedMore)
{
    directory->hang();
    rule({{"control", "group:staff"}, {"view", "alice"}});
    constexpr std::size_t k_viewers = 20; // more than threads, and than may be logging in
    constexpr std::size_t k_at_once = 5; // as many secrets are judged for one address
    for (std::size_t i = 0; i < k_viewers; ++i) {
        auto& viewer = connect();
        if (i % k_at_once == k_at_once - 1) {
            ASSERT_TRUE(test::spin_until([&] { return viewer.said_all || viewer.gone; }));
            // Their passwords are judged one after the other.
            test::spin_ready();
            EXPECT_EQ(test::run_loop(workers.run([] { return 5; })), 5);
            test::spin_ready();
        }
    }
    const auto all = [&](auto holds) {
        return test::spin_until([&] { return std::ranges::all_of(viewers, holds); });
    };
    EXPECT_TRUE(all([](const auto& viewer) { return viewer->pictures > 0 || viewer->gone; }));
    EXPECT_EQ(server.clients().size(), k_viewers);
    for (const auto& client : server.clients()) {
        EXPECT_EQ(client.state, "connected");
        EXPECT_TRUE(client.view_only);
    }
    // It returns.
    directory->answer({{"staff"}, {}, false});
    EXPECT_TRUE(test::spin_until([&] {
        const auto clients = server.clients();
        return std::ranges::none_of(clients, [](const auto& one) { return one.view_only; });
    }));
    EXPECT_TRUE(std::ranges::none_of(viewers, [](const auto& viewer) { return viewer->gone; }));
}

TEST_F(GroupAccess, WhoMayBeDeniedSeesNothingMeanwhile)
{
    rule({{"control", "alice"}});
    auto& viewer = connect();
    ASSERT_TRUE(sees(viewer, k_first_colour));

    directory->hang();
    rule({{"deny", "group:guests"}, {"control", "alice"}});
    capture.show(k_size, k_second_colour, Rect::of(k_size));
    EXPECT_TRUE(server.clients().at(0).view_only);
    ASSERT_TRUE(sees_another_picture(viewer));
    EXPECT_NE(viewer.colour, k_first_colour);
    EXPECT_NE(viewer.colour, k_second_colour);
    EXPECT_FALSE(viewer.gone);

    directory->answer({{}, {"guests"}, false});
    EXPECT_TRUE(sees(viewer, k_second_colour));
    EXPECT_FALSE(server.clients().at(0).view_only);
}

TEST_F(GroupAccessAtTheDeadline, WhoMayBeDeniedGoes)
{
    rule({{"control", "alice"}});
    auto& viewer = connect();
    ASSERT_TRUE(sees(viewer, k_first_colour));
    directory->hang();
    rule({{"deny", "group:guests"}, {"control", "alice"}});
    EXPECT_TRUE(test::spin_until([&] { return viewer.gone; })) << "at the deadline";
}

TEST_F(GroupAccess, WhatChangesMeanwhileCounts)
{
    directory->hang();
    rule({{"deny", "group:guests"}, {"control", "alice"}});
    auto& viewer = connect();
    ASSERT_TRUE(test::spin_until([&] { return directory->asked() == 1; }));
    rule({{"deny", "group:pupils"}, {"view", "alice"}});
    directory->answer({{}, {"guests", "pupils"}, false});
    EXPECT_TRUE(sees(viewer, k_first_colour));
    EXPECT_EQ(directory->asked(), 2);
    EXPECT_TRUE(server.clients().at(0).view_only);
}

} // namespace
} // namespace gds
