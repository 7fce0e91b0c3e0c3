// SPDX-License-Identifier: GPL-2.0-or-later
// InputSources: which of the keyboard layouts of GNOME is in use, by the settings in which GNOME
// Shell keeps the order of their use. Owned by main; main thread.
#pragma once

#include "base/gobject_ptr.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gio/gio.h>

namespace gds {

// Its kind ("xkb", "ibus") and its name.
using InputSource = std::pair<std::string, std::string>;

// The group of the compositor's keymap; empty: not known. GNOME Shell has three layouts at a time
// in a keymap, in their order.
std::optional<std::uint32_t> keyboard_group(const std::vector<InputSource>& sources,
                                            const std::vector<InputSource>& recently_used);

class InputSources {
public:
    using OnGroup = std::function<void(std::optional<std::uint32_t> group)>;

    // Calls `on_group` now and after each change. Without GNOME's schemas it is the first one.
    // `backend` may be null: the session's own.
    InputSources(GSettingsBackend* backend, OnGroup on_group);
    ~InputSources();
    InputSources(const InputSources&) = delete;
    InputSources& operator=(const InputSources&) = delete;

private:
    static void changed(GSettings* settings, const char* key, void* self);
    void look();

    OnGroup on_group_;
    GObjectPtr<GSettings> settings_;
};

} // namespace gds
