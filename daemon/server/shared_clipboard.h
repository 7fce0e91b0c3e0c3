// SPDX-License-Identifier: GPL-2.0-or-later
// SharedClipboard: the desktop's clipboard and those of all viewers as one: who copied last is what
// the others can paste. Nothing is fetched before somebody asks for it, and each kind once. Owned
// by the server; main thread.
#pragma once

#include "base/source.h"
#include "base/task_scope.h"
#include "base/worker_pool.h"
#include "desktop/clipboard.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gds {

// A viewer.
class ClipboardPeer {
public:
    virtual ~ClipboardPeer() = default;
    // There is something else to paste.
    virtual void on_clipboard_changed() = 0;
    // The rights to it may have changed.
    virtual void on_clipboard_open_changed() = 0;
    // What it has offered.
    virtual ClipResultPtr ask_viewer(ClipKind kind) = 0;
};

struct ClipboardTimes {
    std::chrono::milliseconds viewer{10'000}; // to give what it has offered
    std::chrono::milliseconds failure_kept{3'000}; // before it is tried once more
};

class SharedClipboard final : private ClipboardObserver {
public:
    // Both outlive it.
    SharedClipboard(DesktopClipboard& desktop, WorkerPool& workers, ClipboardTimes times = {});
    ~SharedClipboard() override;
    SharedClipboard(const SharedClipboard&) = delete;
    SharedClipboard& operator=(const SharedClipboard&) = delete;

    // Octets of one kind.
    void set_limit(std::size_t limit) { limit_ = limit; }
    std::size_t limit() const { return limit_; }
    bool open() const { return desktop_.open(); }

    void add(ClipboardPeer& peer) { peers_.push_back(&peer); }
    // What it offered and has given stays.
    void remove(ClipboardPeer& peer);

    // A viewer has copied something; nothing: it has nothing any more.
    void offer(ClipboardPeer& from, ClipOffer offer);
    // What there is for this one: not its own.
    ClipKinds kinds_for(const ClipboardPeer& peer) const;
    ClipResultPtr read(ClipKind kind);

private:
    void on_open_changed() override;
    void on_copied(std::vector<std::string> mime_types) override;
    Task<ClipDataPtr> on_pasted(std::string mime_type) override;

    void begin(ClipKinds kinds);
    void tell(const ClipboardPeer* but);
    void offer_to_desktop();
    Task<> read_in_turn();
    Task<ClipDataPtr> read_from_desktop(ClipKind kind);
    Task<> read_from_viewer(ClipKind kind, ClipResultPtr result);
    Task<ClipDataPtr> ask_owner(ClipKind kind);
    void settle(ClipKind kind, const ClipResultPtr& result, ClipDataPtr data, const char* error);

    DesktopClipboard& desktop_;
    WorkerPool& workers_;
    const ClipboardTimes times_;
    std::size_t limit_ = std::size_t{1} << 20;
    std::vector<ClipboardPeer*> peers_;

    ClipboardPeer* owner_ = nullptr; // null: the desktop, or a viewer that has left
    bool of_desktop_ = false;
    ClipKinds kinds_;
    std::map<ClipKind, std::string> mime_types_; // of the desktop's
    std::map<ClipKind, ClipResultPtr> contents_;
    // Mutter gives one at a time.
    std::deque<std::pair<ClipKind, ClipResultPtr>> to_read_;
    bool reading_ = false;
    std::map<ClipKind, Source> forget_;
    TaskScope tasks_;
};

} // namespace gds
