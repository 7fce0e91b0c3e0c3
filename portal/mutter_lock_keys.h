// SPDX-License-Identifier: GPL-2.0-or-later
// MutterLockKeys: Caps Lock and Num Lock as they are at the desk. The portal does not tell; Mutter
// tells each of its own remote desktop sessions, also one that is never started and shares nothing.
// Owned by PortalInputSink; main thread.
#pragma once

#include "base/bus_call.h"
#include "base/task.h"
#include "base/task_scope.h"
#include "desktop/lock_keys.h"

#include <functional>
#include <optional>

namespace gds {

class MutterLockKeys {
public:
    using OnChange = std::function<void(const LockKeys&)>;

    // The connection outlives it. Without Mutter nothing is ever told.
    MutterLockKeys(sdbus::IConnection& connection, OnChange on_change)
        : connection_(connection), on_change_(std::move(on_change))
    {}

    // Begins, unless it has; tells what is known already.
    void look();
    // Mutter came or went.
    void forget();

private:
    Task<> begin();
    void take(const VariantMap& properties);

    sdbus::IConnection& connection_;
    OnChange on_change_;
    std::optional<LockKeys> now_;
    sdbus::Slot changes_;
    bool begun_ = false;
    TaskScope scope_;
};

} // namespace gds
