// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/daemon_object.h"

#include "base/bus_source.h"
#include "service/bus_name.h"

#include "bus_test.h"
#include "fakes/fake_server_control.h"
#include "fakes/lockable_settings.h"

namespace gds {
namespace {

using namespace std::chrono_literals;

[[maybe_unused]] testing::Environment* const private_bus =
    testing::AddGlobalTestEnvironment(new PrivateBus); // NOLINT: gtest owns it

constexpr const char* k_path = "/org/gnome/DesktopSharing";
constexpr const char* k_daemon = "org.gnome.DesktopSharing";
constexpr const char* k_client = "org.gnome.DesktopSharing.Client";

GObjectPtr<GSettings> settings_over(LockableSettings* backend)
{
    GSettingsSchema* schema = g_settings_schema_source_lookup(
        g_settings_schema_source_get_default(), "org.gnome.desktop-sharing", TRUE);
    GObjectPtr<GSettings> settings{g_settings_new_full(schema, &backend->parent, nullptr)};
    g_settings_schema_unref(schema);
    return settings;
}

class DBusObjects : public testing::Test {
protected:
    DBusObjects()
    {
        settings.set_on_change([this](const PolicyPtr&) { object->on_policy_changed(); });
    }

    static ClientInfo client(unsigned number)
    {
        ClientInfo info;
        info.number = number;
        info.address = "192.0.2.7:51234";
        info.connected_since = 1'700'000'000;
        return info;
    }
    std::string get(const char* property)
    {
        return print(caller.get(k_path, k_daemon, property).value);
    }
    std::string get(unsigned number, const char* property)
    {
        return print(caller.get(ClientObject::path_of(number), k_client, property).value);
    }
    BusReply connect(const char* uri)
    {
        return caller.call(k_daemon, k_path, k_daemon, "Connect",
                           g_variant_new("(s@a{sv})", uri,
                                         g_variant_new_array(G_VARIANT_TYPE("{sv}"), nullptr, 0)));
    }
    // Everything that was sent so far has arrived: a round trip comes after it.
    void settle() { get("Version"); }

