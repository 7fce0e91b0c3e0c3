// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/mutter_lock_keys.h"

#include "base/log.h"
#include "portal/mutter_bus.h"

#include <utility>
#include <vector>

namespace gds {
namespace {

constexpr const char* k_properties = "org.freedesktop.DBus.Properties";
constexpr std::chrono::milliseconds k_limit{5'000};

} // namespace

void MutterLockKeys::look()
{
    if (begun_) {
        if (now_) {
            on_change_(*now_);
        }
        return;
    }
    begun_ = true;
    scope_.spawn(begin(), [this](std::exception_ptr failure) {
        if (failure) {
            begun_ = false;
            log_debug("which locks of the keyboard are on is not told");
        }
    });
}

void MutterLockKeys::forget()
{
    scope_.cancel_soon();
    changes_ = {};
    now_.reset();
    begun_ = false;
}

Task<> MutterLockKeys::begin()
{
    const bool there = co_await is_on_bus(connection_, k_mutter_remote_desktop);
    if (!there) {
        begun_ = false;
        co_return;
    }
    const auto session = co_await create_mutter_session(connection_, k_mutter_remote_desktop,
                                                        k_mutter_remote_desktop_path, std::nullopt);
    changes_ = sdbus_add_match(connection_,
                               mutter_signal(k_mutter_remote_desktop, k_properties,
                                             "PropertiesChanged", session->getObjectPath()),
                               [this](auto&& message) {
                                   try {
                                       std::string interface;
                                       VariantMap changed;
                                       message >> interface;
                                       message >> changed;
                                       take(changed);
                                   } catch (const sdbus::Error& error) {
                                       log_debug(std::string{"Mutter's signal cannot be read: "} +
                                                 error.what());
                                   }
                               });
    auto get = sdbus_method_call(*session, k_properties, "GetAll");
    get << std::string{k_mutter_remote_desktop_session};
    auto reply = co_await call_bus(*session, std::move(get), k_limit);
    VariantMap all;
    reply >> all;
    if (find_variant<bool>(all, "CapsLockState") != nullptr) {
        now_ = LockKeys{};
        take(all);
    }
}

void MutterLockKeys::take(const VariantMap& properties)
{
    if (!now_) {
        return; // before the first answer, which has it
    }
    now_->caps = variant_or(properties, "CapsLockState", now_->caps);
    now_->num = variant_or(properties, "NumLockState", now_->num);
    on_change_(*now_);
}

} // namespace gds
