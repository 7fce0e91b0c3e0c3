// SPDX-License-Identifier: GPL-2.0-or-later
// A GSettingsBackend in memory whose keys an administrator can lock, as dconf's can be.
#pragma once

#include <map>
#include <set>
#include <string>

#define G_SETTINGS_ENABLE_BACKEND 1
#include <gio/gio.h>
#include <gio/gsettingsbackend.h>

namespace gds {

struct LockableSettings {
    GSettingsBackend parent;
    std::map<std::string, GVariant*>* values;
    std::set<std::string>* locked;

    // The path of a key of ours: "/org/gnome/desktop-sharing/enabled".
    void lock(const std::string& path)
    {
        locked->insert(path);
        g_settings_backend_writable_changed(&parent, path.c_str());
    }
    static LockableSettings* make();
};

struct LockableSettingsClass {
    GSettingsBackendClass parent;
};

namespace detail {

inline LockableSettings* lockable(GSettingsBackend* backend)
{
    return reinterpret_cast<LockableSettings*>(backend);
}

inline GVariant* lockable_read(GSettingsBackend* backend, const char* key, const GVariantType*,
                               gboolean default_value)
{
    auto& values = *lockable(backend)->values;
    const auto found = values.find(key);
    return default_value == FALSE && found != values.end() ? g_variant_ref(found->second) : nullptr;
}

inline gboolean lockable_writable(GSettingsBackend* backend, const char* key)
{
    return lockable(backend)->locked->contains(key) ? FALSE : TRUE;
}

inline gboolean lockable_write(GSettingsBackend* backend, const char* key, GVariant* value,
                               gpointer origin)
{
    if (lockable_writable(backend, key) == FALSE) {
        return FALSE;
    }
    auto& kept = (*lockable(backend)->values)[key];
    if (kept != nullptr) {
        g_variant_unref(kept);
    }
    kept = g_variant_ref_sink(value);
    g_settings_backend_changed(backend, key, origin);
    return TRUE;
}

inline void lockable_finalize(GObject* object)
{
    auto* self = reinterpret_cast<LockableSettings*>(object);
    for (const auto& [key, value] : *self->values) {
        g_variant_unref(value);
    }
    delete self->values;
    delete self->locked;
    G_OBJECT_CLASS(g_type_class_peek(g_type_parent(G_OBJECT_TYPE(object))))->finalize(object);
}

inline void lockable_class_init(gpointer type, gpointer)
{
    auto* backend = static_cast<GSettingsBackendClass*>(type);
    backend->read = lockable_read;
    backend->write = lockable_write;
    backend->get_writable = lockable_writable;
    G_OBJECT_CLASS(type)->finalize = lockable_finalize;
}

inline void lockable_init(GTypeInstance* instance, gpointer)
{
    auto* self = reinterpret_cast<LockableSettings*>(instance);
    self->values = new std::map<std::string, GVariant*>;
    self->locked = new std::set<std::string>;
}

} // namespace detail

inline LockableSettings* LockableSettings::make()
{
    static const GType type = g_type_register_static_simple(
        G_TYPE_SETTINGS_BACKEND, "GdsLockableSettings", sizeof(LockableSettingsClass),
        detail::lockable_class_init, sizeof(LockableSettings), detail::lockable_init,
        G_TYPE_FLAG_NONE);
    return static_cast<LockableSettings*>(g_object_new(type, nullptr));
}

} // namespace gds
