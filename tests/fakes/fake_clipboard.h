// SPDX-License-Identifier: GPL-2.0-or-later
// A DesktopClipboard whose applications a test plays.
#pragma once

#include "desktop/clipboard.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gds::test {

class FakeClipboard final : public DesktopClipboard {
public:
    bool there = false;
    // What applications can paste, as last offered; what they have copied, by MIME type.
    std::vector<std::string> offered;
    std::map<std::string, Bytes> copied;
    // What was read of it.
    std::vector<std::string> reads;
    ClipboardObserver* observer = nullptr;

    void set_observer(ClipboardObserver* value) override { observer = value; }
    bool open() const override { return there; }
    void offer(std::vector<std::string> mime_types) override { offered = std::move(mime_types); }
    Task<ClipDataPtr> read(std::string mime_type, std::size_t limit) override
    {
        reads.push_back(mime_type);
        const auto found = copied.find(mime_type);
        if (found == copied.end() || found->second.size() > limit) {
            throw ClipboardError{"nothing there"};
        }
        co_return std::make_shared<const Bytes>(found->second);
    }

    void set_there(bool value)
    {
        there = value;
        observer->on_open_changed();
    }
    void copy(std::map<std::string, Bytes> content)
    {
        copied = std::move(content);
        std::vector<std::string> mime_types;
        for (const auto& [mime_type, octets] : copied) {
            mime_types.push_back(mime_type);
        }
        observer->on_copied(std::move(mime_types));
    }
};

} // namespace gds::test
