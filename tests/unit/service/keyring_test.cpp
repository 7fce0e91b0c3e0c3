// SPDX-License-Identifier: GPL-2.0-or-later
// The stores over a real gnome-keyring on the private bus; skipped where it is not installed.
#include "service/gnome_login.h"
#include "service/keyring_token_store.h"
#include "service/libsecret_calls.h"
#include "service/libsecret_store.h"

#include "base/task_scope.h"
#include "base/timeout.h"

#include "bus_test.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>

#include <libsecret/secret.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

constexpr const char* k_service = "org.freedesktop.secrets";
constexpr const char* k_path = "/org/freedesktop/secrets";
constexpr const char* k_collection = "/org/freedesktop/secrets/collection/login";
constexpr char k_password[] = "keyring";

// Holds one gnome-keyring-daemon with an unlocked keyring of its own.
class Keyring {
public:
    static bool installed()
    {
        char* path = g_find_program_in_path("gnome-keyring-daemon");
        const bool found = path != nullptr;
        g_free(path);
        return found;
    }

    Keyring()
    {
        std::string name = "/tmp/gds-keyring-XXXXXX";
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        home_ = name;
        start(); // the first start makes the keyring
    }
    ~Keyring()
    {
        stop();
        std::filesystem::remove_all(home_);
    }
    Keyring(const Keyring&) = delete;
    Keyring& operator=(const Keyring&) = delete;

    void start() { pid_ = spawn(); }
    void stop()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGTERM);
            ::waitpid(std::exchange(pid_, -1), nullptr, 0);
        }
    }
    void pause() const { ::kill(pid_, SIGSTOP); }
    void resume() const { ::kill(pid_, SIGCONT); }
    // What its own prompt would do after the person typed the password.
    static void unlock(BusCaller& caller)
    {
        auto reply = caller.call(k_service, k_path, "org.freedesktop.Secret.Service", "OpenSession",
                                 g_variant_new("(sv)", "plain", g_variant_new_string("")));
        ASSERT_TRUE(reply.value) << reply.error;
        const auto session = own_variant(g_variant_get_child_value(reply.value.get(), 1));
        GVariant* const secret =
            g_variant_new("(o@ay@ays)", g_variant_get_string(session.get(), nullptr),
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, "", 0, 1),
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, k_password,
                                                    std::size(k_password) - 1, 1),
                          "text/plain");
        reply = caller.call(
            k_service, k_path, "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
            "UnlockWithMasterPassword", g_variant_new("(o@(oayays))", k_collection, secret));
        EXPECT_EQ(reply.error_name, "") << reply.error;
    }
    static void lock(BusCaller& caller)
    {
        GVariantBuilder paths;
        g_variant_builder_init(&paths, G_VARIANT_TYPE("ao"));
        g_variant_builder_add(&paths, "o", "/org/freedesktop/secrets/collection/login");
        const auto reply = caller.call(k_service, k_path, "org.freedesktop.Secret.Service", "Lock",
                                       g_variant_new("(ao)", &paths));
        EXPECT_EQ(reply.error_name, "") << reply.error;
    }

private:
    GPid spawn() const
    {
        std::vector<std::string> options{"gnome-keyring-daemon", "--components=secrets",
                                         "--foreground", "--unlock",
                                         "--control-directory=" + home_};
        std::vector<char*> words;
        for (auto& option : options) {
            words.push_back(option.data());
        }
        words.push_back(nullptr);
        char** environment = g_get_environ();
        for (const char* variable :
             {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"}) {
            environment = g_environ_setenv(environment, variable, home_.c_str(), TRUE);
        }
        environment = g_environ_unsetenv(environment, "GNOME_KEYRING_CONTROL");
        GPid pid = -1;
        int input = -1;
        GError* error = nullptr;
        g_spawn_async_with_pipes(
            nullptr, words.data(), environment,
            static_cast<GSpawnFlags>(G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                     G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL),
            nullptr, nullptr, &pid, &input, nullptr, nullptr, &error);
        g_strfreev(environment);
        if (error != nullptr) {
            ADD_FAILURE() << error->message;
            g_error_free(error);
            return -1;
        }
        EXPECT_EQ(::write(input, k_password, std::size(k_password) - 1), 7);
        ::close(input);
        return pid;
    }

    std::string home_;
    GPid pid_ = -1;
};

