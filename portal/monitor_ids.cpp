// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/monitor_ids.h"

#include <utility>

namespace gds {
namespace {

// Names come from outside, and a desktop may go on making new ones.
constexpr std::size_t k_most_known = 64;

// The portal's own identifier survives a change of modes, which a position does not; older portals
// tell none.
std::string name_of(const SharedMonitor& stream, std::size_t number)
{
    if (stream.id) {
        return "id " + *stream.id;
    }
    if (stream.position) {
        return "at " + std::to_string(stream.position->x) + " " +
               std::to_string(stream.position->y);
    }
    return "number " + std::to_string(number);
}

} // namespace

std::vector<std::uint32_t> MonitorIds::assign(const std::vector<SharedMonitor>& streams)
{
    std::map<std::string, std::uint32_t> now;
    std::vector<std::uint32_t> assigned;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        std::string name = name_of(streams[i], i);
        while (now.contains(name)) {
            name += " again"; // mirrored monitors have one position
        }
        const auto before = ids_.find(name);
        const std::uint32_t id = before != ids_.end() ? before->second : next_++;
        now.emplace(std::move(name), id);
        assigned.push_back(id);
    }
    if (ids_.size() + now.size() > k_most_known) {
        ids_.clear();
    }
    ids_.merge(now);
    return assigned;
}

} // namespace gds
