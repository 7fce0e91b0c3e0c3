// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/gnome_settings.h"

#include "fakes/main_loop.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#define G_SETTINGS_ENABLE_BACKEND 1
#include <gio/gsettingsbackend.h>

namespace gds {
namespace {

using test::spin_until;

class GnomeSettingsTest : public testing::Test {
protected:
    GnomeSettingsTest()
    {
        char* path = g_dir_make_tmp("gds-XXXXXX", nullptr);
        directory_ = path;
        g_free(path);
        with_service_manager(true);
    }
    ~GnomeSettingsTest() override { std::filesystem::remove_all(directory_); }

    void with_service_manager(bool has)
    {
        std::filesystem::remove_all(directory_ + "/systemd");
        if (has) {
            std::filesystem::create_directories(directory_ + "/systemd/private");
        }
    }
    std::string marker() const { return directory_ + "/" + GnomeSettings::k_marker; }
    // As the unit does.
    void start() { std::filesystem::create_directory(marker()); }
    void stop() { std::filesystem::remove_all(marker()); }

    // As GNOME Settings writes them, by another object on the same path.
    void write(const char* key, bool value, const char* protocol = "rdp")
    {
        write_value(key, g_variant_new_boolean(value ? TRUE : FALSE), protocol);
    }
    void write_value(const char* key, GVariant* value, const char* protocol)
    {
        GSettingsSchema* schema = g_settings_schema_source_lookup(
            g_settings_schema_source_get_default(),
            (std::string{"org.gnome.desktop-sharing.gnome-settings."} + protocol).c_str(), TRUE);
        const GObjectPtr<GSettings> settings{g_settings_new_full(schema, backend_.get(), nullptr)};
        g_settings_schema_unref(schema);
        g_settings_set_value(settings.get(), key, value);
    }

    bool is_on(const GnomeSettings& gnome) { return is_switched_on(gnome.state()); }

    std::string directory_;
    GObjectPtr<GSettingsBackend> backend_{g_memory_settings_backend_new()};
    int told_ = 0;
};

TEST_F(GnomeSettingsTest, FollowsKeyAndUnit)
{
    const GnomeSettings gnome{backend_.get(), directory_, [this] { ++told_; }};
    EXPECT_FALSE(is_on(gnome));
    EXPECT_TRUE(gnome.state().rdp.view_only);
    write("enable", true);
    EXPECT_FALSE(is_on(gnome)); // written, but not started yet
    start();
    ASSERT_TRUE(spin_until([&] { return is_on(gnome); }));
    EXPECT_GT(told_, 0);
    write("view-only", false);
    EXPECT_FALSE(gnome.state().rdp.view_only);
    stop();
    ASSERT_TRUE(spin_until([&] { return !is_on(gnome); }));
}

TEST_F(GnomeSettingsTest, FindsAtTheStartWhatWasSwitchedOnBefore)
{
    write("enable", true);
    start();
    const GnomeSettings gnome{backend_.get(), directory_, [] {}};
    EXPECT_TRUE(is_on(gnome));
}

TEST_F(GnomeSettingsTest, WithoutServiceManagerTheKeyDecides)
{
    with_service_manager(false);
    GnomeSettings gnome{backend_.get(), directory_, [] {}};
    write("enable", true);
    EXPECT_TRUE(is_on(gnome));
    gnome.dismiss();
    EXPECT_FALSE(is_on(gnome));
    write("view-only", false); // is not the switch
    EXPECT_FALSE(is_on(gnome));
    write("enable", false);
    write("enable", true);
    EXPECT_TRUE(is_on(gnome));
}

TEST_F(GnomeSettingsTest, WhatWasDismissedStaysOffUntilTheSwitchIsMoved)
{
    write("enable", true);
    start();
    {
        GnomeSettings gnome{backend_.get(), directory_, [this] { ++told_; }};
        gnome.dismiss();
        EXPECT_FALSE(is_on(gnome));
        EXPECT_EQ(told_, 1);
    }
    // Also for a daemon that starts anew.
    GnomeSettings gnome{backend_.get(), directory_, [] {}};
    EXPECT_FALSE(is_on(gnome));
    write("view-only", false); // is not the switch
    EXPECT_FALSE(is_on(gnome));
    stop();
    ASSERT_TRUE(spin_until([&] { return !gnome.state().started; }));
    start();
    EXPECT_TRUE(spin_until([&] { return is_on(gnome); }));
}

TEST_F(GnomeSettingsTest, WhatWasDismissedCanBeTakenBack)
{
    write("enable", true);
    start();
    for (const bool managed : {true, false}) {
        with_service_manager(managed);
        GnomeSettings gnome{backend_.get(), directory_, [] {}};
        gnome.dismiss();
        EXPECT_FALSE(is_on(gnome));
        gnome.take_back();
        EXPECT_TRUE(is_on(gnome));
        const GnomeSettings again{backend_.get(), directory_, [] {}};
        EXPECT_TRUE(is_on(again));
    }
}

TEST_F(GnomeSettingsTest, ToDismissWhatIsOffIsNothing)
{
    GnomeSettings gnome{backend_.get(), directory_, [this] { ++told_; }};
    gnome.dismiss();
    write("enable", true);
    start();
    EXPECT_TRUE(spin_until([&] { return is_on(gnome); }));
}

TEST_F(GnomeSettingsTest, TheOtherProtocolIsReadToo)
{
    const GnomeSettings gnome{backend_.get(), directory_, [] {}};
    write("enable", true, "vnc");
    EXPECT_TRUE(gnome.state().vnc.enabled);
    EXPECT_FALSE(gnome.state().rdp.enabled);
}

TEST_F(GnomeSettingsTest, KeysAreReadWithoutFollowingThem)
{
    EXPECT_EQ(read_gnome_keys(backend_.get()).rdp, (GnomeState::Protocol{.port = 3389}));
    EXPECT_EQ(read_gnome_keys(backend_.get()).vnc, (GnomeState::Protocol{.port = 5900}));
    write("enable", true);
    write_value("port", g_variant_new_uint16(4000), "rdp");
    write("view-only", false, "vnc");
    const GnomeState gnome = read_gnome_keys(backend_.get());
    EXPECT_EQ(gnome.rdp, (GnomeState::Protocol{.enabled = true, .port = 4000}));
    EXPECT_EQ(gnome.vnc, (GnomeState::Protocol{.view_only = false, .port = 5900}));
}

} // namespace
} // namespace gds