template <typename T>
struct Outcome {
    std::optional<T> value;
    std::string error;
};

// Runs a task on the main loop and gives what it answers, or the sentence that it throws.
template <typename T>
Outcome<T> run(Task<T> task)
{
    auto keep = [](Task<T> inner, std::optional<T>& value) -> Task<> {
        auto answer = co_await std::move(inner);
        value = std::move(answer);
    };
    Outcome<T> outcome;
    bool over = false;
    TaskScope scope;
    scope.spawn(keep(with_timeout(std::move(task), 5s), outcome.value),
                [&](std::exception_ptr error) {
                    over = true;
                    try {
                        if (error) {
                            std::rethrow_exception(error);
                        }
                    } catch (const std::exception& reason) {
                        outcome.error = reason.what();
                    }
                });
    turn_until([&] { return over; }, 10'000);
    return outcome;
}

// For what answers nothing.
std::string run(Task<> task)
{
    auto keep = [](Task<> inner) -> Task<bool> {
        co_await std::move(inner);
        co_return true;
    };
    return run(keep(std::move(task))).error;
}

std::vector<ScramVerifier> verifiers_of(const char* password)
{
    return {make_scram_verifier(ScramHash::sha256, password),
            make_scram_verifier(ScramHash::sha512, password)};
}

class KeyringTest : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_TRUE(Keyring::installed()) << "gnome-keyring-daemon is not installed";
        keyring.emplace();
        ASSERT_TRUE(wait_for_keyring());
    }
    // libsecret keeps one proxy per process: here of the keyring of the test before.
    void TearDown() override { secret_service_disconnect(); }

    bool wait_for_keyring()
    {
        return turn_until(
            [&] {
                const auto reply = caller.call(k_service, k_path, "org.freedesktop.Secret.Service",
                                               "ReadAlias", g_variant_new("(s)", "default"));
                return reply.value && print(reply.value).find("login") != std::string::npos;
            },
            10'000);
    }

    BusCaller caller;
    std::optional<Keyring> keyring;
    LibsecretStore store;
};

TEST_F(KeyringTest, KeepsWhatIsSaved)
{
    const auto alice = verifiers_of("secret");
    EXPECT_EQ(run(store.save_user("alice", verifiers_of("old"))), "");
    EXPECT_EQ(run(store.save_user("alice", alice)), "");
    EXPECT_EQ(run(store.save_user("Bob Ü", verifiers_of("other"))), "");
    EXPECT_EQ(run(store.save_decoy_key(Bytes{1, 0, 255})), "");
    EXPECT_EQ(run(store.users()).value, (std::vector<std::string>{"Bob Ü", "alice"}));

    const auto stored = run(store.load());
    ASSERT_TRUE(stored.value) << stored.error;
    EXPECT_FALSE(stored.value->locked);
    EXPECT_EQ(stored.value->unusable_items, 0U);
    EXPECT_EQ(stored.value->users.size(), 2U);
    EXPECT_EQ(stored.value->users.at("alice"), alice);
    EXPECT_EQ(stored.value->decoy_key, (Bytes{1, 0, 255}));

    EXPECT_EQ(run(store.remove_user("alice")).value, true);
    EXPECT_EQ(run(store.remove_user("alice")).value, false);
    EXPECT_EQ(run(store.users()).value, std::vector<std::string>{"Bob Ü"});
}

