// SPDX-License-Identifier: GPL-2.0-or-later
// Over a dbus-daemon of its own, which nobody else knows.
#include "base/bus_source.h"

#include "base/sdbus_compat.h"
#include "base/unique_fd.h"
#include "fakes/stream_pair.h"

#include <array>
#include <csignal>
#include <memory>
#include <string>

#include <glib.h>
#include <sys/wait.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

class PrivateBus {
public:
    PrivateBus()
    {
        std::array<const char*, 6> arguments = {
            "dbus-daemon", "--session", "--nofork", "--print-address", "--address=unix:tmpdir=/tmp",
            nullptr};
        int out = -1;
        const auto flags = static_cast<GSpawnFlags>(
            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL);
        if (g_spawn_async_with_pipes(nullptr, const_cast<char**>(arguments.data()), nullptr, flags,
                                     nullptr, nullptr, &pid_, nullptr, &out, nullptr,
                                     nullptr) == FALSE) {
            pid_ = 0;
            return;
        }
        const UniqueFd pipe{out};
        char octet = 0;
        while (::read(pipe.get(), &octet, 1) == 1 && octet != '\n') {
            address_.push_back(octet);
        }
    }
    ~PrivateBus() { stop(); }
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

    const std::string& address() const { return address_; }
    void stop()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGTERM);
            ::waitpid(pid_, nullptr, 0);
            pid_ = 0;
        }
    }

private:
    GPid pid_ = 0;
    std::string address_;
};

constexpr const char* k_bus = "org.freedesktop.DBus";
constexpr const char* k_bus_path = "/org/freedesktop/DBus";

class BusSourceTest : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_FALSE(bus.address().empty()) << "dbus-daemon does not start: is it installed?";
        connection = sdbus::createSessionBusConnectionWithAddress(bus.address());
        source = std::make_unique<BusSource>(*connection, [this] { ++lost; });
    }
    std::unique_ptr<sdbus::IProxy> the_bus()
    {
        return sdbus::createProxy(*connection, sdbus::ServiceName{k_bus},
                                  sdbus::ObjectPath{k_bus_path});
    }

    PrivateBus bus;
    std::unique_ptr<sdbus::IConnection> connection;
    std::unique_ptr<BusSource> source;
    int lost = 0;
};

struct Answer {
    std::string text;
    std::string error;
    bool here = false;
};

void ask(sdbus::IProxy& proxy, const std::string& method, Answer& answer)
{
    auto call = sdbus_method_call(proxy, k_bus, method);
    auto handler = [&answer](auto&& reply, auto&& error) {
        answer.here = true;
        if (error) {
            answer.error = error->getName();
        } else {
            reply >> answer.text;
        }
    };
    sdbus_call_async(proxy, call, handler, std::chrono::seconds{5});
}

TEST_F(BusSourceTest, BringsTheReplyToACall)
{
    const auto proxy = the_bus();
    Answer answer;
    ask(*proxy, "GetId", answer);
    EXPECT_TRUE(test::spin_until([&answer] { return answer.here; }));
    EXPECT_EQ(answer.text.size(), 32U);
}

TEST_F(BusSourceTest, BringsErrors)
{
    const auto proxy = the_bus();
    Answer answer;
    ask(*proxy, "NoSuchMethod", answer);
    EXPECT_TRUE(test::spin_until([&answer] { return answer.here; }));
    EXPECT_EQ(answer.error, "org.freedesktop.DBus.Error.UnknownMethod");
    EXPECT_STREQ(sdbus_error("a.b.C", "why").getMessage().c_str(), "why");
}

// The first reply is read by the synchronous call and queued: the descriptor stays silent for it.
TEST_F(BusSourceTest, ServesWhatASynchronousCallLeftBehind)
{
    const auto proxy = the_bus();
    Answer answer;
    ask(*proxy, "GetId", answer);
    proxy->callMethod(sdbus_method_call(*proxy, k_bus, "ListNames"));
    EXPECT_TRUE(test::spin_until([&answer] { return answer.here; }, std::chrono::seconds{1}));
}

TEST_F(BusSourceTest, ServesSignalsOfAMatchUntilItIsDropped)
{
    int seen = 0;
    auto slot = sdbus_add_match(
        *connection, "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'",
        [&seen](auto&& message) {
            std::string name;
            message >> name;
            seen += name == "org.example.Test" ? 1 : 0;
        });
    connection->requestName(sdbus::ServiceName{"org.example.Test"});
    EXPECT_TRUE(test::spin_until([&seen] { return seen == 1; }));
    slot.reset();
    connection->releaseName(sdbus::ServiceName{"org.example.Test"});
    const auto proxy = the_bus();
    Answer answer;
    ask(*proxy, "GetId", answer);
    EXPECT_TRUE(test::spin_until([&answer] { return answer.here; }));
    EXPECT_EQ(seen, 1);
}

TEST_F(BusSourceTest, EndsACallThatIsNotAnswered)
{
    const auto other = sdbus::createSessionBusConnectionWithAddress(bus.address());
    other->requestName(sdbus::ServiceName{"org.example.Silent"});
    const auto proxy = sdbus::createProxy(*connection, sdbus::ServiceName{"org.example.Silent"},
                                          sdbus::ObjectPath{"/"});
    auto call = sdbus_method_call(*proxy, "org.example.Silent", "Ask");
    bool failed = false;
    auto handler = [&failed](auto&&, auto&& error) { failed = static_cast<bool>(error); };
    sdbus_call_async(*proxy, call, handler, std::chrono::milliseconds{50});
    EXPECT_TRUE(test::spin_until([&failed] { return failed; }, std::chrono::seconds{2}));
}

TEST_F(BusSourceTest, TellsOnceThatTheBusIsGone)
{
    bus.stop();
    EXPECT_TRUE(test::spin_until([this] { return lost > 0; }));
    test::spin_ready();
    EXPECT_EQ(lost, 1);
}

TEST_F(BusSourceTest, MayBeDroppedByAHandler)
{
    const auto proxy = the_bus();
    bool here = false;
    auto call = sdbus_method_call(*proxy, k_bus, "GetId");
    auto handler = [this, &here](auto&&, auto&&) {
        here = true;
        source.reset();
    };
    sdbus_call_async(*proxy, call, handler, std::chrono::seconds{5});
    EXPECT_TRUE(test::spin_until([&here] { return here; }));
    test::spin_ready();
}

TEST_F(BusSourceTest, DoesNotSpinWhileNothingHappens)
{
    test::spin_ready();
    int turns = 0;
    const auto count_turns = [&turns] {
        ++turns;
        return false;
    };
    test::spin_until(count_turns, std::chrono::milliseconds{50});
    EXPECT_LT(turns, 20);
}

} // namespace
} // namespace gds
