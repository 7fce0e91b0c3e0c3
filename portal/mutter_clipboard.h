// SPDX-License-Identifier: GPL-2.0-or-later
// MutterClipboard: a remote desktop session at Mutter itself, for the clipboard alone, beside a
// portal that has none (before xdg-desktop-portal 1.18). Owned by PortalCapture while its own
// session is open; dropping it ends the session.
#pragma once

#include "base/sdbus_compat.h"
#include "base/task.h"
#include "portal/selection_clipboard.h"

#include <memory>
#include <string>

namespace gds {

class MutterClipboard {
public:
    // Both outlive it.
    MutterClipboard(sdbus::IConnection& connection, SelectionClipboard& clipboard)
        : connection_(connection), clipboard_(clipboard)
    {}
    ~MutterClipboard();
    MutterClipboard(const MutterClipboard&) = delete;
    MutterClipboard& operator=(const MutterClipboard&) = delete;

    // Once. False: there is no Mutter. Throws sdbus::Error.
    Task<bool> open();

private:
    sdbus::IConnection& connection_;
    SelectionClipboard& clipboard_;
    std::unique_ptr<sdbus::IProxy> session_;
    sdbus::Slot closed_;
};

} // namespace gds