TEST_F(KeyringTest, TheVncPasswordIsApartFromTheUsers)
{
    ASSERT_EQ(run(store.save_user("alice", verifiers_of("secret"))), "");
    EXPECT_EQ(run(store.remove_vnc_password()).value, false);
    EXPECT_EQ(run(store.save_vnc_password(SecretString{"old"})), "");
    EXPECT_EQ(run(store.save_vnc_password(SecretString{"rosebud"})), "");
    auto stored = run(store.load());
    ASSERT_TRUE(stored.value) << stored.error;
    ASSERT_TRUE(stored.value->vnc_password);
    EXPECT_EQ(stored.value->vnc_password->view(), "rosebud");
    EXPECT_EQ(stored.value->users.size(), 1U);
    EXPECT_EQ(stored.value->unusable_items, 0U);
    EXPECT_EQ(run(store.users()).value, std::vector<std::string>{"alice"});

    // One that somebody else put there and that cannot be one is none.
    EXPECT_EQ(run(store.save_vnc_password(SecretString{"123456789"})), "");
    stored = run(store.load());
    EXPECT_FALSE(stored.value->vnc_password);
    EXPECT_EQ(stored.value->unusable_items, 1U);

    EXPECT_EQ(run(store.remove_vnc_password()).value, true);
    EXPECT_EQ(run(store.remove_vnc_password()).value, false);
    EXPECT_EQ(run(store.load()).value->unusable_items, 0U);
    EXPECT_EQ(run(store.users()).value, std::vector<std::string>{"alice"});
}

TEST_F(KeyringTest, ALockedKeyringIsSaidAndNobodyIsAskedUnasked)
{
    ASSERT_EQ(run(store.save_user("alice", verifiers_of("secret"))), "");
    Keyring::lock(caller);
    const auto locked = run(store.load());
    ASSERT_TRUE(locked.value) << locked.error;
    EXPECT_TRUE(locked.value->locked);
    EXPECT_TRUE(locked.value->users.empty());
    EXPECT_NE(run(store.save_decoy_key(Bytes{1})), "");
    KeyringTokenStore tokens;
    EXPECT_NE(run(tokens.save(MonitorChoice::all, "token")), "");

    Keyring::unlock(caller);
    const auto unlocked = run(store.load());
    ASSERT_TRUE(unlocked.value) << unlocked.error;
    EXPECT_FALSE(unlocked.value->locked);
    EXPECT_TRUE(unlocked.value->users.contains("alice"));
}

TEST_F(KeyringTest, ChangesByOthersAreTold)
{
    int told = 0;
    store.set_on_change([&] { ++told; });
    ASSERT_TRUE(turn_until([&] { return told > 0; })); // the service is there
    turn_until([] { return false; }, 30);
    const auto changes = [&](auto&& act) {
        told = 0;
        act();
        return turn_until([&] { return told > 0; });
    };
    LibsecretStore other;
    EXPECT_TRUE(changes([&] { EXPECT_EQ(run(other.save_user("alice", verifiers_of("1"))), ""); }));
    EXPECT_TRUE(changes([&] { EXPECT_EQ(run(other.save_user("alice", verifiers_of("2"))), ""); }));
    EXPECT_TRUE(changes([&] { EXPECT_EQ(run(other.remove_user("alice")).value, true); }));
    EXPECT_TRUE(changes([&] { Keyring::lock(caller); }));
    EXPECT_TRUE(changes([&] { Keyring::unlock(caller); }));
    EXPECT_TRUE(changes([&] { keyring->stop(); }));
    EXPECT_TRUE(changes([&] { keyring->start(); }));
    turn_until([] { return false; }, 30);
    told = 0;
    EXPECT_TRUE(run(store.load()).value);
    turn_until([] { return false; }, 30);
    EXPECT_EQ(told, 0); // or loading would never end
}

TEST_F(KeyringTest, ANewKeyringDaemonIsFoundAgain)
{
    ASSERT_EQ(run(store.save_user("alice", verifiers_of("secret"))), "");
    keyring->stop();
    const auto gone = run(store.load());
    EXPECT_FALSE(gone.value);
    EXPECT_NE(gone.error, "");
    keyring->start();
    ASSERT_TRUE(wait_for_keyring());
    const auto back = run(store.load());
    ASSERT_TRUE(back.value) << back.error;
    EXPECT_TRUE(back.value->users.contains("alice"));
}

