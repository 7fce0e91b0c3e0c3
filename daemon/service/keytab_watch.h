// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the keytab that the settings name can be read: looked at on a thread of its own, since it
// may lie on a file system that hangs, and again when it changes. Owned by PolicySettings; main
// thread.
#pragma once

#include "base/gobject_ptr.h"
#include "base/source.h"
#include "base/task_scope.h"
#include "base/worker_pool.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <gio/gio.h>

namespace gds {

// 0: it can be read; else an errno. Blocks.
int look_at_keytab(const std::string& path);

class KeytabWatch {
public:
    using Look = std::function<int(const std::string& path)>;

    struct Times {
        // After that a look counts as ETIMEDOUT, and there will be another.
        std::chrono::milliseconds deadline{2'000};
        std::chrono::milliseconds again{10'000};
    };

    // `on_change` is called when answer() is another one, and never from within set().
    KeytabWatch(WorkerPool& workers, std::function<void()> on_change);
    KeytabWatch(WorkerPool& workers, std::function<void()> on_change, Look look, Times times);
    ~KeytabWatch();
    KeytabWatch(const KeytabWatch&) = delete;
    KeytabWatch& operator=(const KeytabWatch&) = delete;

    // An absolute path, or none: then there is nothing to watch.
    void set(const std::string& path);
    // As look_at_keytab() has it; nothing: not known yet. While it is looked at again, the last
    // one.
    std::optional<int> answer() const { return answer_; }

private:
    static void file_changed(GFileMonitor* monitor, GFile* file, GFile* other,
                             GFileMonitorEvent event, void* self);
    void begin_look();
    Task<> look();
    void take(int answer);
    void watch();
    void stop_watching();

    WorkerPool& workers_;
    std::function<void()> on_change_;
    Look look_;
    Times times_;
    std::string path_;
    std::optional<int> answer_;
    bool looking_ = false;
    bool look_again_ = false;
    GObjectPtr<GFileMonitor> monitor_;
    Source timer_;
    TaskScope looks_;
};

} // namespace gds
