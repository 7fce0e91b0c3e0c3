// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/sasl_library.h"

#include "base/log.h"
#include "base/text.h"
#include "rfb/offer.h"
#include "rfb/sasl_auxprop.h"
#include "rfb/sasl_callback.h"
#include "rfb/sasl_names.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>

#include <sasl/saslplug.h>

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

bool start_library()
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
    if (result == SASL_OK) {
        result = add_names_plugin();
    }
    if (result != SASL_OK) {
        log_warning(std::string{"Cyrus SASL cannot be used: "} +
                    sasl_errstring(result, nullptr, nullptr));
    }
    return result == SASL_OK;
}

struct Mechanism {
    std::string name;
    unsigned layer_strength = 0;
};

void note_mechanism(server_sasl_mechanism_t* mechanism, sasl_info_callback_stage_t stage,
                    void* found)
{
    if (stage == SASL_INFO_LIST_MECH && mechanism != nullptr) {
        static_cast<std::vector<Mechanism>*>(found)->push_back(
            {mechanism->plug->mech_name, mechanism->plug->max_ssf});
    }
}

std::vector<Mechanism> mechanisms()
{
    static const bool started = start_library();
    std::vector<Mechanism> found;
    if (started) {
        sasl_server_plugin_info(nullptr, note_mechanism, &found);
    }
    return found;
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

std::vector<std::string> installed_sasl_mechanisms()
{
    std::vector<std::string> names;
    for (auto& mechanism : mechanisms()) {
        names.push_back(std::move(mechanism.name));
    }
    return names;
}

std::vector<std::string> usable_sasl_mechanisms(const std::vector<std::string>& wanted)
{
    const auto installed = installed_sasl_mechanisms();
    std::vector<std::string> usable;
    std::ranges::copy_if(wanted, std::back_inserter(usable), [&](const std::string& name) {
        return was_offered(installed, name) && !was_offered(usable, name);
    });
    return usable;
}

unsigned sasl_layer_strength(const std::string& mechanism)
{
    const auto installed = mechanisms();
    const auto found = std::ranges::find(installed, mechanism, &Mechanism::name);
    return found != installed.end() ? found->layer_strength : 0;
}

std::vector<std::string> layered_sasl_mechanisms(const SaslPolicy& policy)
{
    auto layered = usable_sasl_mechanisms(policy.mechanisms);
    std::erase_if(layered, [&policy](const std::string& name) {
        return sasl_layer_strength(name) < std::max(policy.minimum_ssf, k_least_ssf);
    });
    return layered;
}

bool takes_kerberos(const SaslPolicy& policy)
{
    return was_offered(usable_sasl_mechanisms(policy.mechanisms),
                       std::string{k_kerberos_mechanism});
}

bool takes_own_user(const SaslPolicy& policy)
{
    return was_offered(usable_sasl_mechanisms(policy.mechanisms),
                       std::string{k_own_user_mechanism});
}

bool takes_passwords(const SaslPolicy& policy)
{
    return std::ranges::any_of(usable_sasl_mechanisms(policy.mechanisms), goes_by_password);
}

} // namespace gds
