// SPDX-License-Identifier: GPL-2.0-or-later
// gnome-desktop-sharing-daemon: builds the object graph and runs the main loop.
#include "base/bus_filter.h"
#include "base/bus_source.h"
#include "base/log.h"
#include "base/sdbus_compat.h"
#include "base/task_scope.h"
#include "base/translate.h"
#include "base/worker_pool.h"
#include "io/passed_sockets.h"
#include "portal/portal_capture.h"
#include "rfb/ra2_key.h"
#include "rfb/sasl_library.h"
#include "server/server.h"
#include "service/bus_name.h"
#include "service/caller.h"
#include "service/command_line.h"
#include "service/consent_desk.h"
#include "service/credential_source.h"
#include "service/daemon_object.h"
#include "service/exit_when_idle.h"
#include "service/gnome_login.h"
#include "service/input_sources.h"
#include "service/keyring_token_store.h"
#include "service/libsecret_store.h"
#include "service/policy_from_settings.h"
#include "service/presence_notes.h"
#include "service/seat_watch.h"
#include "service/session_care.h"
#include "service/settings_object.h"
#include "service/tls_source.h"

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <glib-unix.h>
#include <libintl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/resource.h>
#include <unistd.h>

#include "config.h"

namespace gds {

namespace {

constexpr std::chrono::seconds k_ra2_key_retry{30};

std::string desktop_name() { return std::string{g_get_user_name()} + "@" + g_get_host_name(); }

std::string state_directory()
{
    return std::string{g_get_user_state_dir()} + "/gnome-desktop-sharing";
}

// Everything that the daemon consists of; members are dropped from the bottom up.
class Daemon {
public:
    Daemon(const CommandLine& options, PassedSockets passed)
        : passed_(std::move(passed)), workers_(std::max(2U, std::thread::hardware_concurrency())),
          bus_(sdbus::createSessionBusConnection()), bus_source_(*bus_, [this] { bus_lost(); }),
          notifications_(*bus_), consent_(*bus_, notifications_), capture_(*bus_, tokens_),
          server_(capture_, workers_, desktop_name()), presence_(notifications_, server_),
          care_(*bus_,
                [this](std::string trouble) { server_.set_desk_trouble(std::move(trouble)); }),
          seat_([this] { look_at_seat(); }), settings_(workers_, options),
          credentials_(secrets_, [this](CredentialsPtr now) { server_.set_credentials(now); }),
          tls_(workers_, state_directory(),
               [this](TlsCredentialsPtr now, std::string complaint) {
                   server_.set_tls(std::move(now), std::move(complaint));
               }),
          object_(*bus_, server_, settings_), settings_object_(*bus_, settings_),
          filter_(*bus_, [this](const BusCall& call) { return judge(call); }),
          name_(*bus_, options.replace ? BusName::Replace::yes : BusName::Replace::no, [this] {
              log_info("another instance has taken over");
              stop();
          })
    {
        server_.set_consent(consent_);
        server_.set_passed_sockets(passed_);
        look_for_sasl_plug_ins();
        if (started_by_the_bus()) {
            idle_.emplace([this] { stop(); });
        }
        object_.set_on_activity([this] {
            look_busy();
            presence_.look();
            look_viewed();
        });
        settings_.set_on_change([this](PolicyPtr) { take_policy(); });
        settings_.set_on_values([this](const std::vector<std::string>& properties) {
            settings_object_.on_values_changed(properties);
        });
        take_policy();
    }

    int run()
    {
        g_main_loop_run(loop_.get());
        return EXIT_SUCCESS;
    }

    // Tells the clients, then ends the loop. Twice: ends it at once.
    void stop()
    {
        if (std::exchange(stopping_, true)) {
            g_main_loop_quit(loop_.get());
            return;
        }
        auto last_words = take_leave();
        tasks_.spawn(std::move(last_words),
                     [this](std::exception_ptr) { g_main_loop_quit(loop_.get()); });
    }

    // What is read again by itself, for those who want to be sure of it now.
    void reload()
    {
        log_info("settings, certificate and passwords are read again");
        settings_.look_again();
        tls_.look_again();
        credentials_.look_again();
    }

private:
    Task<> take_leave()
    {
        co_await server_.shut_down();
        look_viewed();
        co_await care_.settled();
    }

    // Nobody at our desk sees what is asked there, and what would be shown is old.
    void look_at_seat()
    {
        consent_.set_away(seat_.away());
        server_.withhold_screen(seat_.away()
                                    ? _("Another user is at the screen of this computer. The "
                                        "desktop is shown again when its own user is back there.")
                                    : "");
    }

    void look_viewed()
    {
        care_.set_viewed(std::ranges::any_of(
            server_.clients(), [](const auto& each) { return each.state == "connected"; }));
    }

    std::optional<BusRefusal> judge(const BusCall& call)
    {
        auto refusal = callers_.judge(call);
        if (!refusal) {
            if (idle_) {
                idle_->touch();
            }
            refusal = settings_object_.judge(call);
        }
        return refusal;
    }

    // Only who lists ra2-256 has a key for it.
    void look_for_ra2_key()
    {
        const auto& listed = settings_.policy()->security_types;
        const bool wanted =
            std::find(listed.begin(), listed.end(), SecurityWord::ra2_256) != listed.end();
        if (wanted && !std::exchange(ra2_key_wanted_, true)) {
            server_.set_ra2_key(nullptr, _("The RSA key of ra2-256 is still being made."));
            tasks_.spawn(read_ra2_key());
        }
    }

