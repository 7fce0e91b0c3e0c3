// SPDX-License-Identifier: GPL-2.0-or-later
// Palette: the first so many different pixel values of an area, numbered as they come. Owned by the
// encoder that counts.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

namespace gds {

class Palette {
public:
    static constexpr int k_most = 256;
    static constexpr int k_full = -1;

    // Holds at most `limit` (1..k_most) values.
    explicit Palette(int limit) : limit_(limit)
    {
        assert(limit >= 1 && limit <= k_most);
        slots_.fill(k_free);
    }

    // The number of `value`, which is taken in if it is new; k_full when there is no room for it.
    int number_of(std::uint32_t value)
    {
        // Multiplicative hashing, then the next free slot: at most a quarter is ever taken.
        std::size_t slot = (value * 0x9e3779b1U) >> (32 - k_slot_bits);
        while (slots_[slot] != k_free) {
            const int number = slots_[slot];
            if (values_[static_cast<std::size_t>(number)] == value) {
                return number;
            }
            slot = (slot + 1) % slots_.size();
        }
        if (size_ == limit_) {
            return k_full;
        }
        slots_[slot] = static_cast<std::int16_t>(size_);
        taken_[static_cast<std::size_t>(size_)] = static_cast<std::uint16_t>(slot);
        values_[static_cast<std::size_t>(size_)] = value;
        return size_++;
    }

    // Empty again, at the price of what was in it.
    void clear()
    {
        while (size_ > 0) {
            slots_[taken_[static_cast<std::size_t>(--size_)]] = k_free;
        }
    }

    int size() const { return size_; }
    const std::uint32_t* values() const { return values_.data(); }

private:
    static constexpr int k_slot_bits = 10;
    static constexpr std::int16_t k_free = -1;

    int limit_;
    int size_ = 0;
    std::array<std::int16_t, std::size_t{1} << k_slot_bits> slots_;
    std::array<std::uint32_t, k_most> values_;
    std::array<std::uint16_t, k_most> taken_; // their slots
};

} // namespace gds
