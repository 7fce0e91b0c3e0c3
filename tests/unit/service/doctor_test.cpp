// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/certificate_check.h"
#include "cli/doctor/doctor.h"
#include "cli/doctor/film_check.h"
#include "cli/doctor/gathering.h"
#include "cli/doctor/keyboard_check.h"
#include "cli/doctor/keyring_check.h"
#include "cli/doctor/pipewire_check.h"
#include "cli/doctor/portal_check.h"
#include "cli/doctor/sasl_check.h"
#include "cli/doctor/service_check.h"
#include "config.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace gds::cli {
namespace {

// "fault keyring", so that one comparison tells all.
std::vector<std::string> heads(const Findings& findings)
{
    std::vector<std::string> list;
    for (const auto& each : findings) {
        const char* const verdict = each.verdict == Verdict::ok        ? "ok "
                                    : each.verdict == Verdict::warning ? "warning "
                                                                       : "fault ";
        list.push_back(verdict + each.check);
        EXPECT_FALSE(each.what.empty());
        EXPECT_EQ(each.next.empty(), each.verdict == Verdict::ok) << each.what;
    }
    return list;
}
using Heads = std::vector<std::string>;

bool says(const Findings& findings, std::string_view text)
{
    return std::ranges::any_of(findings, [text](const Finding& each) {
        return each.what.find(text) != std::string::npos ||
               each.next.find(text) != std::string::npos;
    });
}

PortalFacts good_portal()
{
    return {.screen_cast = {4, 7}, .remote_desktop = {2, 7}, .clipboard = {1, 0}};
}

Policy sharing(MonitorChoice monitors)
{
    Policy policy;
    policy.monitors = monitors;
    return policy;
}

TEST(DoctorPortal, ThatHasAll)
{
    const auto findings = judge_portal(good_portal(), sharing(MonitorChoice::all));
    EXPECT_EQ(heads(findings), Heads{"ok portal"});
    EXPECT_TRUE(says(findings, "ScreenCast 4, RemoteDesktop 2, Clipboard 1"));
}

TEST(DoctorPortal, ThatIsNotThereOrDoesNotAnswer)
{
    for (const auto trouble : {BusTrouble::absent, BusTrouble::silent}) {
        EXPECT_EQ(heads(judge_portal({.trouble = trouble}, sharing(MonitorChoice::all))),
                  Heads{"fault portal"});
    }
    // The service's finding says that there is no bus.
    EXPECT_TRUE(judge_portal({.trouble = BusTrouble::no_bus}, sharing(MonitorChoice::all)).empty());
}

TEST(DoctorPortal, WithoutABackend)
{
    const auto findings = judge_portal({}, sharing(MonitorChoice::all));
    EXPECT_EQ(heads(findings), Heads{"fault portal"});
    EXPECT_TRUE(says(findings, "xdg-desktop-portal-gnome"));
}

TEST(DoctorPortal, WhatItSharesIsWhatIsWanted)
{
    auto facts = good_portal();
    facts.screen_cast.types = 2; // windows
    EXPECT_EQ(heads(judge_portal(facts, sharing(MonitorChoice::all))), Heads{"fault portal"});
    facts.screen_cast.types = 1;
    EXPECT_EQ(heads(judge_portal(facts, sharing(MonitorChoice::primary))), Heads{"ok portal"});
    const auto findings = judge_portal(facts, sharing(MonitorChoice::virtual_monitor));
    EXPECT_EQ(heads(findings), Heads{"fault portal"});
    EXPECT_TRUE(says(findings, "gsettings reset org.gnome.desktop-sharing monitors"));
}

TEST(DoctorPortal, WithoutAClipboard)
{
    auto facts = good_portal();
    facts.clipboard = {};
    auto policy = sharing(MonitorChoice::all);
    EXPECT_EQ(heads(judge_portal(facts, policy)), Heads{"warning portal"});
    EXPECT_TRUE(says(judge_portal(facts, policy), "cannot copy and paste"));
    policy.clipboard = ClipboardWays::off;
    EXPECT_EQ(heads(judge_portal(facts, policy)), Heads{"ok portal"});
    policy.clipboard = ClipboardWays::both;
    facts.mutter = true;
    EXPECT_EQ(heads(judge_portal(facts, policy)), Heads{"ok portal"});
}

TEST(DoctorPortal, WithoutInput)
{
    auto facts = good_portal();
    facts.remote_desktop.types = 2; // no keyboard
    EXPECT_EQ(heads(judge_portal(facts, sharing(MonitorChoice::all))), Heads{"warning portal"});
    facts.remote_desktop = {};
    EXPECT_EQ(heads(judge_portal(facts, sharing(MonitorChoice::all))), Heads{"warning portal"});
}

TEST(DoctorPortal, IsNotAskedWhereMutterIs)
{
    Policy policy;
    policy.capture = CaptureWay::mutter;
    EXPECT_EQ(heads(judge_portal({.trouble = BusTrouble::absent, .mutter = true}, policy)),
              Heads{"ok mutter"});
    EXPECT_EQ(heads(judge_portal(good_portal(), policy)), Heads{"fault mutter"});
    EXPECT_TRUE(says(judge_portal(good_portal(), policy), "gsettings reset"));
    EXPECT_TRUE(judge_permission({.kept = true}, good_portal(), policy).empty());
}

TEST(DoctorPermission, IsKeptOrNotYetGivenOrCannotBe)
{
    auto portal = good_portal();
    EXPECT_EQ(heads(judge_permission({.kept = true}, portal, {})), Heads{"ok permission"});
    EXPECT_TRUE(says(judge_permission({}, portal, {}), "Connect a viewer once"));
    portal.remote_desktop.version = 1;
    EXPECT_TRUE(says(judge_permission({}, portal, {}), "1.17"));
    // Where there is no RemoteDesktop, it is ScreenCast that remembers.
    portal.remote_desktop = {};
    EXPECT_TRUE(says(judge_permission({}, portal, {}), "Connect a viewer once"));
}

TEST(DoctorPermission, SaysNothingWhereSomethingElseIsWrong)
{
    EXPECT_TRUE(judge_permission({.locked = true}, good_portal(), {}).empty());
    EXPECT_TRUE(judge_permission({.trouble = BusTrouble::absent}, good_portal(), {}).empty());
    EXPECT_TRUE(judge_permission({}, {.trouble = BusTrouble::absent}, {}).empty());
    EXPECT_TRUE(judge_permission({}, {}, {}).empty());
}

TEST(DoctorPipeWire, OneThingAfterTheOther)
{
    EXPECT_EQ(heads(judge_pipewire({.trouble = "Host is down"})), Heads{"fault pipewire"});
    EXPECT_EQ(heads(judge_pipewire({.connected = true})), Heads{"fault pipewire"});
    PipeWireState state{.connected = true, .answered = true, .version = "1.0"};
    EXPECT_EQ(heads(judge_pipewire(state)), (Heads{"ok pipewire", "fault session-manager"}));
    state.session_manager = "WirePlumber";
    EXPECT_EQ(heads(judge_pipewire(state)), (Heads{"ok pipewire", "ok session-manager"}));
}

TEST(DoctorKeyboard, KnowsItsKeysAndLocksOrWhyNot)
{
    EXPECT_EQ(heads(judge_keyboard({})), Heads{"warning keyboard"});
    EXPECT_EQ(heads(judge_keyboard({.compositor = true})), Heads{"ok keyboard"});
    EXPECT_TRUE(says(judge_keyboard({.compositor = true}), "as far as viewers press"));
    EXPECT_TRUE(says(judge_keyboard({.compositor = true, .mutter = true}), "are told"));
}

TEST(DoctorFilms, WithWhatTheyAreMadeOrWhyNot)
{
    EXPECT_EQ(heads(judge_films({.encoder = "libx264"})), Heads{"ok films"});
    EXPECT_TRUE(says(judge_films({.encoder = "libx264"}), "libx264"));
    const H264Support none{.trouble = "libavcodec.so.59: no such file"};
    EXPECT_EQ(heads(judge_films(none)), Heads{"warning films"});
    EXPECT_TRUE(says(judge_films(none), "no such file"));
}

TEST(DoctorKeyring, OpenWithUsers)
{
    EXPECT_EQ(heads(judge_keyring({.has_default = true, .users = 2}, {.users = true})),
              (Heads{"ok keyring", "ok passwords"}));
}

TEST(DoctorKeyring, WhatIsMissingIsAFaultOnlyWhereNothingElseLetsIn)
{
    const KeyringFacts empty{.has_default = true};
    EXPECT_EQ(heads(judge_keyring(empty, {.users = true})),
              (Heads{"ok keyring", "fault passwords"}));
    EXPECT_EQ(heads(judge_keyring(empty, {.users = true, .other_ways = true})),
              (Heads{"ok keyring", "warning passwords"}));
    EXPECT_EQ(heads(judge_keyring(empty, {.other_ways = true})), Heads{"ok keyring"});
    EXPECT_EQ(heads(judge_keyring(empty, {.vnc = true})), (Heads{"ok keyring", "fault passwords"}));
    EXPECT_EQ(heads(judge_keyring({.users = 1}, {.users = true, .vnc = true})),
              (Heads{"ok keyring", "ok passwords", "warning passwords"}));
    EXPECT_EQ(heads(judge_keyring({.vnc_password = true}, {.users = true, .vnc = true})),
              (Heads{"ok keyring", "warning passwords"}));
}

TEST(DoctorKeyring, LockedOrNotThere)
{
    for (const auto& facts :
         {KeyringFacts{.has_default = true, .locked = true},
          KeyringFacts{.trouble = BusTrouble::absent}, KeyringFacts{.trouble = BusTrouble::silent},
          KeyringFacts{.trouble = BusTrouble::refused}}) {
        EXPECT_EQ(heads(judge_keyring(facts, {.users = true})), Heads{"fault keyring"});
        EXPECT_EQ(heads(judge_keyring(facts, {.users = true, .other_ways = true})),
                  Heads{"warning keyring"});
    }
}

constexpr std::int64_t k_day = std::int64_t{24} * 3600;

TlsInspection valid_from_to(std::int64_t from, std::int64_t until)
{
    return {.certificate_file = "/x/cert.pem",
            .usable = true,
            .valid_from = from,
            .valid_until = until,
            .last_day = "2033-05-18"};
}

TEST(DoctorCertificate, ItsTimes)
{
    const std::int64_t now = 2'000'000'000;
    EXPECT_EQ(heads(judge_certificate(valid_from_to(now - 1, now + 15 * k_day), now)),
              Heads{"ok certificate"});
    EXPECT_EQ(heads(judge_certificate(valid_from_to(now - 1, now + 13 * k_day), now)),
              Heads{"warning certificate"});
    EXPECT_EQ(heads(judge_certificate(valid_from_to(now - 2, now - 1), now)),
              Heads{"fault certificate"});
    EXPECT_EQ(heads(judge_certificate(valid_from_to(now + 1, now + k_day), now)),
              Heads{"fault certificate"});
}

TEST(DoctorCertificate, TheSelfMadeOneIsMadeAgain)
{
    auto expired = valid_from_to(1, 2);
    EXPECT_TRUE(says(judge_certificate(expired, 3), "Put a renewed certificate into /x/cert.pem"));
    expired.own = true;
    EXPECT_TRUE(says(judge_certificate(expired, 3), "rm /x/cert.pem"));
    EXPECT_EQ(heads(judge_certificate({.own = true, .missing = true}, 3)), Heads{"ok certificate"});
}

TEST(DoctorCertificate, ComplaintsAreFaultsWhereNobodyCanConnect)
{
    TlsInspection inspection{.complaints = {"It is broken. Mend it."}};
    auto findings = judge_certificate(inspection, 0);
    ASSERT_EQ(heads(findings), Heads{"fault certificate"});
    EXPECT_EQ(findings[0].what, "It is broken.");
    EXPECT_EQ(findings[0].next, "Mend it.");
    inspection = valid_from_to(1, 9 * k_day * 1000);
    inspection.complaints = {"Something else"};
    EXPECT_EQ(heads(judge_certificate(inspection, 2)),
              (Heads{"warning certificate", "ok certificate"}));
}

const SaslWishes k_kerberos{
    .asked = true, .mechanisms = {"GSSAPI", "PLAIN"}, .keytab = "/etc/vnc.keytab"};

TEST(DoctorSasl, PlugIns)
{
    EXPECT_EQ(heads(judge_sasl(k_kerberos, {"PLAIN", "GSSAPI", "EXTERNAL"})), Heads{"ok sasl"});
    const auto findings = judge_sasl(k_kerberos, {"PLAIN"});
    EXPECT_EQ(heads(findings), Heads{"fault sasl"});
    EXPECT_TRUE(says(findings, "GSSAPI"));
    EXPECT_TRUE(says(findings, "libsasl2-modules-gssapi-mit"));
    EXPECT_EQ(heads(judge_sasl({.asked = true, .mechanisms = {"NTLM"}}, {"NTLM"})),
              Heads{"warning sasl"});
    EXPECT_TRUE(judge_sasl({.mechanisms = {"GSSAPI"}}, {}).empty()) << "no type is SASL";
}

TEST(DoctorSasl, AnotherSourceOfPasswords)
{
    const auto findings = judge_sasl({.password_trouble = "saslauthd is not there. Start it."}, {});
    EXPECT_EQ(heads(findings), Heads{"fault passwords"});
    EXPECT_EQ(findings.at(0).next, "Start it.");
}

TEST(DoctorKeytab, Keys)
{
    EXPECT_EQ(heads(judge_keytab(k_kerberos, {.principals = {"host/a@R", "vnc/a.b@R"}})),
              Heads{"ok keytab"});
    auto findings = judge_keytab(k_kerberos, {.principals = {"host/a@R"}});
    EXPECT_EQ(heads(findings), Heads{"fault keytab"});
    EXPECT_TRUE(says(findings, "ktadd -k /etc/vnc.keytab vnc/HOST"));
    findings = judge_keytab(k_kerberos, {.trouble = "Permission denied"});
    EXPECT_EQ(heads(findings), Heads{"fault keytab"});
    EXPECT_TRUE(says(findings, "sudo chown"));
}

TEST(DoctorKeytab, HostAndName)
{
    auto wishes = k_kerberos;
    wishes.hostname = "a.b";
    EXPECT_EQ(heads(judge_keytab(wishes, {.principals = {"vnc/a.b@R"}})), Heads{"ok keytab"});
    EXPECT_EQ(heads(judge_keytab(wishes, {.principals = {"vnc/a.bc@R", "vnc/c@R"}})),
              Heads{"fault keytab"});
    wishes.keytab.clear();
    EXPECT_EQ(heads(judge_keytab(wishes, {})), Heads{"fault keytab"});
    EXPECT_TRUE(judge_keytab({.asked = true, .mechanisms = {"PLAIN"}}, {}).empty());
}

ServiceFacts running(std::string state, std::string reason = {})
{
    return {.state = std::move(state), .reason = std::move(reason), .version = GDS_VERSION};
}

TEST(DoctorService, ThatRuns)
{
    EXPECT_EQ(heads(judge_service(running("listening"), true, false)), Heads{"ok service"});
    EXPECT_EQ(heads(judge_service(running("disabled"), false, false)), Heads{"warning service"});
    EXPECT_EQ(heads(judge_service(running("listening", "Hm. So."), true, false)),
              Heads{"warning service"});
    EXPECT_EQ(heads(judge_service(running("failed", "No. So."), true, false)),
              Heads{"fault service"});
    EXPECT_EQ(heads(judge_service(running("failed", "No. So."), true, true)),
              Heads{"warning service"});
    auto old = running("listening");
    old.version = "0.0.1";
    EXPECT_EQ(heads(judge_service(old, true, false)), (Heads{"warning service", "ok service"}));
}

TEST(DoctorService, ThatDoesNot)
{
    EXPECT_EQ(heads(judge_service({.trouble = BusTrouble::absent}, false, false)),
              Heads{"warning service"});
    for (const auto trouble :
         {BusTrouble::absent, BusTrouble::silent, BusTrouble::no_bus, BusTrouble::refused}) {
        EXPECT_EQ(heads(judge_service({.trouble = trouble}, true, true)), Heads{"fault service"});
    }
}

TEST(DoctorReport, ForPeopleAndForPrograms)
{
    const Findings findings{well("portal", "All is well."),
                            fault("keyring", "It is \"locked\".", "Unlock it.")};
    EXPECT_TRUE(has_fault(findings));
    EXPECT_EQ(findings_text(findings), "ok     portal   All is well.\n"
                                       "FAULT  keyring  It is \"locked\".\n"
                                       "                → Unlock it.\n");
    EXPECT_EQ(findings_json(findings),
              R"({"Faults":1,"Warnings":0,"Findings":[)"
              R"({"Check":"portal","Verdict":"ok","What":"All is well.","Next":""},)"
              R"({"Check":"keyring","Verdict":"fault","What":"It is \"locked\".",)"
              R"("Next":"Unlock it."}]})");
    EXPECT_FALSE(has_fault({warning("port", "a", "b")}));
}

TEST(DoctorGathering, NothingWaitsForEver)
{
    using namespace std::chrono_literals;
    Gathering<int> quick{[] { return 7; }, 5s};
    EXPECT_EQ(quick.wait(), 7);
    EXPECT_FALSE(quick.late());
    Gathering<int> failing{[]() -> int { throw std::runtime_error{"no"}; }, 5s};
    EXPECT_EQ(failing.wait(), std::nullopt);
    EXPECT_EQ(failing.failure(), "no");
    EXPECT_FALSE(failing.late());
    // It is left to itself, and ends by itself.
    Gathering<int> slow{[] {
                            std::this_thread::sleep_for(200ms);
                            return 1;
                        },
                        10ms};
    EXPECT_EQ(slow.wait(), std::nullopt);
    EXPECT_TRUE(slow.late());
    std::this_thread::sleep_for(250ms);
}

} // namespace
} // namespace gds::cli
