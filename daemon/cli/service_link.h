// SPDX-License-Identifier: GPL-2.0-or-later
// The daemon as the control sees it: blocking calls over the session bus. Made by main for one
// command.
#pragma once

#include "base/gobject_ptr.h"

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gio/gio.h>

namespace gds::cli {

// The daemon, or the bus, refused; what() says why, for people.
struct ServiceError : std::runtime_error {
    using std::runtime_error::runtime_error;
};
// The daemon does not run and cannot be started.
struct ServiceMissing : ServiceError {
    using ServiceError::ServiceError;
};

using VariantPtr = std::shared_ptr<GVariant>;

struct ClientEntry {
    unsigned number = 0;
    VariantPtr properties; // a{sv}
};

// Reads of a{sv}; a missing name gives the empty value.
std::string text_of(GVariant* properties, const char* name);
std::vector<std::string> texts_of(GVariant* properties, const char* name);
bool flag_of(GVariant* properties, const char* name);
std::uint64_t number_of(GVariant* properties, const char* name);

class ServiceLink {
public:
    // May the bus start the daemon to answer?
    enum class Start { if_needed, never };

    // Throws ServiceError when there is no session bus.
    explicit ServiceLink(Start start);

    // a{sv} of org.gnome.DesktopSharing
    VariantPtr status();
    void set_enabled(bool enabled);
    std::vector<ClientEntry> clients();
    void disconnect(std::optional<unsigned> number, const std::string& reason);
    void set_view_only(unsigned number, bool view_only);
    // The number of the viewer. `options` (a{sv}) is floating.
    unsigned connect(const std::string& uri, GVariant* options, int seconds);

private:
    VariantPtr call(const std::string& path, const char* interface, const char* method,
                    GVariant* arguments, int timeout = k_timeout);
    VariantPtr properties(const std::string& path, const char* interface);
    void set_property(const std::string& path, const char* interface, const char* name, bool value);

    static constexpr int k_timeout = 15'000; // milliseconds; starting the daemon included

    GObjectPtr<GDBusConnection> bus_;
    Start start_;
};

} // namespace gds::cli
