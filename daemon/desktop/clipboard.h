// SPDX-License-Identifier: GPL-2.0-or-later
// The desktop's clipboard as the server floor sees it, and the values that are passed around about
// clipboards. DesktopClipboard is implemented by the portal floor (and by fakes). Main thread.
#pragma once

#include "base/bytes.h"
#include "base/shared_result.h"
#include "base/task.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace gds {

// What both sides understand. text: UTF-8 with line feeds; html: UTF-8, as text/html; image: a BMP
// file.
enum class ClipKind : std::uint8_t { text, rtf, html, image };
inline constexpr std::array k_clip_kinds{ClipKind::text, ClipKind::rtf, ClipKind::html,
                                         ClipKind::image};

class ClipKinds {
public:
    bool has(ClipKind kind) const { return (bits_ & bit(kind)) != 0; }
    void add(ClipKind kind) { bits_ |= bit(kind); }
    bool empty() const { return bits_ == 0; }
    bool operator==(const ClipKinds&) const = default;

private:
    static unsigned bit(ClipKind kind) { return 1U << static_cast<unsigned>(kind); }
    unsigned bits_ = 0;
};

using ClipDataPtr = std::shared_ptr<const Bytes>;
// Comes later, or fails; outlives whoever was asked for it.
using ClipResult = SharedResult<ClipDataPtr>;
using ClipResultPtr = std::shared_ptr<ClipResult>;

// What a viewer has copied: all kinds of it, and the content of those that came with it.
struct ClipOffer {
    ClipKinds kinds;
    std::map<ClipKind, ClipDataPtr> contents;
};

// It cannot be had. what() is for the log.
struct ClipboardError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class ClipboardObserver {
public:
    virtual ~ClipboardObserver() = default;
    // open() is different now.
    virtual void on_open_changed() = 0;
    // An application has copied something of these MIME types; none: there is nothing (any more).
    // Not told of what was offered from here.
    virtual void on_copied(std::vector<std::string> mime_types) = 0;
    // An application pastes what was offered. May throw; is dropped when nobody waits any more.
    virtual Task<ClipDataPtr> on_pasted(std::string mime_type) = 0;
};

class DesktopClipboard {
public:
    virtual ~DesktopClipboard() = default;

    // Null: nobody listens.
    virtual void set_observer(ClipboardObserver* observer) = 0;
    // False while there is none, for instance as nobody at the desk has allowed it.
    virtual bool open() const = 0;
    // What applications can paste from now on; nothing: what was offered is no more. Without effect
    // while there is no clipboard.
    virtual void offer(std::vector<std::string> mime_types) = 0;
    // Throws ClipboardError, also when the application gives more than `limit` octets, or nothing
    // for too long.
    virtual Task<ClipDataPtr> read(std::string mime_type, std::size_t limit) = 0;
};

} // namespace gds
