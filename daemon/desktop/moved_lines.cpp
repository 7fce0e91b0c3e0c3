// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of the changed part are hashed, in strips, so that a bar that stays beside what scrolls
// spoils its own strip only. A line that stood in one place before, and now in another, is a vote.
#include "desktop/moved_votes.h"
#include "desktop/vector_clones.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace gds {

namespace {

constexpr int k_strip = 64;
constexpr unsigned k_least_votes = 24;

// Any odd number does that is not a sum of a few powers of two.
constexpr std::uint32_t k_multiplier = 0x9e3779b1U;

using Hashes = std::vector<std::uint32_t>;

// Of each row of `strip`: a sum with a factor for each column, which vectorises.
GDS_VECTOR_CLONES
void hash_rows(const Frame& frame, const Rect& strip, Hashes& out)
{
    std::uint32_t factors[k_strip];
    std::uint32_t factor = 1;
    for (auto& each : factors) {
        factor = factor * k_multiplier + 2;
        each = factor | 1U;
    }
    out.resize(static_cast<std::size_t>(strip.height));
    for (int y = 0; y < strip.height; ++y) {
        const std::uint32_t* const row = frame.row(strip.y + y) + strip.x;
        std::uint32_t sum = 0;
        for (int x = 0; x < strip.width; ++x) {
            sum += (row[x] & k_rgb_mask) * factors[x];
        }
        out[static_cast<std::size_t>(y)] = sum ^ (sum >> 15);
    }
}

// Of each column of `strip`.
GDS_VECTOR_CLONES
void hash_columns(const Frame& frame, const Rect& strip, Hashes& out)
{
    out.assign(static_cast<std::size_t>(strip.width), 0);
    for (int y = 0; y < strip.height; ++y) {
        const std::uint32_t* const row = frame.row(strip.y + y) + strip.x;
        std::uint32_t* const sums = out.data();
        for (int x = 0; x < strip.width; ++x) {
            sums[x] = sums[x] * k_multiplier + (row[x] & k_rgb_mask);
        }
    }
    for (auto& each : out) {
        each ^= each >> 15;
    }
}

// --- votes

// Where each hash stands in a line of them; two that are equal stand nowhere.
class Places {
public:
    explicit Places(const Hashes& hashes)
    {
        std::size_t size = 64;
        while (size < hashes.size() * 2) {
            size *= 2;
        }
        slots_.resize(size);
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

class Election {
public:
    explicit Election(int length)
        : length_(length), votes_(static_cast<std::size_t>(length) * 2 + 1)
    {}

    void count(const Hashes& before, const Hashes& now)
    {
        if (before == now) {
            return;
        }
        Places places{before};
        for (std::size_t i = 0; i < now.size(); ++i) {
            if (now[i] == before[i]) {
                continue;
            }
            if (const auto was = places.of(now[i])) {
                ++votes_[static_cast<std::size_t>(static_cast<int>(i) - *was + length_)];
            }
        }
    }
    Winner winner() const
    {
        const auto best = std::max_element(votes_.begin(), votes_.end());
        return {static_cast<int>(best - votes_.begin()) - length_, *best};
    }

private:
    int length_;
    std::vector<unsigned> votes_;
};

std::vector<Rect> strips_of(const Rect& area, bool upright)
{
    std::vector<Rect> strips;
    const int end = upright ? area.right() : area.bottom();
    for (int at = upright ? area.x : area.y; at < end;) {
        const int next = std::min((at / k_strip + 1) * k_strip, end);
        strips.push_back(upright ? Rect{at, area.y, next - at, area.height}
                                 : Rect{area.x, at, area.width, next - at});
        at = next;
    }
    return strips;
}

Winner elect(const Frame& before, const Frame& now, const Region& changed, bool upright)
{
    const Rect area = changed.bounds();
    Election election{upright ? area.height : area.width};
    const auto hash = upright ? hash_rows : hash_columns;
    Hashes was;
    Hashes is;
    for (const auto& strip : strips_of(area, upright)) {
        if (changed.intersects(strip)) {
            hash(before, strip, was);
            hash(now, strip, is);
            election.count(was, is);
        }
    }
    return election.winner();
}

} // namespace

Point vote_by_lines(const Frame& before, const Frame& now, const Region& changed)
{
    const Winner down = elect(before, now, changed, true);
    if (down.votes >= k_least_votes) {
        return {0, down.way}; // a scroll is far more often that way
    }
    const Winner across = elect(before, now, changed, false);
    return across.votes >= k_least_votes ? Point{across.way, 0} : Point{};
}

} // namespace gds
