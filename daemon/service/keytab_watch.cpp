// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/keytab_watch.h"

#include "base/errors.h"
#include "base/timeout.h"

#include <cerrno>
#include <utility>

#include <unistd.h>

namespace gds {

int look_at_keytab(const std::string& path)
{
    return ::access(path.c_str(), R_OK) == 0 ? 0 : errno;
}

KeytabWatch::KeytabWatch(WorkerPool& workers, std::function<void()> on_change)
    : KeytabWatch(workers, std::move(on_change), look_at_keytab, Times{})
{}

KeytabWatch::KeytabWatch(WorkerPool& workers, std::function<void()> on_change, Look look,
                         Times times)
    : workers_(workers), on_change_(std::move(on_change)), look_(std::move(look)), times_(times)
{}

KeytabWatch::~KeytabWatch() { stop_watching(); }

void KeytabWatch::set(const std::string& path)
{
    if (path == path_) {
        return;
    }
    stop_watching();
    timer_.reset();
    path_ = path;
    answer_.reset();
    if (!path_.empty()) {
        begin_look();
    }
}

void KeytabWatch::begin_look()
{
    look_again_ = looking_;
    if (looking_) {
        return;
    }
    looking_ = true;
    auto looking = look();
    looks_.spawn(std::move(looking), [this](std::exception_ptr) {
        looking_ = false;
        if (look_again_ && !path_.empty()) {
            begin_look();
        }
    });
}

Task<> KeytabWatch::look()
{
    const std::string path = path_;
    auto job = [look = look_, path] { return look(path); };
    auto looking = workers_.run_apart(WaitsFor::keytab, std::move(job));
    int answer = ETIMEDOUT;
    try {
        answer = co_await with_timeout(std::move(looking), times_.deadline);
    } catch (const TimedOut&) {
        timer_ = call_after(times_.again, [this] { begin_look(); });
    }
    if (path == path_) {
        take(answer);
    }
}

void KeytabWatch::take(int answer)
{
    // Only a file system that has just answered is asked to tell of changes: that waits for it too.
    if (answer != ETIMEDOUT && !monitor_) {
        watch();
    }
    if (std::exchange(answer_, answer) != answer) {
        on_change_();
    }
}

void KeytabWatch::watch()
{
    const GObjectPtr<GFile> file{g_file_new_for_path(path_.c_str())};
    monitor_ = GObjectPtr<GFileMonitor>{
        g_file_monitor_file(file.get(), G_FILE_MONITOR_NONE, nullptr, nullptr)};
    if (monitor_) {
        g_signal_connect(monitor_.get(), "changed", G_CALLBACK(file_changed), this);
        begin_look(); // it may have changed in between
    }
}

void KeytabWatch::stop_watching()
{
    if (monitor_) {
        g_signal_handlers_disconnect_by_data(monitor_.get(), this);
        g_file_monitor_cancel(monitor_.get());
        monitor_.reset();
    }
}

void KeytabWatch::file_changed(GFileMonitor*, GFile*, GFile*, GFileMonitorEvent, void* self)
{
    static_cast<KeytabWatch*>(self)->begin_look();
}

} // namespace gds