TEST_F(KeyringTest, ASilentKeyringDoesNotBlockAndRecovers)
{
    ASSERT_EQ(run(store.save_user("alice", verifiers_of("secret"))), "");
    keyring->pause();
    {
        TaskScope scope;
        bool late = false;
        auto load = [](LibsecretStore& from) -> Task<> {
            auto loading = from.load();
            co_await with_timeout(std::move(loading), 100ms);
        };
        scope.spawn(load(store), [&](std::exception_ptr error) { late = error != nullptr; });
        EXPECT_TRUE(turn_until([&] { return late; }));
    }
    keyring->resume();
    const auto back = run(store.load());
    ASSERT_TRUE(back.value) << back.error;
    EXPECT_TRUE(back.value->users.contains("alice"));
}

TEST_F(KeyringTest, RestoreTokensAreKeptPerChoiceOfMonitors)
{
    KeyringTokenStore tokens;
    const auto token = [&](MonitorChoice monitors) {
        const auto outcome = run(tokens.load(monitors));
        EXPECT_TRUE(outcome.value) << outcome.error;
        return outcome.value->value_or("(none)");
    };
    EXPECT_EQ(token(MonitorChoice::all), "(none)");
    EXPECT_EQ(run(tokens.save(MonitorChoice::all, "one")), "");
    EXPECT_EQ(run(tokens.save(MonitorChoice::all, "two")), "");
    EXPECT_EQ(run(tokens.save(MonitorChoice::primary, "three")), "");
    EXPECT_EQ(token(MonitorChoice::all), "two");
    EXPECT_EQ(token(MonitorChoice::primary), "three");
    EXPECT_EQ(token(MonitorChoice::virtual_monitor), "(none)");
    EXPECT_EQ(run(tokens.forget(MonitorChoice::all)), "");
    EXPECT_EQ(token(MonitorChoice::all), "(none)");
    EXPECT_EQ(token(MonitorChoice::primary), "three");
    // Not a credential: nobody can log in by it.
    EXPECT_TRUE(run(store.load()).value->users.empty());
}

TEST_F(KeyringTest, WhatGnomeSettingsKeepsIsALoginToo)
{
    // As GNOME Settings makes the item: with no attribute but the name of the schema.
    SecretSchema theirs{};
    theirs.name = "org.gnome.RemoteDesktop.RdpCredentials";
    theirs.flags = SECRET_SCHEMA_NONE;
    const auto keep = [&](const char* text) {
        SecretAttributes none;
        ASSERT_EQ(run(store_secret(theirs, none, "GNOME Remote Desktop RDP credentials",
                                   SecretString{std::string_view{text}})),
                  "");
    };
    WorkerPool workers{1};
    GnomeLogin login{workers};
    const Bytes key(32, 7);
    EXPECT_EQ(run(login.load(key)).value->name, "");

    keep("{'username': <'alice'>, 'password': <'Secret-123'>}");
    const auto user = run(login.load(key)).value.value();
    EXPECT_EQ(user.name, "alice");
    ASSERT_EQ(user.verifiers.size(), 2U);
    for (const auto& verifier : user.verifiers) {
        EXPECT_TRUE(check_password(verifier, "Secret-123"));
    }
    EXPECT_EQ(run(login.load(key)).value->verifiers, user.verifiers);
    EXPECT_NE(run(login.load(Bytes(32, 8))).value->verifiers, user.verifiers);
    EXPECT_TRUE(run(store.load()).value->users.empty()); // it is not one of ours

    keep("{'username': <'alice'>, 'password': <'Other-123'>}");
    const auto changed = run(login.load(key)).value.value();
    EXPECT_TRUE(check_password(changed.verifiers[0], "Other-123"));
    EXPECT_NE(changed.verifiers[0].salt, user.verifiers[0].salt);

    keep("{'username': <'alice'>, 'password': <''>}");
    const auto empty = run(login.load(key)).value.value();
    EXPECT_EQ(empty.name, "");
    EXPECT_NE(empty.complaint.find("empty"), std::string::npos);

    Keyring::lock(caller);
    const auto locked = run(login.load(key)).value.value();
    EXPECT_TRUE(locked.locked);
    EXPECT_EQ(locked.name, "");
}

TEST(NoKeyring, IsSaidInASentence)
{
    LibsecretStore store;
    const auto outcome = run(store.load());
    EXPECT_FALSE(outcome.value);
    EXPECT_NE(outcome.error.find("no keyring"), std::string::npos) << outcome.error;
}

} // namespace
} // namespace gds
