// SPDX-License-Identifier: GPL-2.0-or-later
// One asynchronous D-Bus method call as a Task. The waiter is resumed from idle, so it may drop the
// proxy; dropping the Task forgets the reply. Main thread.
#pragma once

#include "base/sdbus_compat.h"
#include "base/task.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>

namespace gds {

using VariantMap = std::map<std::string, sdbus::Variant>;

// Throws sdbus::Error when the call fails or takes longer than `limit`.
Task<sdbus::MethodReply> call_bus(sdbus::IProxy& proxy, sdbus::MethodCall message,
                                  std::chrono::milliseconds limit);

// Has the name an owner now? Nothing is started for it. Throws sdbus::Error.
Task<bool> is_on_bus(sdbus::IConnection& connection, std::string name);

// Sends and does not wait. `on_error` (may be empty) is called from the bus dispatch with what went
// wrong, `on_done` after every reply.
struct BusNotice {
    std::function<void(const sdbus::Error&)> on_error;
    std::function<void()> on_done;
};
void notify_bus(sdbus::IProxy& proxy, const sdbus::MethodCall& message, BusNotice notice);

// Sends a call that expects no reply. Never throws; for destructors.
void send_last_word(sdbus::IProxy& proxy, const char* interface, const char* method) noexcept;

// The value if it is there and of that type.
template <typename T>
const sdbus::Variant* find_variant(const VariantMap& values, const std::string& name)
{
    const auto found = values.find(name);
    return found != values.end() && found->second.containsValueOfType<T>() ? &found->second
                                                                           : nullptr;
}

template <typename T>
T variant_or(const VariantMap& values, const std::string& name, T otherwise)
{
    const sdbus::Variant* value = find_variant<T>(values, name);
    return value ? value->get<T>() : otherwise;
}

} // namespace gds
