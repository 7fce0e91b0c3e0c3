// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"

#include "base/errors.h"
#include "base/text.h"
#include "base/translate.h"
#include "cli/doctor/doctor.h"
#include "cli/password_input.h"
#include "cli/report.h"
#include "cli/run_task.h"
#include "cli/service_link.h"
#include "config.h"
#include "service/libsecret_store.h"
#include "service/policy_from_settings.h"
#include "service/proxy_password.h"
#include "service/sentence.h"
#include "service/user_name.h"
#include "service/viewer_call_request.h"
#include "service/vnc_password.h"

#include <cstdio>
#include <cstdlib>
#include <thread>

namespace gds::cli {

namespace {

// A person may have to type the keyring's password first.
constexpr std::chrono::seconds k_keyring_patience{120};

// Four times what RFC 7677 asks for: whoever steals the keyring has to work more per guess, while a
// login still costs some 20 ms once, and Cyrus SASL's clients refuse more than 65536.
constexpr unsigned k_iterations = 16384;

using Start = ServiceLink::Start;

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

int complain(const std::string& sentence)
{
    std::fprintf(stderr, "gnome-desktop-sharing: %s\n", sentence.c_str());
    return k_failed;
}

int status(const Arguments& arguments)
{
    ServiceLink service{Start::if_needed};
    const auto properties = service.status();
    const auto clients = service.clients();
    print(arguments.json ? status_json(properties.get(), clients) + '\n'
                         : status_text(properties.get(), clients));
    return k_done;
}

// Waits until the daemon has made up its mind whether it can share. A failure may pass in a moment,
// such as when a password was set just before.
VariantPtr settled_status(ServiceLink& service)
{
    constexpr std::chrono::milliseconds k_step{50};
    constexpr int k_most_steps = 100;
    constexpr int k_steps_of_failure = 40;
    auto properties = service.status();
    int failures = 0;
    for (int steps = 0; steps < k_most_steps && failures < k_steps_of_failure; ++steps) {
        const std::string state = text_of(properties.get(), "State");
        if (state == "listening" || state == "sharing") {
            break;
        }
        failures += state == "failed" ? 1 : 0;
        std::this_thread::sleep_for(k_step);
        properties = service.status();
    }
    return properties;
}

void write_setting(bool enabled)
{
    WorkerPool workers{1};
    PolicySettings{workers, CommandLine{}}.set_enabled(enabled);
    PolicySettings::flush();
}

int enable()
{
    ServiceLink service{Start::if_needed};
    try {
        service.set_enabled(true);
    } catch (const ServiceMissing& missing) {
        // The wish is kept: the daemon finds it when it starts.
        write_setting(true);
        return complain(missing.what());
    }
    const auto properties = settled_status(service);
    const std::string state = text_of(properties.get(), "State");
    const std::string reason = text_of(properties.get(), "StatusReason");
    if (state == "failed" || state == "disabled") {
        return complain(reason.empty() ? _("Sharing is switched on, but nobody can connect.")
                                       : reason);
    }
    print(status_text(properties.get(), {}));
    return k_done;
}

int disable()
{
    ServiceLink service{Start::never};
    try {
        service.set_enabled(false);
    } catch (const ServiceMissing&) {
        write_setting(false);
        return k_done;
    }
    const auto properties = service.status();
    if (flag_of(properties.get(), "Enabled")) {
        return complain(_("The desktop is still shared: the daemon was started with --enable. "
                          "End that process, or start it without."));
    }
    return k_done;
}

int clients(const Arguments& arguments)
{
    ServiceLink service{Start::never};
    std::vector<ClientEntry> entries;
    try {
        entries = service.clients();
    } catch (const ServiceMissing&) {
        // Nobody is connected to what does not run.
    }
    if (arguments.json) {
        print(clients_json(entries) + '\n');
    } else if (entries.empty()) {
        print(std::string{_("Nobody is connected.")} + '\n');
    } else {
        print(clients_text(entries));
    }
    return k_done;
}

int disconnect(const Arguments& arguments)
{
    ServiceLink service{Start::never};
    try {
        service.disconnect(arguments.number, "gnome-desktop-sharing disconnect");
    } catch (const ServiceMissing&) {
        if (arguments.number) {
            return complain(sentence(_("There is no viewer %u: the desktop is not shared."),
                                     *arguments.number));
        }
    }
    return k_done;
}

int view_only(const Arguments& arguments)
{
    ServiceLink service{Start::never};
    try {
        service.set_view_only(*arguments.number, arguments.view_only);
    } catch (const ServiceMissing&) {
        return complain(
            sentence(_("There is no viewer %u: the desktop is not shared."), *arguments.number));
    }
    return k_done;
}

int connect(const Arguments& arguments)
{
    // Addresses that do not answer take their time.
    constexpr unsigned k_patience = 60;
    GVariantBuilder options;
    g_variant_builder_init(&options, G_VARIANT_TYPE_VARDICT);
    if (arguments.view_only) {
        g_variant_builder_add(&options, "{sv}", "view-only", g_variant_new_boolean(TRUE));
    }
    if (arguments.retry_for) {
        g_variant_builder_add(&options, "{sv}", "retry-for",
                              g_variant_new_uint32(*arguments.retry_for));
    }
    for (const auto& [name, value] : arguments.call_options) {
        g_variant_builder_add(&options, "{sv}", name.c_str(), g_variant_new_string(value.c_str()));
    }
    ServiceLink service{Start::if_needed};
    const unsigned number =
        service.connect(arguments.uri, g_variant_builder_end(&options),
                        static_cast<int>(k_patience + arguments.retry_for.value_or(0)));
    print(sentence(_("The viewer is number %u, and has to log in now."), number) + '\n');
    return k_done;
}

int fingerprint()
{
    ServiceLink service{Start::if_needed};
    const auto properties = service.status();
    const std::string text = text_of(properties.get(), "TlsFingerprint");
    if (text.empty()) {
        const std::string reason = text_of(properties.get(), "StatusReason");
        return complain(reason.empty()
                            ? _("There is no certificate yet; the sharing service makes it when "
                                "it starts for the first time.")
                            : reason);
    }
    print(text + '\n');
    if (const std::string rsa = text_of(properties.get(), "RsaFingerprint"); !rsa.empty()) {
        print(rsa + '\n');
    }
    return k_done;
}

// The listed security types that the VNC password is for, as a person lists them; empty: none.
std::string listed_vnc_types()
{
    std::string list;
    const auto settings = PolicySettings::open();
    for (const SecurityWord word : read_policy(settings.get(), CommandLine{}).security_types) {
        if (needs_vnc_password(word)) {
            list += list.empty() ? "" : ", ";
            list += to_text(word);
        }
    }
    return list;
}

int set_vnc_password()
{
    SecretString password =
        read_new_password(_("New VNC password, of at most 8 characters: "), vnc_password_complaint);
    LibsecretStore store;
    run_task(store.save_vnc_password(std::move(password)), k_keyring_patience);
    print(std::string{_("The VNC password is set. It is kept as it is, since VNC Authentication "
                        "cannot work with less.")} +
          '\n');
    const auto types = listed_vnc_types();
    // Translators: %s is a list of words of the setting “security-types”.
    print((types.empty() ? std::string{_("No listed security type uses it: add x509-vnc to the "
                                         "setting “security-types”.")}
                         : sentence(_("Whoever knows it can log in with %s, if an access rule lets "
                                      "“vnc-password” in."),
                                    types.c_str())) +
          '\n');
    return k_done;
}

std::string proxy_account_of(const Arguments& arguments)
{
    const auto proxy = read_proxy_uri("socks5://" + *arguments.user);
    if (proxy.user.empty()) {
        throw BadCallRequest{_("Say which user at which proxy: USER@HOST or USER@HOST:PORT.")};
    }
    return proxy_account(proxy);
}

int set_proxy_password(const Arguments& arguments)
{
    const auto account = proxy_account_of(arguments);
    SecretString password = read_new_password(
        sentence(_("Password for the proxy, %s: "), account.c_str()), proxy_password_complaint);
    run_task(store_proxy_password(account, std::move(password)), k_keyring_patience);
    print(std::string{_("The password is set. It is kept as it is, since SOCKS proxies want it as "
                        "it is.")} +
          '\n');
    return k_done;
}

int set_password(const Arguments& arguments)
{
    if (arguments.vnc) {
        return set_vnc_password();
    }
    if (arguments.proxy) {
        return set_proxy_password(arguments);
    }
    const std::string user = arguments.user.value_or(g_get_user_name());
    if (const auto complaint = user_name_complaint(user); !complaint.empty()) {
        return complain(complaint);
    }
    const SecretString password = read_new_password(
        sentence(_("New desktop sharing password for %s: "), user.c_str()), password_complaint);
    // The default count of iterations: it is what unknown names get as well, so that a name's
    // verifier does not tell that the name is known.
    std::vector<ScramVerifier> verifiers;
    verifiers.push_back(make_scram_verifier(ScramHash::sha256, password.view(), k_iterations));
    verifiers.push_back(make_scram_verifier(ScramHash::sha512, password.view(), k_iterations));
    LibsecretStore store;
    run_task(store.save_user(user, std::move(verifiers)), k_keyring_patience);
    print(sentence(_("“%s” can log in with this password. Kept of it: SCRAM-SHA-256 and "
                     "SCRAM-SHA-512 verifiers, not the password."),
                   user.c_str()) +
          '\n');
    if (const auto types = listed_vnc_types(); !types.empty()) {
        // Translators: %s is a list of words of the setting “security-types”.
        print(sentence(_("Not with %s, which cannot work with verifiers and know no user: set the "
                         "password of these with “gnome-desktop-sharing set-password --vnc”."),
                       types.c_str()) +
              '\n');
    }
    return k_done;
}

int remove_vnc_password()
{
    LibsecretStore store;
    if (!run_task(store.remove_vnc_password(), k_keyring_patience)) {
        return complain(_("There is no VNC password."));
    }
    return k_done;
}

int remove_user(const Arguments& arguments)
{
    if (arguments.vnc) {
        return remove_vnc_password();
    }
    if (arguments.proxy) {
        if (!run_task(remove_proxy_password(proxy_account_of(arguments)), k_keyring_patience)) {
            return complain(_("There is no password for this proxy."));
        }
        return k_done;
    }
    LibsecretStore store;
    if (!run_task(store.remove_user(*arguments.user), k_keyring_patience)) {
        return complain(sentence(_("There is no user “%s”; “gnome-desktop-sharing list-users” "
                                   "shows who has a password."),
                                 printable(*arguments.user).c_str()));
    }
    return k_done;
}

int list_users()
{
    LibsecretStore store;
    for (const auto& user : run_task(store.users(), k_keyring_patience)) {
        print(user + '\n');
    }
    return k_done;
}

int doctor(const Arguments& arguments)
{
    const auto examination = examine();
    print(arguments.json ? findings_json(examination.findings) + '\n'
                         : findings_text(examination.findings));
    const int result = has_fault(examination.findings) ? k_failed : k_done;
    if (examination.left_behind) {
        std::fflush(stdout);
        std::_Exit(result);
    }
    return result;
}

int dispatch(const Arguments& arguments)
{
    switch (arguments.verb) {
    case Verb::status:
        return status(arguments);
    case Verb::enable:
        return enable();
    case Verb::disable:
        return disable();
    case Verb::set_password:
        return set_password(arguments);
    case Verb::remove_user:
        return remove_user(arguments);
    case Verb::list_users:
        return list_users();
    case Verb::clients:
        return clients(arguments);
    case Verb::disconnect:
        return disconnect(arguments);
    case Verb::view_only:
        return view_only(arguments);
    case Verb::connect:
        return connect(arguments);
    case Verb::fingerprint:
        return fingerprint();
    case Verb::doctor:
        return doctor(arguments);
    case Verb::help:
        print(usage(arguments.about));
        return k_done;
    case Verb::version:
        print("gnome-desktop-sharing " GDS_VERSION "\n");
        return k_done;
    }
    return k_wrong_usage;
}

} // namespace

int run_command(const Arguments& arguments)
{
    try {
        return dispatch(arguments);
    } catch (const TimedOut&) {
        return complain(_("The keyring does not answer. Log in again, or restart gnome-keyring."));
    } catch (const std::exception& error) {
        return complain(error.what());
    }
}

} // namespace gds::cli
