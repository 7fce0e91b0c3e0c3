// SPDX-License-Identifier: GPL-2.0-or-later
// SelectionClipboard: the desktop's clipboard by the methods that the portal's Clipboard interface
// and Mutter's own RemoteDesktop session both have. Owned by PortalCapture, which opens it by one
// of them (SelectionDoor); main thread.
//
// Applications that hang cost a descriptor and a deadline each, of so many at most.
#pragma once

#include "base/bus_call.h"
#include "base/sdbus_compat.h"
#include "base/source.h"
#include "base/task_scope.h"
#include "desktop/clipboard.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gds {

// Where it is, and in what the two differ.
struct SelectionDoor {
    std::string service;
    std::string object;
    std::string interface;
    std::optional<std::string> session; // the first argument of everything, where there is one
    const char* mime_types; // in the options
    const char* session_is_owner;
};

SelectionDoor portal_selection(std::string session);
SelectionDoor mutter_selection(std::string session);

class SelectionClipboard final : public DesktopClipboard {
public:
    // It outlives it.
    explicit SelectionClipboard(sdbus::IConnection& connection);
    ~SelectionClipboard() override;
    SelectionClipboard(const SelectionClipboard&) = delete;
    SelectionClipboard& operator=(const SelectionClipboard&) = delete;

    // Signals are heard from here on; calls may be made once enable() was called.
    void attach(SelectionDoor door);
    void enable();
    void detach();

    void set_observer(ClipboardObserver* observer) override { observer_ = observer; }
    bool open() const override { return enabled_; }
    void offer(std::vector<std::string> mime_types) override;
    Task<ClipDataPtr> read(std::string mime_type, std::size_t limit) override;

private:
    struct Transfer {
        std::string mime_type;
        std::uint32_t serial = 0;
    };

    template <typename Message>
    void take_owner_change(Message& message);
    template <typename Message>
    void take_transfer(Message& message);
    template <typename Message>
    bool is_ours(Message& message) const;

    void send_offer();
    sdbus::MethodCall call(const char* method);
    Task<> give(Transfer transfer);
    Task<> give_octets(Transfer transfer);
    void done(std::uint32_t serial, bool success);

    sdbus::IConnection& connection_;
    ClipboardObserver* observer_ = nullptr;
    std::optional<SelectionDoor> door_;
    // Whoever waits for an answer holds it: without it none comes, not even that it took too long.
    std::shared_ptr<sdbus::IProxy> proxy_;
    std::vector<sdbus::Slot> matches_;
    bool enabled_ = false;
    // Offers that have not come back as a change of the owner: what is heard meanwhile of others
    // was before them.
    unsigned under_way_ = 0;
    Source give_up_;
    // However often viewers copy: the newest offer waits while this one runs.
    std::optional<std::vector<std::string>> next_offer_;
    Source pace_;
    unsigned transfers_ = 0;
    TaskScope tasks_;
};

} // namespace gds
