// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bus_filter.h"

#include "base/bus_source.h"
#include "base/sdbus_compat.h"
#include "service/bus_name.h"
#include "service/settings_object.h"

#include "bus_test.h"
#include "fakes/lockable_settings.h"

#include <stdexcept>

#include <unistd.h>

namespace gds {
namespace {

constexpr const char* k_path = "/org/gnome/DesktopSharing";
constexpr const char* k_peer = "org.freedesktop.DBus.Peer";
constexpr const char* k_settings = SettingsObject::k_interface;

GObjectPtr<GSettings> settings_over(LockableSettings* backend)
{
    GSettingsSchema* schema = g_settings_schema_source_lookup(
        g_settings_schema_source_get_default(), "org.gnome.desktop-sharing", TRUE);
    GObjectPtr<GSettings> settings{g_settings_new_full(schema, &backend->parent, nullptr)};
    g_settings_schema_unref(schema);
    return settings;
}

// The settings' object, found under our name, behind a filter that a test fills.
class BusFilterTest : public testing::Test {
protected:
    BusFilterTest()
    {
        settings.set_on_values([this](const std::vector<std::string>& properties) {
            object.on_values_changed(properties);
        });
    }
    BusReply ping() { return caller.call(BusName::k_name, k_path, k_peer, "Ping", nullptr); }

    GObjectPtr<LockableSettings> backend{LockableSettings::make()};
    WorkerPool workers{1};
    PolicySettings settings{workers, CommandLine{}, settings_over(backend.get())};
    std::unique_ptr<sdbus::IConnection> bus = sdbus::createSessionBusConnection();
    BusSource source{*bus};
    SettingsObject object{*bus, settings};
    BusFilter::Judge judge = [](const BusCall&) { return std::nullopt; };
    BusFilter filter{*bus, [this](const BusCall& call) { return judge(call); }};
    BusName name{*bus, BusName::Replace::no, [] {}};
    BusCaller caller;
};

TEST_F(BusFilterTest, LetsThroughWhatIsNotRefused) { EXPECT_EQ(ping().error_name, ""); }

TEST_F(BusFilterTest, RefusesBeforeAnythingAnswers)
{
    judge = [](const BusCall& call) {
        return call.member() == "Ping" ? std::optional{BusRefusal{"org.example.No", "100% no"}}
                                       : std::nullopt;
    };
    const auto reply = ping();
    EXPECT_EQ(reply.error_name, "org.example.No");
    EXPECT_EQ(reply.error, "100% no");
    EXPECT_EQ(caller.get(k_path, k_settings, "ViewOnly").error_name, "");
}

TEST_F(BusFilterTest, WhoCannotBeJudgedIsNotLetThrough)
{
    judge = [](const BusCall&) -> std::optional<BusRefusal> { throw std::runtime_error{"odd"}; };
    EXPECT_EQ(ping().error_name, "org.freedesktop.DBus.Error.AccessDenied");
}

TEST_F(BusFilterTest, KnowsWhoCalls)
{
    std::optional<BusCall::Credentials> who;
    std::string sender;
    judge = [&](const BusCall& call) {
        who = call.credentials();
        sender = call.sender();
        return std::nullopt;
    };
    EXPECT_EQ(ping().error_name, "");
    ASSERT_TRUE(who);
    EXPECT_EQ(who->uid, geteuid());
    EXPECT_EQ(who->pid, getpid());
    EXPECT_TRUE(sender.starts_with(":"));
}

TEST_F(BusFilterTest, AWriteIsSeenAndStillArrives)
{
    std::optional<PropertyWrite> seen;
    judge = [&](const BusCall& call) {
        if (auto write = call.property_write()) {
            seen = std::move(write);
        }
        return std::nullopt;
    };
    EXPECT_EQ(caller.set(k_path, k_settings, "Port", g_variant_new_uint16(5977)).error_name, "");
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->interface, k_settings);
    EXPECT_EQ(seen->property, "Port");
    EXPECT_EQ(seen->type, "q");
    EXPECT_EQ(print(caller.get(k_path, k_settings, "Port").value), "5977");
}

TEST_F(BusFilterTest, SettingsOfAnotherTypeAreToldWhatIsAllowed)
{
    judge = [this](const BusCall& call) { return object.judge(call); };
    const auto reply = caller.set(k_path, k_settings, "Port", g_variant_new_int32(5977));
    EXPECT_EQ(reply.error_name, "org.gnome.DesktopSharing.Error.InvalidValue");
    EXPECT_NE(reply.error.find("“q”"), std::string::npos) << reply.error;
    EXPECT_NE(reply.error.find("65535"), std::string::npos) << reply.error;
}

TEST_F(BusFilterTest, LockedSettingsSaySoAndBadOnesWhatIsAllowed)
{
    auto reply = caller.set(k_path, k_settings, "Monitors", g_variant_new_string("nonsense"));
    EXPECT_EQ(reply.error_name, "org.gnome.DesktopSharing.Error.InvalidValue");
    EXPECT_NE(reply.error.find("primary"), std::string::npos) << reply.error;
    backend.get()->lock("/org/gnome/desktop-sharing/monitors");
    for (const char* value : {"nonsense", "primary"}) {
        reply = caller.set(k_path, k_settings, "Monitors", g_variant_new_string(value));
        EXPECT_EQ(reply.error_name, "org.gnome.DesktopSharing.Error.Locked") << value;
    }
    EXPECT_EQ(print(caller.get(k_path, k_settings, "Monitors").value), "'all'");
}

TEST_F(BusFilterTest, ChangesOfSettingsAreSignalledByWhatDiffers)
{
    g_settings_set_boolean(settings.keys().back().part.get(), "view-only", TRUE);
    ASSERT_TRUE(turn_until([&] { return caller.count("PropertiesChanged", k_path) == 1; }));
    const std::string said = caller.said("PropertiesChanged", k_path);
    EXPECT_NE(said.find("{'ViewOnly': <true>}"), std::string::npos) << said;
}

} // namespace
} // namespace gds