    GObjectPtr<LockableSettings> backend{LockableSettings::make()};
    FakeServerControl server;
    WorkerPool workers{1};
    PolicySettings settings{workers, CommandLine{}, settings_over(backend.get())};
    std::unique_ptr<sdbus::IConnection> bus = sdbus::createSessionBusConnection();
    BusSource source{*bus};
    std::optional<DaemonObject> object{std::in_place, *bus, server, settings};
    std::optional<BusName> name{std::in_place, *bus, BusName::Replace::no, [] {}};
    BusCaller caller;
};

TEST_F(DBusObjects, TheDaemonTellsItsStatus)
{
    server.set_status({SharingState::failed, "Port 5900 is taken.", {}, ""});
    EXPECT_EQ(get("State"), "'failed'");
    EXPECT_EQ(get("StatusReason"), "'Port 5900 is taken.'");
    EXPECT_EQ(get("Endpoints"), "[]");
    server.set_status(
        {SharingState::listening, "", {"tcp:127.0.0.1:5900", "unix:/x"}, "AA:BB", "12-34"});
    EXPECT_EQ(get("State"), "'listening'");
    EXPECT_EQ(get("StatusReason"), "''");
    EXPECT_EQ(get("Endpoints"), "['tcp:127.0.0.1:5900', 'unix:/x']");
    EXPECT_EQ(get("TlsFingerprint"), "'AA:BB'");
    EXPECT_EQ(get("RsaFingerprint"), "'12-34'");
    EXPECT_EQ(get("Clients"), "[]");
    EXPECT_EQ(get("Enabled"), "false");
    EXPECT_EQ(get("EnabledBy"), "[]");
    EXPECT_NE(get("Version"), "''");
}

TEST_F(DBusObjects, EveryStateHasItsWord)
{
    const std::vector<std::pair<SharingState, std::string>> words = {
        {SharingState::disabled, "'disabled'"},   {SharingState::starting, "'starting'"},
        {SharingState::listening, "'listening'"}, {SharingState::sharing, "'sharing'"},
        {SharingState::failed, "'failed'"},
    };
    for (const auto& [state, word] : words) {
        server.set_status({state, "", {}, ""});
        EXPECT_EQ(get("State"), word);
    }
}

TEST_F(DBusObjects, AChangeOfStatusIsSignalledByWhatDiffers)
{
    server.set_status({SharingState::listening, "", {"unix:/x"}, ""});
    settle();
    const std::string said = caller.said("PropertiesChanged", k_path);
    EXPECT_NE(said.find("'State': <'listening'>"), std::string::npos) << said;
    EXPECT_NE(said.find("'Endpoints': <['unix:/x']>"), std::string::npos) << said;
    EXPECT_EQ(said.find("StatusReason"), std::string::npos) << said;
    caller.signals.clear();
    server.set_status({SharingState::listening, "", {"unix:/x"}, ""});
    settle();
    EXPECT_EQ(caller.count("PropertiesChanged", k_path), 0U);
}

TEST_F(DBusObjects, EnabledWritesTheSettingAndIsSignalled)
{
    EXPECT_EQ(caller.set(k_path, k_daemon, "Enabled", g_variant_new_boolean(TRUE)).error_name, "");
    EXPECT_EQ(get("Enabled"), "true");
    EXPECT_EQ(get("EnabledBy"), "['settings']");
    ASSERT_TRUE(turn_until([&] { return settings.policy()->enabled; }));
    settle();
    const std::string said = caller.said("PropertiesChanged", k_path);
    EXPECT_NE(said.find("'Enabled': <true>"), std::string::npos) << said;
    EXPECT_NE(said.find("'EnabledBy': <['settings']>"), std::string::npos) << said;
    EXPECT_EQ(caller.set(k_path, k_daemon, "Enabled", g_variant_new_boolean(FALSE)).error_name, "");
    EXPECT_EQ(get("Enabled"), "false");
}

TEST_F(DBusObjects, ALockedSettingSaysSo)
{
    backend.get()->lock("/org/gnome/desktop-sharing/enabled");
    const auto reply = caller.set(k_path, k_daemon, "Enabled", g_variant_new_boolean(TRUE));
    EXPECT_EQ(reply.error_name, "org.gnome.DesktopSharing.Error.Locked");
    EXPECT_NE(reply.error.find("administrator"), std::string::npos);
    EXPECT_EQ(get("Enabled"), "false");
}

TEST_F(DBusObjects, WrongTypesAndReadOnlyPropertiesAreRefused)
{
    EXPECT_NE(caller.set(k_path, k_daemon, "Enabled", g_variant_new_string("yes")).error_name, "");
    EXPECT_NE(caller.set(k_path, k_daemon, "State", g_variant_new_string("sharing")).error_name,
              "");
    EXPECT_EQ(get("Enabled"), "false");
}

TEST_F(DBusObjects, ClientsComeAndGo)
{
    server.add(client(7));
    EXPECT_EQ(get("Clients"), "['/org/gnome/DesktopSharing/clients/7']");
    const auto managed = caller.call(k_daemon, k_path, "org.freedesktop.DBus.ObjectManager",
                                     "GetManagedObjects", nullptr);
    const std::string objects = print(managed.value);
    EXPECT_NE(objects.find("/org/gnome/DesktopSharing/clients/7"), std::string::npos) << objects;
    EXPECT_NE(objects.find("'Address': <'192.0.2.7:51234'>"), std::string::npos) << objects;
    const std::string added = caller.said("InterfacesAdded", k_path);
    EXPECT_NE(added.find("'State': <'authenticating'>"), std::string::npos) << added;
    EXPECT_NE(caller.said("PropertiesChanged", k_path).find("'Clients'"), std::string::npos);

    server.remove(7);
    EXPECT_EQ(get("Clients"), "[]");
    ASSERT_TRUE(turn_until([&] { return caller.count("InterfacesRemoved", k_path) == 1; }));
    EXPECT_NE(caller.said("InterfacesRemoved", k_path).find(k_client), std::string::npos);
    EXPECT_NE(caller.get(ClientObject::path_of(7), k_client, "State").error_name, "");
}

TEST_F(DBusObjects, ACallIsAnsweredWhenThereIsAnObject)
{
    Source viewer_came = call_every(5ms, [&] {
        if (!server.calls.empty()) {
            const auto answer = std::exchange(server.calls, {}).front().second;
            answer({.client = 4, .failure = {}, .detail = {}});
            server.add(client(4)); // as the server does: behind the answer
        }
    });
    const auto reply = connect("vnc://[::1]:5501");
    EXPECT_EQ(print(reply.value), "('/org/gnome/DesktopSharing/clients/4',)");
}

TEST_F(DBusObjects, ACallInVainIsAnsweredByName)
{
    const std::vector<std::pair<CallFailure, std::string>> names = {
        {CallFailure::name_not_found, "NameNotFound"}, {CallFailure::refused, "Refused"},
        {CallFailure::unreachable, "Unreachable"},     {CallFailure::timed_out, "TimedOut"},
        {CallFailure::proxy_denied, "ProxyDenied"},    {CallFailure::proxy_failed, "ProxyFailed"},
        {CallFailure::not_shared, "NotShared"},        {CallFailure::no_room, "NoRoom"},
        {CallFailure::cancelled, "Cancelled"},
    };
    for (const auto& [failure, error] : names) {
        Source nobody = call_every(5ms, [&, failure = failure] {
            if (!server.calls.empty()) {
                const auto answer = std::exchange(server.calls, {}).front().second;
                answer({.client = 0, .failure = failure, .detail = "because of %s"});
            }
        });
        const auto reply = connect("vnc://viewer");
        EXPECT_EQ(reply.error_name, "org.gnome.DesktopSharing.Error." + error);
        EXPECT_NE(reply.error.find("because of %s"), std::string::npos) << reply.error;
        EXPECT_NE(reply.error.find("viewer"), std::string::npos) << reply.error;
    }
}

TEST_F(DBusObjects, ACallEndsWithWhoAskedForIt)
{
    std::optional<BusCaller> another{std::in_place};
    const auto ask = [](BusCaller& who) {
        who.send(k_daemon, k_path, k_daemon, "Connect",
                 g_variant_new("(s@a{sv})", "vnc://viewer",
                               g_variant_new_array(G_VARIANT_TYPE("{sv}"), nullptr, 0)));
    };
    ask(caller);
    ASSERT_TRUE(turn_until([&] { return server.calls.size() == 1; }));
    ask(*another);
    ASSERT_TRUE(turn_until([&] { return server.calls.size() == 2; }));
    settle();
    EXPECT_TRUE(server.cancelled.empty());
    another.reset();
    ASSERT_TRUE(turn_until([&] { return !server.cancelled.empty(); }));
    EXPECT_EQ(server.cancelled, std::vector{42U});
}

TEST_F(DBusObjects, ACallToNowhereIsNotMade)
{
    EXPECT_EQ(connect("vnc://").error_name, "org.gnome.DesktopSharing.Error.InvalidValue");
    EXPECT_TRUE(server.calls.empty());
}

TEST_F(DBusObjects, AClientTellsEverything)
{
    ClientInfo info = client(1);
    info.state = "connected";
    info.user = "alice";
    info.security_type = "x509-sasl";
    info.mechanism = "SCRAM-SHA-256";
    info.ssf = 256;
    info.view_only = true;
    info.encoding = "tight";
    info.bytes_sent = 5'000'000'000;
    info.bytes_received = 42;
    info.frames_sent = 7;
    info.last_input = 1700000042;
    info.round_trip_time = 1500;
    server.add(info);
    EXPECT_EQ(get(1, "State"), "'connected'");
    EXPECT_EQ(get(1, "User"), "'alice'");
    EXPECT_EQ(get(1, "Address"), "'192.0.2.7:51234'");
    EXPECT_EQ(get(1, "SecurityType"), "'x509-sasl'");
    EXPECT_EQ(get(1, "Mechanism"), "'SCRAM-SHA-256'");
    EXPECT_EQ(get(1, "Ssf"), "256");
    EXPECT_EQ(get(1, "ConnectedSince"), "1700000000");
    EXPECT_EQ(get(1, "ViewOnly"), "true");
    EXPECT_EQ(get(1, "Encoding"), "'tight'");
    EXPECT_EQ(get(1, "FrameRate"), "0.0");
    EXPECT_EQ(get(1, "RoundTripTime"), "1500");
    EXPECT_EQ(get(1, "BytesSent"), "5000000000");
    EXPECT_EQ(get(1, "BytesReceived"), "42");
    EXPECT_EQ(get(1, "FramesSent"), "7");
    EXPECT_EQ(get(1, "LastInputTime"), "1700000042");
}

TEST_F(DBusObjects, AChangedClientIsSignalledAtOnce)
{
    server.add(client(1));
    ClientInfo info = client(1);
    info.state = "connected";
    info.user = "alice";
    server.change(info);
    settle();
    const std::string said = caller.said("PropertiesChanged", ClientObject::path_of(1));
    EXPECT_NE(said.find("'State': <'connected'>"), std::string::npos) << said;
    EXPECT_NE(said.find("'User': <'alice'>"), std::string::npos) << said;
    EXPECT_EQ(said.find("Address"), std::string::npos) << said;
}

TEST_F(DBusObjects, StatisticsAreSignalledNowAndThen)
{
    const std::string path = ClientObject::path_of(1);
    ClientInfo info = client(1);
    // For a twentieth of a second or more; answers how long it took.
    const auto live = [&] {
        const gint64 start = g_get_monotonic_time();
        for (int i = 0; i < 5; ++i) {
            info.bytes_sent += 1000;
            info.frames_sent += 1;
            server.connected[1] = info;
            server.carry_traffic();
            turn_until([] { return false; }, 10);
        }
        settle();
        return std::chrono::microseconds{g_get_monotonic_time() - start};
    };
    EXPECT_EQ(DaemonObject::k_statistics, std::chrono::seconds{1});
    server.add(info);
    // None, unless a busy machine made more than a second of it.
    const auto seconds = static_cast<std::size_t>(live() / DaemonObject::k_statistics);
    EXPECT_LE(caller.count("PropertiesChanged", path), seconds);

    constexpr std::chrono::milliseconds interval{30};
    object.reset();
    object.emplace(*bus, server, settings, interval);
    settle();
    caller.signals.clear();
    const auto times = static_cast<std::size_t>(live() / interval);
    EXPECT_GE(caller.count("PropertiesChanged", path), 1U);
    EXPECT_LE(caller.count("PropertiesChanged", path), times + 1); // the first began before
    const std::string said = caller.said("PropertiesChanged", path);
    EXPECT_NE(said.find("'BytesSent'"), std::string::npos) << said;
    EXPECT_NE(said.find("'FramesSent'"), std::string::npos) << said;
    EXPECT_NE(said.find("'FrameRate'"), std::string::npos) << said;
}

TEST_F(DBusObjects, AtRestNobodyLooksAtTheStatistics)
{
    const std::string path = ClientObject::path_of(1);
    constexpr std::chrono::milliseconds interval{10};
    object.reset();
    object.emplace(*bus, server, settings, interval);
    ClientInfo info = client(1);
    server.add(info);
    EXPECT_TRUE(turn_until([&] { return server.traffic_watched == 1; }, 1000));
    turn_until([] { return false; }, 50);
    EXPECT_EQ(server.traffic_watched, 1U) << "a look at one that is at rest";
    info.bytes_received += 1;
    server.connected[1] = info;
    caller.signals.clear();
    server.carry_traffic();
    settle();
    EXPECT_NE(caller.said("PropertiesChanged", path).find("'BytesReceived'"), std::string::npos);
    EXPECT_TRUE(turn_until([&] { return server.traffic_watched == 1; }, 1000));
    server.remove(1);
    server.carry_traffic();
    turn_until([] { return false; }, 50);
    EXPECT_EQ(server.traffic_watched, 0U) << "a look at nobody";
}

TEST_F(DBusObjects, ViewOnlyIsLiveAndRefusedWhereNobodyControls)
{
    server.add(client(1));
    const std::string path = ClientObject::path_of(1);
    EXPECT_EQ(caller.set(path, k_client, "ViewOnly", g_variant_new_boolean(TRUE)).error_name, "");
    EXPECT_TRUE(server.connected[1].view_only);
    EXPECT_EQ(get(1, "ViewOnly"), "true");
    settle();
    EXPECT_NE(caller.said("PropertiesChanged", path).find("'ViewOnly': <true>"), std::string::npos);
    server.nobody_controls = true;
    const auto reply = caller.set(path, k_client, "ViewOnly", g_variant_new_boolean(FALSE));
    EXPECT_EQ(reply.error_name, "org.gnome.DesktopSharing.Error.NotAllowed");
    EXPECT_TRUE(server.connected[1].view_only);
}

TEST_F(DBusObjects, DisconnectEndsOneClientWithinItsOwnCall)
{
    server.add(client(1));
    server.add(client(2));
    const auto reply = caller.call(k_daemon, ClientObject::path_of(1), k_client, "Disconnect",
                                   g_variant_new("(s)", "lunch\n"));
    EXPECT_EQ(reply.error_name, "");
    ASSERT_EQ(server.disconnected.size(), 1U);
    EXPECT_EQ(server.disconnected[0].first, 1U);
    EXPECT_EQ(server.disconnected[0].second, "lunch\\n");
    ASSERT_TRUE(turn_until([&] { return !server.connected.contains(1); }));
    EXPECT_EQ(get("Clients"), "['/org/gnome/DesktopSharing/clients/2']");
}

TEST_F(DBusObjects, DisconnectAllReachesTheServer)
{
    EXPECT_EQ(caller.call(k_daemon, k_path, k_daemon, "DisconnectAll", nullptr).error_name, "");
    EXPECT_EQ(server.all_disconnected.size(), 1U);
}

TEST_F(DBusObjects, OctetsThatAreNoTextDoNoHarm)
{
    ClientInfo info = client(1);
    info.user = "al\xff\xfe";
    info.mechanism = "\x80";
    server.add(info);
    EXPECT_EQ(get(1, "User"), "'al\\\\xff\\\\xfe'");
    EXPECT_EQ(caller
                  .call(k_daemon, ClientObject::path_of(1), "org.freedesktop.DBus.Properties",
                        "GetAll", g_variant_new("(s)", k_client))
                  .error_name,
              "");
}

TEST_F(DBusObjects, ActivityIsTold)
{
    int activity = 0;
    object->set_on_activity([&] { ++activity; });
    server.add(client(1));
    server.set_status({SharingState::sharing, "", {}, ""});
    server.remove(1);
    EXPECT_EQ(activity, 3);
}

TEST_F(DBusObjects, ClientsAreThereWhenItStartsLateAndGoWithIt)
{
    object.reset();
    EXPECT_FALSE(server.is_observed());
    server.add(client(1));
    object.emplace(*bus, server, settings);
    EXPECT_EQ(get("Clients"), "['/org/gnome/DesktopSharing/clients/1']");
    object.reset();
    EXPECT_NE(caller.get(k_path, k_daemon, "State").error_name, "");
}

TEST_F(DBusObjects, ThereIsOneInstance)
{
    auto second = sdbus::createSessionBusConnection();
    EXPECT_THROW((BusName{*second, BusName::Replace::no, [] {}}), NameTaken);
    EXPECT_EQ(get("State"), "'disabled'");
}

TEST_F(DBusObjects, ReplaceTakesTheNameAndTellsTheFirst)
{
    name.reset();
    bool lost = false;
    name.emplace(*bus, BusName::Replace::no, [&] { lost = true; });
    auto second = sdbus::createSessionBusConnection();
    const BusName taken{*second, BusName::Replace::yes, [] { FAIL(); }};
    EXPECT_TRUE(turn_until([&] { return lost; }));
}

} // namespace
} // namespace gds
