// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/moved_content.h"

#include "desktop/moved_votes.h"
#include "desktop/vector_clones.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace gds {

namespace {

constexpr int k_tile = 16;
// Less is sent as soon as it is found.
constexpr std::int64_t k_least_pixels = 4096;
// Below this the dearer votes are not worth it.
constexpr std::int64_t k_least_for_windows = 128 * 128;

// --- pixel by pixel

GDS_VECTOR_CLONES
void add_differences(const std::uint32_t* __restrict a, const std::uint32_t* __restrict b,
                     int count, std::uint32_t* __restrict differences)
{
    for (int x = 0; x < count; ++x) {
        differences[x] |= a[x] ^ b[x];
    }
}

bool has_colour(const std::uint32_t* differences, int count)
{
    std::uint32_t any = 0;
    for (int x = 0; x < count; ++x) {
        any |= differences[x];
    }
    return (any & k_rgb_mask) != 0;
}

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
        std::vector<std::uint32_t> differences;
        std::vector<Rect> open;
        std::vector<Rect> done;
        for (int y = allowed_.y; y < allowed_.bottom(); y += k_tile) {
            const int height = std::min(k_tile, allowed_.bottom() - y);
            std::vector<Rect> next;
            for (const auto& run : runs(y, height, differences)) {
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
    // Every pixel is right where `differences`, one for each column, stay without colour.
    void compare(const Rect& rect, std::vector<std::uint32_t>& differences) const
    {
        differences.assign(static_cast<std::size_t>(rect.width), 0);
        for (int y = rect.y; y < rect.bottom(); ++y) {
            add_differences(now_.row(y) + rect.x, before_.row(y - by_.y) + rect.x - by_.x,
                            rect.width, differences.data());
        }
    }
    bool usable(const Rect& rect) const
    {
        return rect.intersected(allowed_) == rect && !not_from_.intersects(rect);
    }
    bool right_row(const Rect& row, std::vector<std::uint32_t>& differences) const
    {
        compare(row, differences);
        return !has_colour(differences.data(), row.width);
    }

    // Of the strip's tiles: those that have changed, and may be taken from where they would be.
    std::vector<bool> candidates(const Rect& strip) const
    {
        std::vector<bool> tiles(static_cast<std::size_t>((strip.width + k_tile - 1) / k_tile));
        const auto mark = [&](const Region& region, bool as) {
            Region part = region;
            part.intersect(strip);
            for (const Rect& rect : part.rects()) {
                const auto first = tiles.begin() + (rect.x - strip.x) / k_tile;
                const auto end = tiles.begin() + (rect.right() - 1 - strip.x) / k_tile + 1;
                std::fill(first, end, as);
            }
        };
        mark(changed_, true);
        mark(not_from_, false);
        return tiles;
    }

    std::vector<Rect> runs(int y, int height, std::vector<std::uint32_t>& differences) const
    {
        const Rect strip{allowed_.x, y, allowed_.width, height};
        const auto tiles = candidates(strip);
        const auto left = [&](std::size_t tile) {
            return std::min(strip.x + static_cast<int>(tile) * k_tile, strip.right());
        };
        std::vector<Rect> found;
        for (std::size_t begin = 0; begin < tiles.size(); ++begin) {
            if (!tiles[begin]) {
                continue;
            }
            std::size_t end = begin + 1;
            while (end < tiles.size() && tiles[end]) {
                ++end;
            }
            compare({left(begin), y, left(end) - left(begin), height}, differences);
            for (std::size_t tile = begin; tile < end; ++tile) {
                const Rect rect{left(tile), y, left(tile + 1) - left(tile), height};
                if (has_colour(differences.data() + (rect.x - left(begin)), rect.width)) {
                    continue;
                }
                if (!found.empty() && found.back().right() == rect.x) {
                    found.back().width += rect.width;
                } else {
                    found.push_back(rect);
                }
            }
            begin = end;
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
        std::vector<std::uint32_t> differences;
        const auto right_row = [&](int y) {
            const Rect row{rect.x, y, rect.width, 1};
            return free(row) && this->right_row(row, differences);
        };
        for (int i = 1; i < k_tile && right_row(rect.y - 1); ++i) {
            --rect.y;
            ++rect.height;
        }
        for (int i = 1; i < k_tile && right_row(rect.bottom()); ++i) {
            ++rect.height;
        }
        int left = 0;
        while (left + 1 < k_tile && free({rect.x - left - 1, rect.y, 1, rect.height})) {
            ++left;
        }
        compare({rect.x - left, rect.y, left, rect.height}, differences);
        while (left > 0 && (differences[static_cast<std::size_t>(left) - 1] & k_rgb_mask) == 0) {
            --left;
            --rect.x;
            ++rect.width;
        }
        int most = 0;
        while (most + 1 < k_tile && free({rect.right() + most, rect.y, 1, rect.height})) {
            ++most;
        }
        compare({rect.right(), rect.y, most, rect.height}, differences);
        for (int i = 0; i < most && (differences[static_cast<std::size_t>(i)] & k_rgb_mask) == 0;
             ++i) {
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
                                const Region& stale, Point last)
{
    if (changed.area() < k_least_pixels) {
        return {};
    }
    const auto moved_by = [&](Point by) {
        MovedContent moved{by, {}};
        moved.to = in_order(Check{before, now, changed, stale, by}.rects(), by);
        std::int64_t pixels = 0;
        for (const auto& rect : moved.to) {
            pixels += rect.area();
        }
        return pixels >= k_least_pixels ? moved : MovedContent{};
    };
    if (last != Point{} && mostly_moved_by(before, now, changed, last)) {
        if (auto moved = moved_by(last); !moved.to.empty()) {
            return moved;
        }
    }
    if (const auto sampled = vote_by_sample(before, now, changed); sampled.sure) {
        auto moved = sampled.way != Point{} ? moved_by(sampled.way) : MovedContent{};
        if (sampled.way == Point{} || !moved.to.empty()) {
            return moved;
        }
    }
    if (const Point by = vote_by_lines(before, now, changed); by != Point{}) {
        return moved_by(by);
    }
    if (changed.area() < k_least_for_windows) {
        return {};
    }
    for (const Point by : vote_by_windows(before, now, changed)) {
        auto moved = moved_by(by);
        if (!moved.to.empty()) {
            return moved;
        }
    }
    return {};
}

} // namespace gds
