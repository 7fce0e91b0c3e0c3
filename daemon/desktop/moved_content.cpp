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
        : before_(before), now_(now), changed_(changed), scattered_(changed.rect_count() > 1),
          by_(by)
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

    std::vector<Rect> runs(int y, int height, std::vector<std::uint32_t>& differences) const
    {
        std::vector<Rect> found;
        compare({allowed_.x, y, allowed_.width, height}, differences);
        for (int x = allowed_.x; x < allowed_.right(); x += k_tile) {
            const Rect tile{x, y, std::min(k_tile, allowed_.right() - x), height};
            if (has_colour(differences.data() + (x - allowed_.x), tile.width) ||
                (scattered_ && !changed_.intersects(tile)) || not_from_.intersects(tile)) {
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
    bool scattered_;
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
    const auto moved_by = [&](Point by) {
        MovedContent moved{by, {}};
        moved.to = in_order(Check{before, now, changed, stale, by}.rects(), by);
        std::int64_t pixels = 0;
        for (const auto& rect : moved.to) {
            pixels += rect.area();
        }
        return pixels >= k_least_pixels ? moved : MovedContent{};
    };
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
