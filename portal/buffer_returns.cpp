// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/buffer_returns.h"

#include <utility>

namespace gds {

class BufferReturns::Held {
public:
    Held(std::shared_ptr<BufferReturns> returns, std::shared_ptr<const void> pixels,
         pw_buffer* buffer, std::uint64_t hold)
        : returns_(std::move(returns)), pixels_(std::move(pixels)), buffer_(buffer), hold_(hold)
    {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { returns_->release(buffer_, hold_); }

private:
    std::shared_ptr<BufferReturns> returns_;
    std::shared_ptr<const void> pixels_;
    pw_buffer* buffer_;
    std::uint64_t hold_;
};

BufferReturns::BufferReturns(std::function<void(pw_buffer*)> queue) : queue_(std::move(queue)) {}

void BufferReturns::add(pw_buffer*)
{
    const std::lock_guard guard{lock_};
    ++count_;
}

void BufferReturns::remove(pw_buffer* buffer)
{
    const std::lock_guard guard{lock_};
    --count_;
    held_.erase(buffer);
}

void BufferReturns::close()
{
    const std::lock_guard guard{lock_};
    queue_ = nullptr;
    held_.clear();
}

void BufferReturns::give_back(pw_buffer* buffer)
{
    const std::lock_guard guard{lock_};
    if (queue_) {
        queue_(buffer);
    }
}

std::shared_ptr<const void> BufferReturns::hold(pw_buffer* buffer,
                                                std::shared_ptr<const void> pixels)
{
    std::uint64_t hold = 0;
    {
        const std::lock_guard guard{lock_};
        if (!queue_ || held_.size() + k_others >= count_) {
            return nullptr;
        }
        hold = ++holds_;
        held_[buffer] = hold;
    }
    return std::make_shared<Held>(shared_from_this(), std::move(pixels), buffer, hold);
}

void BufferReturns::release(pw_buffer* buffer, std::uint64_t hold)
{
    const std::lock_guard guard{lock_};
    const auto held = held_.find(buffer);
    if (held == held_.end() || held->second != hold) {
        return; // removed meanwhile
    }
    held_.erase(held);
    queue_(buffer);
}

} // namespace gds
