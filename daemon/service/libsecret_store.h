// SPDX-License-Identifier: GPL-2.0-or-later
// SecretStore in the session's keyring, schema org.gnome.DesktopSharing.Credential: one item per
// user, whose secret is the text of all verifiers of that user, a line each; and at most one item
// that is a password, that of VNC Authentication, which works with nothing less.
#pragma once

#include "base/gobject_ptr.h"
#include "base/task_scope.h"
#include "service/secret_store.h"

#include <gio/gio.h>

namespace gds {

class LibsecretStore final : public SecretStore {
public:
    LibsecretStore() = default;
    ~LibsecretStore() override;
    LibsecretStore(const LibsecretStore&) = delete;
    LibsecretStore& operator=(const LibsecretStore&) = delete;

    Task<StoredSecrets> load() override;
    Task<bool> unlock() override;
    Task<> save_user(std::string user, std::vector<ScramVerifier> verifiers) override;
    Task<bool> remove_user(std::string user) override;
    Task<std::vector<std::string>> users() override;
    Task<> save_vnc_password(SecretString password) override;
    Task<bool> remove_vnc_password() override;
    Task<> save_decoy_key(Bytes key) override;
    void set_on_change(std::function<void()> on_change) override;

private:
    Task<> watch();
    void stop_watching();
    void subscribe(const char* interface, const char* member, const char* first_argument);
    static void signalled(GDBusConnection*, const char* sender, const char* path,
                          const char* interface, const char* member, GVariant* arguments,
                          void* self);
    static void appeared(GDBusConnection*, const char* name, const char* owner, void* self);
    static void vanished(GDBusConnection*, const char* name, void* self);

    std::function<void()> on_change_;
    GObjectPtr<GDBusConnection> bus_;
    std::vector<guint> subscriptions_;
    guint name_watch_ = 0;
    TaskScope watching_;
};

} // namespace gds
