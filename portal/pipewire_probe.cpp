// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/pipewire_probe.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <pipewire/extensions/metadata.h>
#include <pipewire/pipewire.h>

// In older versions of PipeWire these functions are macros, written in C.
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"

namespace gds {

namespace {

// One conversation; the loop is this thread's own.
class Probe {
public:
    Probe() : loop_(pw_main_loop_new(nullptr))
    {
        if (loop_ != nullptr) {
            context_ = pw_context_new(pw_main_loop_get_loop(loop_), nullptr, 0);
        }
    }
    ~Probe()
    {
        if (context_ != nullptr) {
            pw_context_destroy(context_);
        }
        if (loop_ != nullptr) {
            pw_main_loop_destroy(loop_);
        }
    }
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;

    PipeWireState run(std::chrono::milliseconds limit)
    {
        pw_core* const core =
            context_ != nullptr ? pw_context_connect(context_, nullptr, 0) : nullptr;
        if (core == nullptr) {
            state_.trouble = std::strerror(errno);
            return state_;
        }
        state_.connected = true;
        spa_hook core_hook{};
        spa_hook registry_hook{};
        pw_core_add_listener(core, &core_hook, &k_core_events, this);
        pw_registry* const registry = pw_core_get_registry(core, PW_VERSION_REGISTRY, 0);
        pw_registry_add_listener(registry, &registry_hook, &k_registry_events, this);
        // What is there is told before this comes back.
        awaited_ = pw_core_sync(core, PW_ID_CORE, 0);
        pw_loop* const loop = pw_main_loop_get_loop(loop_);
        spa_source* const timer = pw_loop_add_timer(loop, &Probe::on_deadline, this);
        timespec due{};
        due.tv_sec = static_cast<time_t>(limit.count() / 1000);
        due.tv_nsec = static_cast<long>(limit.count() % 1000) * 1'000'000;
        pw_loop_update_timer(loop, timer, &due, nullptr, false);
        pw_main_loop_run(loop_);
        pw_loop_destroy_source(loop, timer);
        spa_hook_remove(&registry_hook);
        pw_proxy_destroy(reinterpret_cast<pw_proxy*>(registry));
        spa_hook_remove(&core_hook);
        pw_core_disconnect(core);
        if (state_.session_manager.empty() && has_metadata_) {
            state_.session_manager = "a session manager";
        }
        return state_;
    }

private:
    static void on_info(void* self, const pw_core_info* info)
    {
        if (info->version != nullptr) {
            static_cast<Probe*>(self)->state_.version = info->version;
        }
    }

    static void on_done(void* self, std::uint32_t id, int sequence)
    {
        auto& probe = *static_cast<Probe*>(self);
        if (id == PW_ID_CORE && sequence == probe.awaited_) {
            probe.state_.answered = true;
            pw_main_loop_quit(probe.loop_);
        }
    }

    static void on_error(void* self, std::uint32_t id, int, int, const char*)
    {
        if (id == PW_ID_CORE) {
            pw_main_loop_quit(static_cast<Probe*>(self)->loop_);
        }
    }

    static void on_deadline(void* self, std::uint64_t)
    {
        pw_main_loop_quit(static_cast<Probe*>(self)->loop_);
    }

    static void on_global(void* self, std::uint32_t, std::uint32_t, const char* type, std::uint32_t,
                          const spa_dict* properties)
    {
        auto& probe = *static_cast<Probe*>(self);
        const auto property = [properties](const char* key) {
            const char* text = properties != nullptr ? spa_dict_lookup(properties, key) : nullptr;
            return std::string_view{text != nullptr ? text : ""};
        };
        if (std::strcmp(type, PW_TYPE_INTERFACE_Client) == 0) {
            const auto name = property(PW_KEY_APP_NAME);
            if (name == "WirePlumber" || name == "pipewire-media-session") {
                probe.state_.session_manager = name;
            }
        } else if (std::strcmp(type, PW_TYPE_INTERFACE_Metadata) == 0) {
            // Which every session manager makes.
            probe.has_metadata_ =
                probe.has_metadata_ || property(PW_KEY_METADATA_NAME) == "default";
        }
    }

    static const pw_core_events k_core_events;
    static const pw_registry_events k_registry_events;

    pw_main_loop* loop_;
    pw_context* context_ = nullptr;
    int awaited_ = 0;
    bool has_metadata_ = false;
    PipeWireState state_;
};

const pw_core_events Probe::k_core_events = [] {
    pw_core_events events{};
    events.version = PW_VERSION_CORE_EVENTS;
    events.info = &Probe::on_info;
    events.done = &Probe::on_done;
    events.error = &Probe::on_error;
    return events;
}();

const pw_registry_events Probe::k_registry_events = [] {
    pw_registry_events events{};
    events.version = PW_VERSION_REGISTRY_EVENTS;
    events.global = &Probe::on_global;
    return events;
}();

} // namespace

PipeWireState probe_pipewire(std::chrono::milliseconds limit)
{
    pw_init(nullptr, nullptr);
    PipeWireState state;
    {
        Probe probe;
        state = probe.run(limit);
    }
    pw_deinit();
    return state;
}

} // namespace gds