    Task<> read_ra2_key()
    {
        auto load = [file = state_directory() + "/ra2-key.pem"] {
            return load_or_make_ra2_key(file);
        };
        try {
            auto key = co_await workers_.run(std::move(load));
            log_info("the RSA key of ra2-256 has the fingerprint " + key->fingerprint());
            server_.set_ra2_key(std::move(key), {});
        } catch (const std::exception& error) {
            server_.set_ra2_key(nullptr, error.what());
            ra2_key_retry_ = call_after(k_ra2_key_retry, [this] {
                ra2_key_wanted_ = false;
                look_for_ra2_key();
            });
        }
    }

    static void look_for_sasl_plug_ins()
    {
        if (installed_sasl_mechanisms().empty()) {
            log_warning("no SASL plug-in is installed: x509-sasl is not offered");
        }
    }

    void take_policy()
    {
        const PolicyPtr policy = settings_.policy();
        // Nobody is asked to unlock the keyring for what is not in it.
        const bool by_keyring = policy->sasl.password_source == PasswordSource::keyring ||
                                std::ranges::any_of(policy->security_types, needs_vnc_password);
        credentials_.set_foreign(settings_.gnome_login() ? &gnome_login_ : nullptr);
        credentials_.set_wanted(policy->enabled && by_keyring);
        tls_.set(policy->tls);
        care_.apply(*policy);
        server_.apply(policy);
        look_for_ra2_key();
        object_.on_policy_changed();
        look_busy();
    }

    void look_busy()
    {
        if (idle_) {
            idle_->set_busy(settings_.policy()->enabled || !server_.clients().empty());
        }
    }

    // Without the bus there is no portal, no keyring and nobody who could command us; the service
    // manager starts us anew with the next session.
    void bus_lost()
    {
        log_warning("the session bus is gone");
        stop();
    }

    struct DropLoop {
        void operator()(GMainLoop* loop) const { g_main_loop_unref(loop); }
    };

    std::unique_ptr<GMainLoop, DropLoop> loop_{g_main_loop_new(nullptr, FALSE)};
    bool stopping_ = false;
    const PassedSockets passed_;
    WorkerPool workers_;
    std::unique_ptr<sdbus::IConnection> bus_;
    BusSource bus_source_;
    KeyringTokenStore tokens_;
    Notifications notifications_;
    ConsentDesk consent_;
    PortalCapture capture_;
    InputSources input_sources_{nullptr, [this](std::optional<std::uint32_t> group) {
                                    capture_.set_keyboard_group(group);
                                }};
    Server server_;
    PresenceNotes presence_;
    SessionCare care_;
    SeatWatch seat_;
    PolicySettings settings_;
    LibsecretStore secrets_;
    GnomeLogin gnome_login_{workers_};
    CredentialSource credentials_;
    TlsSource tls_;
    DaemonObject object_;
    SettingsObject settings_object_;
    Callers callers_;
    std::optional<ExitWhenIdle> idle_;
    BusFilter filter_;
    BusName name_;
    Source ra2_key_retry_;
    bool ra2_key_wanted_ = false;
    TaskScope tasks_;
};

gboolean on_signal(gpointer daemon)
{
    static_cast<Daemon*>(daemon)->stop();
    return G_SOURCE_CONTINUE;
}

// A terminal that is closed ends what was started in it.
gboolean on_hangup(gpointer daemon)
{
    if (::isatty(STDIN_FILENO) != 0) {
        return on_signal(daemon);
    }
    static_cast<Daemon*>(daemon)->reload();
    return G_SOURCE_CONTINUE;
}

void set_up_process()
{
    std::setlocale(LC_ALL, "");
    bindtextdomain(GDS_GETTEXT_DOMAIN, GDS_LOCALEDIR);
    bind_textdomain_codeset(GDS_GETTEXT_DOMAIN, "UTF-8");
    g_set_prgname("gnome-desktop-sharing-daemon");
    std::signal(SIGPIPE, SIG_IGN);
#ifdef __GLIBC__
    // Pictures go back to the system when they are freed. glibc would raise the first of these to
    // the size of the first one that is, and keep those that follow between the smaller blocks of
    // its heap; and with it the second, without which the heap would be trimmed at every frame.
    mallopt(M_MMAP_THRESHOLD, 2 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
#endif
#ifdef NDEBUG
    // A core dump could hold passwords that were being judged. Not by PR_SET_DUMPABLE: the portal
    // could no longer look at us and would refuse everything. 1 stops core handlers as well.
    const rlimit none{1, 1};
    setrlimit(RLIMIT_CORE, &none);
#endif
}

int run(const CommandLine& options, PassedSockets passed)
{
    log_show_debug(options.verbose);
    std::unique_ptr<Daemon> daemon;
    try {
        daemon = std::make_unique<Daemon>(options, std::move(passed));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "gnome-desktop-sharing-daemon: %s\n", error.what());
        return EXIT_FAILURE;
    }
    g_unix_signal_add(SIGTERM, on_signal, daemon.get());
    g_unix_signal_add(SIGINT, on_signal, daemon.get());
    g_unix_signal_add(SIGHUP, on_hangup, daemon.get());
    return daemon->run();
}

} // namespace
} // namespace gds

int main(int argc, char** argv)
{
    gds::set_up_process();
    auto passed = gds::take_passed_sockets();
    const auto parsed = gds::parse_command_line({argv, argv + argc});
    if (parsed.exit) {
        std::fputs(parsed.exit->text.c_str(), parsed.exit->status == 0 ? stdout : stderr);
        return parsed.exit->status;
    }
    return gds::run(parsed.options, std::move(passed));
}
