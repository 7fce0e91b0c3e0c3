// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of the changed part are hashed, in strips, so that a bar that stays beside what scrolls
// spoils its own strip only. A line that stood in one place before, and now in another, is a vote.
#include "desktop/moved_votes.h"
#include "desktop/vector_clones.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace gds {

namespace {

constexpr int k_strip = 64;
constexpr unsigned k_least_votes = 24;

// Any odd number does that is not a sum of a few powers of two.
constexpr std::uint32_t k_multiplier = 0x9e3779b1U;

using Hashes = std::vector<std::uint32_t>;

// Of each row of an area, strip by strip: out[strip * pitch], a sum with a factor for each column,
// which vectorises. The first strip is `first` pixels wide.
GDS_VECTOR_CLONES
void hash_row(const std::uint32_t* __restrict row, int first, int width,
              const std::uint32_t* __restrict factors, std::uint32_t* __restrict out,
              std::size_t pitch)
{
    int begin = 0;
    int end = first;
    for (; begin < width; out += pitch) {
        std::uint32_t sum = 0;
        if (end - begin == k_strip) {
            for (int x = 0; x < k_strip; ++x) {
                sum += (row[begin + x] & k_rgb_mask) * factors[x];
            }
        } else {
            for (int x = 0; x < end - begin; ++x) {
                sum += (row[begin + x] & k_rgb_mask) * factors[x];
            }
        }
        *out = sum ^ (sum >> 15);
        begin = end;
        end = std::min(end + k_strip, width);
    }
}

// Of each column: the row's pixels are put behind those above.
GDS_VECTOR_CLONES
void add_row(const std::uint32_t* __restrict row, int width, std::uint32_t* __restrict sums)
{
    for (int x = 0; x < width; ++x) {
        sums[x] = sums[x] * k_multiplier + (row[x] & k_rgb_mask);
    }
}

int first_strip(int begin, int length)
{
    return std::min((begin / k_strip + 1) * k_strip - begin, length);
}

// Lines of one length, strip by strip. The picture is read in the order in which it is in memory.
struct StripHashes {
    std::size_t length = 0;
    Hashes all;

    std::size_t strips() const { return all.size() / length; }
    std::span<const std::uint32_t> operator[](std::size_t strip) const
    {
        return std::span{all}.subspan(strip * length, length);
    }
};

// Of the rows in upright strips.
StripHashes hash_rows(const Frame& frame, const Rect& area)
{
    std::array<std::uint32_t, k_strip> factors;
    std::uint32_t factor = 1;
    for (auto& each : factors) {
        factor = factor * k_multiplier + 2;
        each = factor | 1U;
    }
    const int first = first_strip(area.x, area.width);
    const auto strips = static_cast<std::size_t>(1 + (area.width - first + k_strip - 1) / k_strip);
    StripHashes hashes{static_cast<std::size_t>(area.height), {}};
    hashes.all.resize(strips * hashes.length);
    for (int y = 0; y < area.height; ++y) {
        hash_row(frame.row(area.y + y) + area.x, first, area.width, factors.data(),
                 hashes.all.data() + y, hashes.length);
    }
    return hashes;
}

// Of the columns in level strips.
StripHashes hash_columns(const Frame& frame, const Rect& area)
{
    StripHashes hashes{static_cast<std::size_t>(area.width), {}};
    for (int y = area.y; y < area.bottom();) {
        const int end = y + first_strip(y, area.bottom() - y);
        hashes.all.resize(hashes.all.size() + hashes.length);
        std::uint32_t* const sums = hashes.all.data() + hashes.all.size() - hashes.length;
        for (; y < end; ++y) {
            add_row(frame.row(y) + area.x, area.width, sums);
        }
    }
    for (auto& each : hashes.all) {
        each ^= each >> 15;
    }
    return hashes;
}

// --- votes

// Where each hash stands in a line of them; two that are equal stand nowhere.
class Places {
public:
    explicit Places(std::size_t most)
    {
        std::size_t size = 64;
        while (size < most * 2) {
            size *= 2;
        }
        slots_.resize(size);
    }
    void take(std::span<const std::uint32_t> hashes)
    {
        std::ranges::fill(slots_, Slot{});
        for (std::size_t i = 0; i < hashes.size(); ++i) {
            Slot& slot = slot_of(hashes[i]);
            slot.place = slot.place == k_free ? static_cast<int>(i) : k_repeated;
            slot.hash = hashes[i];
        }
    }
    std::optional<int> of(std::uint32_t hash)
    {
        const Slot& slot = slot_of(hash);
        return slot.place >= 0 ? std::optional{slot.place} : std::nullopt;
    }

private:
    static constexpr int k_free = -1;
    static constexpr int k_repeated = -2;
    struct Slot {
        std::uint32_t hash = 0;
        int place = k_free;
    };
    Slot& slot_of(std::uint32_t hash)
    {
        std::size_t i = hash & (slots_.size() - 1);
        while (slots_[i].place != k_free && slots_[i].hash != hash) {
            i = (i + 1) & (slots_.size() - 1);
        }
        return slots_[i];
    }
    std::vector<Slot> slots_;
};

struct Winner {
    int way = 0;
    unsigned votes = 0;
};

Winner elect(const StripHashes& before, const StripHashes& now)
{
    const auto length = static_cast<int>(now.length);
    Places places{now.length};
    std::vector<unsigned> votes(now.length * 2 + 1);
    for (std::size_t strip = 0; strip < now.strips(); ++strip) {
        const auto was = before[strip];
        const auto is = now[strip];
        if (std::ranges::equal(was, is)) {
            continue;
        }
        places.take(was);
        for (std::size_t i = 0; i < is.size(); ++i) {
            if (is[i] == was[i]) {
                continue;
            }
            if (const auto place = places.of(is[i])) {
                ++votes[static_cast<std::size_t>(static_cast<int>(i) - *place + length)];
            }
        }
    }
    const auto best = std::ranges::max_element(votes);
    return {static_cast<int>(best - votes.begin()) - length, *best};
}

} // namespace

Point vote_by_lines(const Frame& before, const Frame& now, const Region& changed)
{
    const Rect area = changed.bounds();
    const Winner down = elect(hash_rows(before, area), hash_rows(now, area));
    if (down.votes >= k_least_votes) {
        return {0, down.way}; // a scroll is far more often that way
    }
    const Winner across = elect(hash_columns(before, area), hash_columns(now, area));
    return across.votes >= k_least_votes ? Point{across.way, 0} : Point{};
}

} // namespace gds
