// SPDX-License-Identifier: GPL-2.0-or-later
// What a process that is not ours costs, by the kernel's count.
#pragma once

#include <cstdint>
#include <ctime>
#include <map>
#include <string>
#include <sys/types.h>

namespace gds::bench {

class WatchedProcess {
public:
    // Throws std::runtime_error when there is no such process.
    WatchedProcess(std::string name, pid_t pid);

    const std::string& name() const { return name_; }
    void begin();
    void end();

    // Between the two.
    double cpu_ms() const { return cpu_ms_; }
    std::uint64_t wake_ups() const { return wake_ups_; }
    double resident_mib() const;
    // Of that, what is neither a file's nor memory that others have a part in.
    double own_mib() const;

private:
    double cpu_now_ms() const;
    std::map<std::string, std::uint64_t> wake_ups_now() const; // by thread

    std::string name_;
    pid_t pid_;
    clockid_t clock_{};
    double cpu_ms_ = 0;
    std::map<std::string, std::uint64_t> wake_ups_then_;
    std::uint64_t wake_ups_ = 0;
};

} // namespace gds::bench
