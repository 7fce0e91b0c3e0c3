// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of the changed part are hashed, in strips, so that a bar that stays beside what scrolls
// spoils its own strip only. A line that stood in one place before, and now in another, is a vote
// for the way between; the way with the most votes is then looked at pixel by pixel.
#include "desktop/moved_content.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace gds {

namespace {

constexpr int k_strip = 64;
constexpr int k_tile = 16;
// Less is sent as soon as it is found.
constexpr std::int64_t k_least_pixels = 4096;
constexpr unsigned k_least_votes = 24;

// --- hashes of lines

// Any odd number does that is not a sum of a few powers of two.
constexpr std::uint32_t k_multiplier = 0x9e3779b1U;

using Hashes = std::vector<std::uint32_t>;

// Of each row of `strip`: a sum with a factor for each column, which vectorises.
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

// --- pixel by pixel

class Check {
public:
    Check(const Frame& before, const Frame& now, const Region& changed, const Region& stale,
          Point by)
        : before_(before), now_(now), changed_(changed), by_(by)
    {
        Rect source = Rect::of(before.size);
        source.x += by.x;
        source.y += by.y;
        allowed_ = source.intersected(Rect::of(now.size)).intersected(changed.bounds());
        not_from_ = stale;
        not_from_.translate(by.x, by.y);
    }

    // Whole tiles that are right, joined, and then grown.
    std::vector<Rect> rects() const
    {
        std::vector<Rect> open;
        std::vector<Rect> done;
        for (int y = allowed_.y; y < allowed_.bottom(); y += k_tile) {
            const int height = std::min(k_tile, allowed_.bottom() - y);
            std::vector<Rect> next;
            for (const auto& run : runs(y, height)) {
                const auto above = std::ranges::find_if(open, [&](const Rect& each) {
                    return each.x == run.x && each.width == run.width && each.bottom() == y;
                });
                if (above != open.end()) {
                    above->height += height;
                    next.push_back(*above);
                    open.erase(above);
                } else {
                    next.push_back(run);
                }
            }
            done.insert(done.end(), open.begin(), open.end());
            open = std::move(next);
        }
        done.insert(done.end(), open.begin(), open.end());
        return largest(std::move(done));
    }

private:
    bool right(const Rect& rect) const
    {
        for (int y = rect.y; y < rect.bottom(); ++y) {
            const std::uint32_t* const is = now_.row(y) + rect.x;
            const std::uint32_t* const was = before_.row(y - by_.y) + rect.x - by_.x;
            std::uint32_t differ = 0;
            for (int x = 0; x < rect.width; ++x) {
                differ |= is[x] ^ was[x];
            }
            if ((differ & k_rgb_mask) != 0) {
                return false;
            }
        }
        return true;
    }
    bool usable(const Rect& rect) const
    {
        return rect.intersected(allowed_) == rect && !not_from_.intersects(rect) && right(rect);
    }

    std::vector<Rect> runs(int y, int height) const
    {
        std::vector<Rect> found;
        for (int x = allowed_.x; x < allowed_.right(); x += k_tile) {
            const Rect tile{x, y, std::min(k_tile, allowed_.right() - x), height};
            if (!changed_.intersects(tile) || !usable(tile)) {
                continue;
            }
            if (!found.empty() && found.back().right() == x) {
                found.back().width += tile.width;
            } else {
                found.push_back(tile);
            }
        }
        return found;
    }

    std::vector<Rect> largest(std::vector<Rect> all) const
    {
        std::ranges::sort(all, [](const Rect& a, const Rect& b) { return a.area() > b.area(); });
        all.resize(std::min(all.size(), k_most_moved_rects));
        for (std::size_t i = 0; i < all.size(); ++i) {
            grow(all, i);
        }
        return all;
    }

    // By whole lines, up to what a tile missed, and not into another one.
    void grow(std::vector<Rect>& all, std::size_t which) const
    {
        const auto free = [&](const Rect& line) {
            return usable(line) && std::ranges::all_of(all, [&](const Rect& each) {
                       return each.intersected(line).empty();
                   });
        };
        Rect& rect = all[which];
        for (int i = 1; i < k_tile && free({rect.x, rect.y - 1, rect.width, 1}); ++i) {
            --rect.y;
            ++rect.height;
        }
        for (int i = 1; i < k_tile && free({rect.x, rect.bottom(), rect.width, 1}); ++i) {
            ++rect.height;
        }
        for (int i = 1; i < k_tile && free({rect.x - 1, rect.y, 1, rect.height}); ++i) {
            --rect.x;
            ++rect.width;
        }
        for (int i = 1; i < k_tile && free({rect.right(), rect.y, 1, rect.height}); ++i) {
            ++rect.width;
        }
    }

    const Frame& before_;
    const Frame& now_;
    const Region& changed_;
    Point by_;
    Rect allowed_;
    Region not_from_;
};

// So that no copy reads what one before it has written; what cannot be had so is left out.
std::vector<Rect> in_order(std::vector<Rect> rects, Point by)
{
    std::ranges::sort(rects, [by](const Rect& a, const Rect& b) {
        if (by.y != 0 && a.y != b.y) {
            return by.y < 0 ? a.y < b.y : a.y > b.y;
        }
        return by.x < 0 ? a.x < b.x : a.x > b.x;
    });
    std::vector<Rect> kept;
    for (const auto& rect : rects) {
        const Rect source{rect.x - by.x, rect.y - by.y, rect.width, rect.height};
        const bool spoilt = std::ranges::any_of(
            kept, [&](const Rect& each) { return !each.intersected(source).empty(); });
        if (!spoilt) {
            kept.push_back(rect);
        }
    }
    return kept;
}

} // namespace

MovedContent find_moved_content(const Frame& before, const Frame& now, const Region& changed,
                                const Region& stale)
{
    if (changed.area() < k_least_pixels) {
        return {};
    }
    const Winner down = elect(before, now, changed, true);
    // A scroll is far more often that way, and looked for first.
    const Winner across =
        down.votes >= k_least_votes ? Winner{} : elect(before, now, changed, false);
    const Winner& best = down.votes >= across.votes ? down : across;
    if (best.votes < k_least_votes || best.way == 0) {
        return {};
    }
    MovedContent moved;
    moved.by = &best == &down ? Point{0, best.way} : Point{best.way, 0};
    moved.to = in_order(Check{before, now, changed, stale, moved.by}.rects(), moved.by);
    std::int64_t pixels = 0;
    for (const auto& rect : moved.to) {
        pixels += rect.area();
    }
    return pixels >= k_least_pixels ? moved : MovedContent{};
}

} // namespace gds
