// SPDX-License-Identifier: GPL-2.0-or-later
#include "watched_process.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace gds::bench {
namespace {

// The number behind "KEY:" in a file like /proc/PID/status.
std::uint64_t number_in(const std::filesystem::path& file, const std::string& key)
{
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(key + ":")) {
            return std::stoull(line.substr(key.size() + 1));
        }
    }
    return 0; // it has just ended
}

std::filesystem::path directory_of(pid_t pid)
{
    return std::filesystem::path("/proc") / std::to_string(pid);
}

} // namespace

WatchedProcess::WatchedProcess(std::string name, pid_t pid) : name_(std::move(name)), pid_(pid)
{
    if (clock_getcpuclockid(pid, &clock_) != 0) {
        throw std::runtime_error("there is no process " + std::to_string(pid));
    }
}

void WatchedProcess::begin()
{
    wake_ups_then_ = wake_ups_now();
    cpu_ms_ = cpu_now_ms();
}

void WatchedProcess::end()
{
    cpu_ms_ = cpu_now_ms() - cpu_ms_;
    wake_ups_ = 0;
    for (const auto& [task, count] : wake_ups_now()) {
        const auto then = wake_ups_then_[task];
        wake_ups_ += count - std::min(then, count); // none of one that has just ended
    }
}

double WatchedProcess::resident_mib() const
{
    return static_cast<double>(number_in(directory_of(pid_) / "status", "VmRSS")) / 1024;
}

double WatchedProcess::own_mib() const
{
    return static_cast<double>(number_in(directory_of(pid_) / "status", "RssAnon")) / 1024;
}

double WatchedProcess::cpu_now_ms() const
{
    timespec now{};
    if (clock_gettime(clock_, &now) != 0) {
        throw std::runtime_error(name_ + " has ended");
    }
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::map<std::string, std::uint64_t> WatchedProcess::wake_ups_now() const
{
    std::map<std::string, std::uint64_t> counts;
    std::error_code ignored;
    for (const auto& task :
         std::filesystem::directory_iterator(directory_of(pid_) / "task", ignored)) {
        counts[task.path().filename()] =
            number_in(task.path() / "status", "voluntary_ctxt_switches");
    }
    return counts;
}

} // namespace gds::bench
