// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/gnome_follow.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

// As after the switch was moved on, in a session with systemd.
GnomeState switched_on()
{
    GnomeState gnome;
    gnome.rdp = {.enabled = true, .view_only = true};
    gnome.has_service_manager = true;
    gnome.started = true;
    gnome.certificate_file = "/c";
    gnome.private_key_file = "/k";
    return gnome;
}

using Words = std::vector<std::string>;

struct Case {
    const char* name;
    void (*change)(OwnWishes& own, GnomeState& gnome);
    Words enabled_by;
    bool view_only;
    bool gnome_login;
    bool gnome_certificate;
};

// Each row from: switch on, “Remote Control” off, and nothing of ours set.
const Case k_cases[] = {
    {"Nothing", [](OwnWishes&, GnomeState& gnome) { gnome = {}; }, {}, false, false, false},
    {"SwitchedOn", [](OwnWishes&, GnomeState&) {}, {"gnome-settings"}, true, true, true},
    {"RemoteControl",
     [](OwnWishes&, GnomeState& gnome) { gnome.rdp.view_only = false; },
     {"gnome-settings"},
     false,
     true,
     true},
    {"KeyOffUnitStillStarted", // the moment between, and grdctl
     [](OwnWishes&, GnomeState& gnome) { gnome.rdp.enabled = false; },
     {},
     false,
     false,
     false},
    {"KeyOnUnitNotStarted",
     [](OwnWishes&, GnomeState& gnome) { gnome.started = false; },
     {},
     false,
     false,
     false},
    {"NoServiceManager",
     [](OwnWishes&, GnomeState& gnome) { gnome.has_service_manager = gnome.started = false; },
     {"gnome-settings"},
     true,
     true,
     true},
    {"Dismissed",
     [](OwnWishes&, GnomeState& gnome) { gnome.dismissed = true; },
     {},
     false,
     false,
     false},
    {"NotFollowed",
     [](OwnWishes& own, GnomeState&) { own.follow = false; },
     {},
     false,
     false,
     false},
    {"NotFollowedButEnabled",
     [](OwnWishes& own, GnomeState&) {
         own.follow = false;
         own.enabled = true;
     },
     {"settings"},
     false,
     false,
     false},
    {"LockedOff",
     [](OwnWishes& own, GnomeState&) { own.enabled_locked = true; },
     {},
     false,
     false,
     false},
    {"LockedOn", // an administrator's sharing is what he has made of it
     [](OwnWishes& own, GnomeState&) { own.enabled = own.enabled_locked = true; },
     {"settings"},
     false,
     false,
     false},
    {"AllThree",
     [](OwnWishes& own, GnomeState&) { own.enabled = own.command_line = true; },
     {"settings", "gnome-settings", "command-line"},
     true,
     true,
     true},
    {"OurViewOnlyWins",
     [](OwnWishes& own, GnomeState& gnome) {
         own.view_only = own.view_only_decided = true;
         gnome.rdp.view_only = false;
     },
     {"gnome-settings"},
     true,
     true,
     true},
    {"OurControlWinsWhereItWasSet",
     [](OwnWishes& own, GnomeState&) { own.view_only_decided = true; },
     {"gnome-settings"},
     false,
     true,
     true},
    {"TheSitesDefaultIsNotWidened",
     [](OwnWishes& own, GnomeState& gnome) {
         own.view_only = true;
         gnome.rdp.view_only = false;
     },
     {"gnome-settings"},
     true,
     true,
     true},
    {"OfTwoProtocolsTheNarrower",
     [](OwnWishes&, GnomeState& gnome) {
         gnome.rdp.view_only = false;
         gnome.vnc = {.enabled = true, .view_only = true};
     },
     {"gnome-settings"},
     true,
     true,
     true},
    {"WhatIsOffCountsForNothing",
     [](OwnWishes&, GnomeState& gnome) {
         gnome.rdp.view_only = true;
         gnome.vnc = {.enabled = false, .view_only = false};
     },
     {"gnome-settings"},
     true,
     true,
     true},
    {"VncAlone",
     [](OwnWishes&, GnomeState& gnome) {
         gnome.rdp.enabled = false;
         gnome.vnc = {.enabled = true, .view_only = false};
     },
     {"gnome-settings"},
     false,
     true,
     true},
    {"OurCertificateWins",
     [](OwnWishes& own, GnomeState&) { own.certificate_decided = true; },
     {"gnome-settings"},
     true,
     true,
     false},
    {"NoCertificate",
     [](OwnWishes&, GnomeState& gnome) { gnome.certificate_file.clear(); },
     {"gnome-settings"},
     true,
     true,
     false},
    {"NoKeyOfTheCertificate",
     [](OwnWishes&, GnomeState& gnome) { gnome.private_key_file.clear(); },
     {"gnome-settings"},
     true,
     true,
     false},
};

class GnomeFollow : public testing::TestWithParam<Case> {};

TEST_P(GnomeFollow, Decides)
{
    const Case& row = GetParam();
    OwnWishes own;
    GnomeState gnome = switched_on();
    row.change(own, gnome);
    const SharingDecision decision = decide_sharing(own, gnome);
    EXPECT_EQ(decision.enabled_by, row.enabled_by);
    EXPECT_EQ(decision.enabled, !row.enabled_by.empty());
    EXPECT_EQ(decision.view_only, row.view_only);
    EXPECT_EQ(decision.gnome_login, row.gnome_login);
    EXPECT_EQ(decision.gnome_certificate, row.gnome_certificate);
}

INSTANTIATE_TEST_SUITE_P(Table, GnomeFollow, testing::ValuesIn(k_cases),
                         [](const auto& row) { return row.param.name; });

} // namespace
} // namespace gds
