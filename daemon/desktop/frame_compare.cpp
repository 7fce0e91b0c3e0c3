// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/frame_compare.h"

#include "desktop/vector_clones.h"

#include <algorithm>
#include <vector>

namespace gds {

namespace {

// A multiple of a cache line in width, and tall enough that few rectangles come of it.
constexpr int k_tile = 64;
// What is little is looked at again: a letter and what changes above it are not one rectangle that
// has all between them.
constexpr int k_fine_tile = 16;
constexpr std::int64_t k_little_pixels = 256 * 256;

// One row: ORs into differences[i] whatever differs in the i-th tile. The first tile is
// `first` pixels wide, the following ones k_tile, the last what remains.
GDS_VECTOR_CLONES
void compare_row(const std::uint32_t* __restrict a, const std::uint32_t* __restrict b, int first,
                 int width, std::uint32_t* __restrict differences)
{
    int x = 0;
    int end = first;
    for (std::size_t tile = 0; x < width; ++tile) {
        std::uint32_t difference = 0;
        for (; x < end; ++x) {
            difference |= a[x] ^ b[x];
        }
        differences[tile] |= difference;
        end = std::min(end + k_tile, width);
    }
}

GDS_VECTOR_CLONES
std::uint32_t difference_of(const std::uint32_t* __restrict a, const std::uint32_t* __restrict b,
                            int count)
{
    std::uint32_t difference = 0;
    for (int x = 0; x < count; ++x) {
        difference |= a[x] ^ b[x];
    }
    return difference & k_rgb_mask;
}

int next_edge(int at, int tile) { return (at / tile + 1) * tile; }

// Rows until it is looked which tiles are known to differ: a screen that has changed all over is
// not read to the end of each.
constexpr int k_rows_between_looks = 8;

struct TileRun {
    int first;
    int end;
};

// The rectangle's columns of tiles, cut where the screen's are.
struct TileColumns {
    Rect rect;

    int count() const { return (rect.right() - 1) / k_tile - rect.x / k_tile + 1; }
    int left(int tile) const
    {
        return tile == 0 ? rect.x : std::min((rect.x / k_tile + tile) * k_tile, rect.right());
    }
};

using Differences = std::vector<std::uint32_t>;

bool is_seen(std::uint32_t difference) { return (difference & k_rgb_mask) != 0; }
bool is_unseen(std::uint32_t difference) { return !is_seen(difference); }

template <typename Wanted>
void find_runs(const Differences& differences, Wanted wanted, std::vector<TileRun>& runs)
{
    runs.clear();
    const int count = static_cast<int>(differences.size());
    for (int tile = 0; tile < count; ++tile) {
        if (!wanted(differences[static_cast<std::size_t>(tile)])) {
            continue;
        }
        if (!runs.empty() && runs.back().end == tile) {
            ++runs.back().end;
        } else {
            runs.push_back({tile, tile + 1});
        }
    }
}

// The rectangle's tiles that differ, neighbours in a row joined.
void compare_rect(const PixelRows& before, const PixelRows& after, const Rect& rect,
                  Differences& differences, std::vector<TileRun>& runs, std::vector<Rect>& found)
{
    const TileColumns columns{rect};
    for (int y = rect.y; y < rect.bottom();) {
        const int end = std::min(next_edge(y, k_tile), rect.bottom());
        differences.assign(static_cast<std::size_t>(columns.count()), 0);
        for (int from = y; from < end; from += k_rows_between_looks) {
            find_runs(differences, is_unseen, runs);
            for (int row = from; row < std::min(from + k_rows_between_looks, end); ++row) {
                for (const TileRun& run : runs) {
                    const int x = columns.left(run.first);
                    compare_row(before.row(row) + x, after.row(row) + x,
                                columns.left(run.first + 1) - x, columns.left(run.end) - x,
                                differences.data() + run.first);
                }
            }
        }
        find_runs(differences, is_seen, runs);
        for (const TileRun& run : runs) {
            const int x = columns.left(run.first);
            found.push_back({x, y, columns.left(run.end) - x, end - y});
        }
        y = end;
    }
}

bool differ(const PixelRows& before, const PixelRows& after, const Rect& rect)
{
    for (int y = rect.y; y < rect.bottom(); ++y) {
        if (difference_of(before.row(y) + rect.x, after.row(y) + rect.x, rect.width) != 0) {
            return true;
        }
    }
    return false;
}

Region fine_tiles(const PixelRows& before, const PixelRows& after, const Region& within)
{
    std::vector<Rect> found;
    for (const Rect& rect : within.rects()) {
        for (int y = rect.y; y < rect.bottom(); y = next_edge(y, k_fine_tile)) {
            const int bottom = std::min(next_edge(y, k_fine_tile), rect.bottom());
            for (int x = rect.x; x < rect.right(); x = next_edge(x, k_fine_tile)) {
                const int right = std::min(next_edge(x, k_fine_tile), rect.right());
                const Rect tile{x, y, right - x, bottom - y};
                if (differ(before, after, tile)) {
                    found.push_back(tile);
                }
            }
        }
    }
    return Region::of(found);
}

// The smallest rectangle within `rect` that holds every difference in it. A compositor at fault may
// paint meanwhile: each look is within bounds whatever the one before saw. Costs little: a row is
// looked at only left and right of what is known to differ.
Rect tightened(const PixelRows& before, const PixelRows& after, const Rect& rect)
{
    const auto row_differs = [&](int y) {
        return difference_of(before.row(y) + rect.x, after.row(y) + rect.x, rect.width) != 0;
    };
    int top = rect.y;
    int bottom = rect.bottom();
    while (top < bottom && !row_differs(top)) {
        ++top;
    }
    while (bottom > top && !row_differs(bottom - 1)) {
        --bottom;
    }
    int left = rect.right();
    int right = rect.x;
    for (int y = top; y < bottom; ++y) {
        const std::uint32_t* a = before.row(y);
        const std::uint32_t* b = after.row(y);
        const auto differs = [&](int x) { return ((a[x] ^ b[x]) & k_rgb_mask) != 0; };
        if (difference_of(a + rect.x, b + rect.x, left - rect.x) != 0) {
            int x = rect.x;
            while (x < left && !differs(x)) {
                ++x;
            }
            left = x;
        }
        if (difference_of(a + right, b + right, rect.right() - right) != 0) {
            int x = rect.right();
            while (x > right && !differs(x - 1)) {
                --x;
            }
            right = x;
        }
    }
    return left < right ? Rect{left, top, right - left, bottom - top} : Rect{};
}

} // namespace

Region changed(const Frame& before, const Frame& after, const Region& within)
{
    Region inside = within;
    inside.intersect(Rect::of(after.size));
    if (before.size != after.size) {
        return inside;
    }
    return changed(PixelRows{before.row(0), before.stride}, PixelRows{after.row(0), after.stride},
                   inside);
}

Region changed(const PixelRows& before, const PixelRows& after, const Region& within)
{
    std::vector<Rect> found;
    Differences differences;
    std::vector<TileRun> runs;
    for (const Rect& rect : within.rects()) {
        compare_rect(before, after, rect, differences, runs, found);
    }
    // Joined first, so that what belongs together is drawn tight as a whole.
    Region tiles = Region::of(found);
    if (tiles.area() <= k_little_pixels) {
        tiles = fine_tiles(before, after, tiles);
    }
    std::vector<Rect> tight = tiles.rects();
    for (Rect& rect : tight) {
        rect = tightened(before, after, rect);
    }
    return Region::of(tight);
}

} // namespace gds
