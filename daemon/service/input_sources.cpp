// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/input_sources.h"

#include <algorithm>

namespace gds {

namespace {

constexpr const char* k_schema = "org.gnome.desktop.input-sources";
constexpr std::uint32_t k_layouts_of_a_keymap = 3;

std::vector<InputSource> read(GSettings* settings, const char* key)
{
    std::vector<InputSource> sources;
    GVariant* const list = g_settings_get_value(settings, key);
    if (g_variant_is_of_type(list, G_VARIANT_TYPE("a(ss)")) != FALSE) {
        GVariantIter each;
        g_variant_iter_init(&each, list);
        const char* kind = nullptr;
        const char* name = nullptr;
        while (g_variant_iter_next(&each, "(&s&s)", &kind, &name) != FALSE) {
            sources.emplace_back(kind, name);
        }
    }
    g_variant_unref(list);
    return sources;
}

} // namespace

std::optional<std::uint32_t> keyboard_group(const std::vector<InputSource>& sources,
                                            const std::vector<InputSource>& recently_used)
{
    if (sources.size() < 2) {
        return 0;
    }
    for (const auto& used : recently_used) {
        const auto found = std::find(sources.begin(), sources.end(), used);
        if (found == sources.end()) {
            continue; // it was removed since
        }
        // An input method has a layout of its own, perhaps one that is there already.
        const bool plain = std::all_of(sources.begin(), found + 1, [](const InputSource& source) {
            return source.first == "xkb";
        });
        if (!plain) {
            return std::nullopt;
        }
        return static_cast<std::uint32_t>(found - sources.begin()) % k_layouts_of_a_keymap;
    }
    return std::nullopt;
}

InputSources::InputSources(GSettingsBackend* backend, OnGroup on_group)
    : on_group_(std::move(on_group))
{
    GSettingsSchemaSource* const known = g_settings_schema_source_get_default();
    GSettingsSchema* const schema =
        known != nullptr ? g_settings_schema_source_lookup(known, k_schema, TRUE) : nullptr;
    if (schema == nullptr) {
        return;
    }
    if (g_settings_schema_has_key(schema, "sources") != FALSE &&
        g_settings_schema_has_key(schema, "mru-sources") != FALSE) {
        settings_ = GObjectPtr<GSettings>{g_settings_new_full(schema, backend, nullptr)};
        g_signal_connect(settings_.get(), "changed", G_CALLBACK(changed), this);
        look();
    }
    g_settings_schema_unref(schema);
}

InputSources::~InputSources()
{
    if (settings_) {
        g_signal_handlers_disconnect_by_data(settings_.get(), this);
    }
}

void InputSources::changed(GSettings*, const char*, void* self)
{
    static_cast<InputSources*>(self)->look();
}

void InputSources::look()
{
    on_group_(
        keyboard_group(read(settings_.get(), "sources"), read(settings_.get(), "mru-sources")));
}

} // namespace gds
