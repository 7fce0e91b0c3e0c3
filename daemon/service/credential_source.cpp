// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/credential_source.h"

#include "base/errors.h"
#include "base/log.h"
#include "base/timeout.h"
#include "base/translate.h"
#include "service/sentence.h"

#include <algorithm>

namespace gds {

CredentialSource::CredentialSource(SecretStore& store, OnSnapshot on_snapshot)
    : CredentialSource(store, std::move(on_snapshot), Timing{})
{}

CredentialSource::CredentialSource(SecretStore& store, OnSnapshot on_snapshot, Timing timing)
    : store_(store), on_snapshot_(std::move(on_snapshot)), timing_(timing),
      decoy_key_(make_decoy_key()), retry_(timing.first_retry)
{
    Credentials none;
    none.decoy_key = decoy_key_;
    none.unavailable = _("The passwords are still being read from the keyring.");
    none.vnc_unavailable = none.unavailable;
    none.pending = true;
    snapshot_ = std::make_shared<const Credentials>(std::move(none));
    store_.set_on_change([this] {
        // Whatever was wrong may be gone: not the long wait of a retry.
        retry_ = timing_.first_retry;
        load_soon(timing_.settle);
    });
    load_soon(std::chrono::milliseconds{0});
}

CredentialSource::~CredentialSource() { store_.set_on_change(nullptr); }

void CredentialSource::set_wanted(bool wanted)
{
    wanted_ = wanted;
    if (wanted_ && locked_) {
        ask_to_unlock();
    }
}

void CredentialSource::set_foreign(ForeignLogin* foreign)
{
    if (foreign == foreign_) {
        return;
    }
    foreign_ = foreign;
    foreign_user_ = {};
    if (loaded_) {
        publish_stored();
    }
    load_soon(std::chrono::milliseconds{0});
}

void CredentialSource::load_soon(std::chrono::milliseconds delay)
{
    if (loading_) {
        load_again_ = true;
        return;
    }
    timer_ = call_after(delay, [this] {
        loading_ = true;
        loads_.spawn(load(), [this](std::exception_ptr error) {
            loading_ = false;
            if (error) {
                try {
                    std::rethrow_exception(error);
                } catch (const TimedOut&) {
                    fail(_("The keyring does not answer, so nobody can log in by password."));
                } catch (const SecretStoreError& known) {
                    fail(known.what());
                } catch (const std::exception& other) {
                    log_warning(std::string{"reading the keyring failed: "} + other.what());
                    fail(_("The keyring cannot be read, so nobody can log in by password."));
                }
            }
            if (std::exchange(load_again_, false)) {
                load_soon(timing_.settle);
            }
        });
    });
}

Task<> CredentialSource::load()
{
    auto loading = store_.load();
    stored_ = co_await with_timeout(std::move(loading), timing_.deadline);
    retry_ = timing_.first_retry;
    if (stored_.unusable_items != 0) {
        log_warning("passed over malformed items in the keyring",
                    {{"GDS_ITEMS", std::to_string(stored_.unusable_items)}});
    }
    if (!stored_.decoy_key.empty()) {
        decoy_key_ = stored_.decoy_key;
        decoy_key_kept_ = true;
    }
    co_await load_foreign();
    loaded_ = true;
    publish_stored();
    if (locked_ && wanted_) {
        ask_to_unlock();
    }
    if (!locked_ && !snapshot_->users.empty() && !decoy_key_kept_) {
        co_await keep_decoy_key();
    }
}

Task<> CredentialSource::load_foreign()
{
    ForeignLogin* const asked = foreign_;
    if (asked == nullptr) {
        co_return;
    }
    auto loading = asked->load(decoy_key_);
    auto user = co_await with_timeout(std::move(loading), timing_.deadline);
    if (asked == foreign_) { // it may be over meanwhile
        if (!user.complaint.empty() && user.complaint != foreign_user_.complaint) {
            log_warning(user.complaint);
        }
        foreign_user_ = std::move(user);
    }
}

// The key is worth keeping, but nobody waits for it.
Task<> CredentialSource::keep_decoy_key()
{
    decoy_key_kept_ = true;
    try {
        auto saving = store_.save_decoy_key(decoy_key_);
        co_await with_timeout(std::move(saving), timing_.deadline);
    } catch (const std::exception& error) {
        log_warning(std::string{"the key for unknown names was not kept: "} + error.what());
    }
}

void CredentialSource::publish_stored()
{
    locked_ = stored_.locked || foreign_user_.locked;

    // Translators: security-relevant. Shown to the person whose desktop is shared.
    const std::string is_locked =
        _("The keyring is locked, so nobody can log in by password. Unlock it, for instance in "
          "“Passwords and Keys”.");
    Credentials credentials;
    credentials.users = stored_.users;
    if (!foreign_user_.name.empty()) {
        credentials.users.emplace(foreign_user_.name, foreign_user_.verifiers);
    }
    credentials.vnc_password = stored_.vnc_password;
    credentials.decoy_key = decoy_key_;
    if (credentials.users.empty()) {
        credentials.no_users = !locked_;
        // Translators: security-relevant. Shown to the person whose desktop is shared.
        credentials.unavailable =
            locked_ ? is_locked
            : !foreign_user_.complaint.empty()
                ? foreign_user_.complaint
                : _("No user has a password yet, so nobody can log in with a user name. Set "
                    "one with “gnome-desktop-sharing set-password”.");
    }
    if (!credentials.vnc_password) {
        // Translators: security-relevant. The words with hyphens are those of a setting.
        credentials.vnc_unavailable =
            locked_ ? is_locked
                    : _("No VNC password is set, so x509-vnc, tls-vnc and vnc-auth are not "
                        "offered. Set one with “gnome-desktop-sharing set-password --vnc”.");
    }
    publish(std::move(credentials));
}

void CredentialSource::fail(const std::string& why)
{
    loaded_ = false;
    Credentials none;
    none.decoy_key = decoy_key_;
    none.unavailable = why;
    none.vnc_unavailable = why;
    publish(std::move(none));
    const auto delay = retry_;
    retry_ = std::min(retry_ * 2, timing_.longest_retry);
    load_soon(delay);
}

void CredentialSource::publish(Credentials credentials)
{
    const bool same = credentials.users == snapshot_->users &&
                      same_secret(credentials.vnc_password, snapshot_->vnc_password) &&
                      credentials.decoy_key == snapshot_->decoy_key &&
                      credentials.unavailable == snapshot_->unavailable &&
                      credentials.vnc_unavailable == snapshot_->vnc_unavailable;
    if (same) {
        return;
    }
    if (credentials.unavailable != snapshot_->unavailable) {
        if (credentials.unavailable.empty()) {
            log_info("passwords can be checked");
        } else if (!credentials.no_users) { // the server warns where that matters
            log_warning(credentials.unavailable);
        }
    }
    snapshot_ = std::make_shared<const Credentials>(std::move(credentials));
    on_snapshot_(snapshot_);
}

void CredentialSource::ask_to_unlock()
{
    if (std::exchange(asked_to_unlock_, true)) {
        return;
    }
    auto ask = [](SecretStore& store, ForeignLogin* foreign) -> Task<> {
        bool unlocked = co_await store.unlock();
        if (unlocked && foreign != nullptr) {
            unlocked = co_await foreign->unlock();
        }
        log_info(unlocked ? "the keyring was unlocked" : "the keyring stays locked");
    };
    unlocks_.spawn(ask(store_, foreign_), [this](std::exception_ptr error) {
        if (error) {
            try {
                std::rethrow_exception(error);
            } catch (const std::exception& reason) {
                log_warning(std::string{"the keyring could not be unlocked: "} + reason.what());
            }
        }
        load_soon(timing_.settle);
    });
}

} // namespace gds
