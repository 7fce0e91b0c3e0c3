// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers for the monitors of one session after the other: the same for the same monitor. Owned by
// DesktopPicture; main thread.
#pragma once

#include "portal/desktop_session.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gds {

class MonitorIds {
public:
    // One for each, all different.
    std::vector<std::uint32_t> assign(const std::vector<SharedMonitor>& streams);

    std::size_t known() const { return ids_.size(); }

private:
    std::map<std::string, std::uint32_t> ids_; // by what the portal tells of the monitor
    std::uint32_t next_ = 0;
};

} // namespace gds
