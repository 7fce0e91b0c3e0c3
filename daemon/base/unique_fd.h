// SPDX-License-Identifier: GPL-2.0-or-later
// Owns one file descriptor and closes it when dropped.
#pragma once

#include <utility>

#include <unistd.h>

namespace gds {

class UniqueFd {
public:
    UniqueFd() noexcept = default;
    explicit UniqueFd(int adopted) noexcept : fd_(adopted) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept
    {
        if (this != &other) {
            reset(other.release());
        }
        return *this;
    }
    ~UniqueFd() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    // The caller closes it from now on.
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
    void reset(int adopted = -1) noexcept
    {
        const int old = std::exchange(fd_, adopted);
        if (old >= 0) {
            // Not repeated on EINTR: on Linux the descriptor is gone all the same.
            ::close(old);
        }
    }

private:
    int fd_ = -1;
};

} // namespace gds
