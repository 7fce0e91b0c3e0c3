// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/pipewire_loop.h"

#include "base/log.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <glib-unix.h>

// In older versions of PipeWire these functions are macros, written in C.
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"

namespace gds {
namespace {

gboolean iterate(gint, GIOCondition, gpointer loop)
{
    const int result = pw_loop_iterate(static_cast<pw_loop*>(loop), 0);
    if (result < 0 && result != -EINTR) {
        log_warning(std::string{"PipeWire's loop: "} + g_strerror(-result));
    }
    return G_SOURCE_CONTINUE;
}

} // namespace

PipeWireLoop::PipeWireLoop()
{
    pw_init(nullptr, nullptr);
    loop_ = pw_loop_new(nullptr);
    if (loop_ == nullptr) {
        throw std::system_error{errno, std::generic_category(), "PipeWire's loop"};
    }
    context_ = pw_context_new(loop_, nullptr, 0);
    if (context_ == nullptr) {
        const int error = errno;
        pw_loop_destroy(loop_);
        throw std::system_error{error, std::generic_category(), "PipeWire's context"};
    }
    // Entered once and for all: with enter and leave around each turn, buffers would be processed
    // on PipeWire's data thread.
    pw_loop_enter(loop_);
    GSource* source = g_unix_fd_source_new(pw_loop_get_fd(loop_), G_IO_IN);
    g_source_set_callback(source, G_SOURCE_FUNC(&iterate), loop_, nullptr);
    g_source_set_static_name(source, "PipeWire");
    // Or GLib takes its descriptor out of the loop for each turn, and wakes the loop for that.
    g_source_set_can_recurse(source, TRUE);
    g_source_attach(source, g_main_context_get_thread_default());
    source_ = Source{source};
}

PipeWireLoop::~PipeWireLoop()
{
    source_.reset();
    pw_loop_leave(loop_);
    pw_context_destroy(context_);
    pw_loop_destroy(loop_);
    pw_deinit();
}

bool PipeWireLoop::daemon_is_there() const
{
    pw_core* core = pw_context_connect(context_, nullptr, 0);
    if (core == nullptr) {
        return false;
    }
    pw_core_disconnect(core);
    return true;
}

const pw_core_events PipeWireRemote::k_events = [] {
    pw_core_events events{};
    events.version = PW_VERSION_CORE_EVENTS;
    events.error = &PipeWireRemote::on_core_error;
    return events;
}();

const pw_registry_events PipeWireRemote::k_registry_events = [] {
    pw_registry_events events{};
    events.version = PW_VERSION_REGISTRY_EVENTS;
    events.global = &PipeWireRemote::on_global;
    events.global_remove = &PipeWireRemote::on_global_removed;
    return events;
}();

PipeWireRemote::PipeWireRemote(PipeWireLoop& loop, UniqueFd connection, Events events)
    : events_(std::move(events))
{
    // PipeWire owns the descriptor from here on, also when it fails.
    core_ = connection ? pw_context_connect_fd(loop.context(), connection.release(), nullptr, 0)
                       : pw_context_connect(loop.context(), nullptr, 0);
    if (core_ == nullptr) {
        throw std::system_error{errno, std::generic_category(), "connecting to PipeWire"};
    }
    pw_core_add_listener(core_, &listener_, &k_events, this);
    registry_ = pw_core_get_registry(core_, PW_VERSION_REGISTRY, 0);
    if (registry_ != nullptr) {
        pw_registry_add_listener(registry_, &registry_listener_, &k_registry_events, this);
    }
}

PipeWireRemote::~PipeWireRemote()
{
    if (registry_ != nullptr) {
        spa_hook_remove(&registry_listener_);
        pw_proxy_destroy(reinterpret_cast<pw_proxy*>(registry_));
    }
    spa_hook_remove(&listener_);
    pw_core_disconnect(core_);
}

std::string PipeWireRemote::node_name(std::uint32_t node_id) const
{
    const auto found = node_names_.find(node_id);
    return found != node_names_.end() ? found->second : std::string{};
}

void PipeWireRemote::on_global(void* self, std::uint32_t id, std::uint32_t /*permissions*/,
                               const char* type, std::uint32_t /*version*/,
                               const spa_dict* properties)
{
    if (properties == nullptr || std::strcmp(type, PW_TYPE_INTERFACE_Node) != 0) {
        return;
    }
    if (const char* name = spa_dict_lookup(properties, PW_KEY_NODE_NAME); name != nullptr) {
        static_cast<PipeWireRemote*>(self)->node_names_.insert_or_assign(id, name);
    }
}

void PipeWireRemote::on_global_removed(void* self, std::uint32_t id)
{
    auto& remote = *static_cast<PipeWireRemote*>(self);
    if (remote.node_names_.erase(id) > 0) {
        remote.events_.on_node_gone(id);
    }
}

void PipeWireRemote::on_core_error(void* self, std::uint32_t id, int, int result,
                                   const char* message)
{
    const std::string text = std::string{g_strerror(-result)} + ": " + (message ? message : "");
    if (id != PW_ID_CORE || result != -EPIPE) {
        // Of one object, or of one that went away while we talked to it.
        log_debug("PipeWire error: " + text);
        return;
    }
    static_cast<PipeWireRemote*>(self)->events_.on_error(text);
}

} // namespace gds
