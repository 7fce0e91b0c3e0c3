// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/sasl_library.h"

#include "base/log.h"
#include "base/text.h"
#include "rfb/offer.h"
#include "rfb/sasl_auxprop.h"
#include "rfb/sasl_callback.h"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

namespace gds {

namespace {

constexpr const char* k_application = "gnome-desktop-sharing";

// Recursive, because the library nests calls that take the same lock.
void* new_lock() { return std::make_unique<std::recursive_mutex>().release(); }

int take_lock(void* lock)
{
    static_cast<std::recursive_mutex*>(lock)->lock();
    return SASL_OK;
}

int give_lock(void* lock)
{
    static_cast<std::recursive_mutex*>(lock)->unlock();
    return SASL_OK;
}

void free_lock(void* lock)
{
    const std::unique_ptr<std::recursive_mutex> owned{static_cast<std::recursive_mutex*>(lock)};
}

// A directory in which there can be no file: settings come from GSettings and from nowhere else.
int configuration_path(void* /*context*/, char** path)
{
    static std::array<char, 10> nowhere{"/dev/null"};
    *path = nowhere.data();
    return SASL_OK;
}

std::vector<std::string> start_library()
{
    // Before anything else of the library. It keeps the list, so this is never released.
    sasl_set_mutex(new_lock, take_lock, give_lock, free_lock);
    static const std::array callbacks{
        sasl_callback(SASL_CB_LOG, sasl_log),
        sasl_callback(SASL_CB_GETCONFPATH, configuration_path),
        sasl_callbacks_end(),
    };
    int result = sasl_server_init(callbacks.data(), k_application);
    if (result == SASL_OK) {
        result = add_credentials_plugin();
    }
    if (result != SASL_OK) {
        log_warning(std::string{"Cyrus SASL cannot be used: "} +
                    sasl_errstring(result, nullptr, nullptr));
        return {};
    }
    std::vector<std::string> mechanisms;
    if (const char** names = sasl_global_listmech(); names != nullptr) {
        for (; *names != nullptr; ++names) {
            mechanisms.emplace_back(*names);
        }
    }
    return mechanisms;
}

} // namespace

int sasl_log(void* /*context*/, int level, const char* message)
{
    // The levels above may show secrets. Nothing here is news: what a login came to is logged by
    // the handshake's owner, and of the plug-ins only those count that we use.
    if (level <= SASL_LOG_DEBUG && message != nullptr) {
        log_debug("sasl: " + printable(message, 400));
    }
    return SASL_OK;
}

const std::vector<std::string>& installed_sasl_mechanisms()
{
    static const std::vector<std::string> mechanisms = start_library();
    return mechanisms;
}

std::vector<std::string> usable_sasl_mechanisms(const std::vector<std::string>& wanted)
{
    const auto& installed = installed_sasl_mechanisms();
    std::vector<std::string> usable;
    std::ranges::copy_if(wanted, std::back_inserter(usable), [&](const std::string& name) {
        return was_offered(installed, name) && !was_offered(usable, name);
    });
    return usable;
}

} // namespace gds
