// SPDX-License-Identifier: GPL-2.0-or-later
// The window of 16 by 4 pixels at every place is hashed, and about one in 512 picked by its hash
// alone, so that the same content is picked wherever it stands. Where a picked one stood once
// before, and now elsewhere, is a vote.
#include "desktop/moved_votes.h"
#include "desktop/vector_clones.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <unordered_map>

namespace gds {

namespace {

constexpr int k_window_width = 16;
constexpr int k_window_height = 4;
constexpr unsigned k_picked_bits = 9;
constexpr int k_block = 32;
constexpr unsigned k_least_votes = 4;
constexpr std::size_t k_most_ways = 2;

// The sample: windows of 32 by 1, of which one in 64 is picked. Of the picture before every eighth
// row is looked at, of this one eight rows on end out of 64: wherever content went, one in 64 of
// its rows is met.
constexpr int k_sampled_width = 2 * k_window_width;
constexpr unsigned k_sampled_bits = 6;
constexpr int k_sampled_step = 8;
constexpr int k_sampled_period = 64;
// Fewer say nothing.
constexpr std::size_t k_least_sampled = 256;
// If no more went one way, what moved is less than some 16,000 pixels; so many did not by chance.
constexpr unsigned k_nothing_moved = 1;
constexpr unsigned k_surely_moved = 8;

// Odd ones without a pattern.
constexpr std::array<std::uint32_t, 5> k_multipliers{0x9e3779b1U, 0x85ebca77U, 0xc2b2ae3dU,
                                                     0x27d4eb2fU, 0x165667b1U};

struct Picked {
    std::uint32_t hash;
    Point at;
};

// to[x]: of twice as many pixels from x on as from[x].
GDS_VECTOR_CLONES
void double_span(const std::uint32_t* __restrict from, int count, int span,
                 std::uint32_t multiplier, std::uint32_t* __restrict to)
{
    for (int x = 0; x < count; ++x) {
        to[x] = from[x] * multiplier + from[x + span];
    }
}

GDS_VECTOR_CLONES
void pair_pixels(const std::uint32_t* __restrict row, int count, std::uint32_t* __restrict to)
{
    const std::uint32_t multiplier = k_multipliers[0];
    for (int x = 0; x < count; ++x) {
        to[x] = (row[x] & k_rgb_mask) * multiplier + (row[x + 1] & k_rgb_mask);
    }
}

// sums[x]: of the 16 pixels from x on; so there are 15 fewer than pixels. `other` is as long.
void hash_row(const std::uint32_t* row, int width, std::uint32_t* sums, std::uint32_t* other)
{
    pair_pixels(row, width - 1, other);
    double_span(other, width - 3, 2, k_multipliers[1], sums);
    double_span(sums, width - 7, 4, k_multipliers[2], other);
    double_span(other, width - 15, 8, k_multipliers[3], sums);
}

GDS_VECTOR_CLONES
void join_rows(const std::uint32_t* __restrict a, const std::uint32_t* __restrict b,
               const std::uint32_t* __restrict c, const std::uint32_t* __restrict d, int count,
               std::uint32_t* __restrict out)
{
    const std::uint32_t multiplier = k_multipliers[4];
    for (int x = 0; x < count; ++x) {
        const std::uint32_t sum =
            ((a[x] * multiplier + b[x]) * multiplier + c[x]) * multiplier + d[x];
        out[x] = sum ^ (sum >> 13);
    }
}

constexpr bool is_picked(std::uint32_t hash, unsigned bits) { return hash >> (32 - bits) == 0; }

// Most blocks have none that is picked.
GDS_VECTOR_CLONES
std::uint32_t least(const std::uint32_t* hashes, int count)
{
    std::uint32_t found = ~std::uint32_t{0};
    for (int x = 0; x < count; ++x) {
        found = std::min(found, hashes[x]);
    }
    return found;
}

// `hashes` are of the windows whose upper left corners are at `first` and right of it.
void pick_from_row(const std::vector<std::uint32_t>& hashes, int count, unsigned bits, Point first,
                   std::vector<Picked>& picked)
{
    for (int begin = 1; begin < count; begin += k_block) {
        const int end = std::min(begin + k_block, count);
        if (!is_picked(least(hashes.data() + begin, end - begin), bits)) {
            continue;
        }
        for (int x = begin; x < end; ++x) {
            const auto hash = hashes[static_cast<std::size_t>(x)];
            // One that is like its neighbour is of a plain area.
            if (is_picked(hash, bits) && hash != hashes[static_cast<std::size_t>(x) - 1]) {
                picked.push_back({hash, {first.x + x, first.y}});
            }
        }
    }
}

std::vector<Picked> pick(const Frame& frame, const Rect& area)
{
    std::vector<Picked> picked;
    const int count = area.width - k_window_width + 1;
    if (count <= 0 || area.height < k_window_height) {
        return picked;
    }
    std::array<std::vector<std::uint32_t>, k_window_height> rows;
    for (auto& row : rows) {
        row.resize(static_cast<std::size_t>(area.width));
    }
    std::vector<std::uint32_t> other(static_cast<std::size_t>(area.width));
    std::vector<std::uint32_t> joined(static_cast<std::size_t>(count));
    for (int y = 0; y < area.height; ++y) {
        const auto slot = [&](int back) {
            return rows[static_cast<std::size_t>(y - back) % rows.size()].data();
        };
        hash_row(frame.row(area.y + y) + area.x, area.width, slot(0), other.data());
        if (y + 1 < k_window_height) {
            continue;
        }
        join_rows(slot(3), slot(2), slot(1), slot(0), count, joined.data());
        pick_from_row(joined, count, k_picked_bits, {area.x, area.y + y - k_window_height + 1},
                      picked);
    }
    return picked;
}

// Of `rows` rows at a time, `period` apart.
std::vector<Picked> pick_sample(const Frame& frame, const Rect& area, int rows, int period)
{
    std::vector<Picked> picked;
    const int count = area.width - k_sampled_width + 1;
    if (count <= 0) {
        return picked;
    }
    std::vector<std::uint32_t> sums(static_cast<std::size_t>(area.width));
    std::vector<std::uint32_t> other(static_cast<std::size_t>(area.width));
    for (int y = area.y; y < area.bottom(); ++y) {
        if ((y - area.y) % period < rows) {
            hash_row(frame.row(y) + area.x, area.width, sums.data(), other.data());
            double_span(sums.data(), count, k_window_width, k_multipliers[4], other.data());
            pick_from_row(other, count, k_sampled_bits, {area.x, y}, picked);
        }
    }
    return picked;
}

void drop_repeated(std::vector<Picked>& picked)
{
    std::ranges::sort(picked, {}, &Picked::hash);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < picked.size();) {
        std::size_t next = i + 1;
        while (next < picked.size() && picked[next].hash == picked[i].hash) {
            ++next;
        }
        if (next == i + 1) {
            picked[kept++] = picked[i];
        }
        i = next;
    }
    picked.resize(kept);
}

struct Way {
    unsigned votes;
    Point by;
};

// The likeliest first. `was` is sorted.
std::vector<Way> count_ways(const std::vector<Picked>& was, const std::vector<Picked>& is)
{
    std::unordered_map<std::uint64_t, unsigned> votes;
    for (const auto& each : is) {
        const auto found = std::ranges::lower_bound(was, each.hash, {}, &Picked::hash);
        if (found == was.end() || found->hash != each.hash || found->at == each.at) {
            continue;
        }
        const auto dx = static_cast<std::uint32_t>(each.at.x - found->at.x);
        const auto dy = static_cast<std::uint32_t>(each.at.y - found->at.y);
        ++votes[std::uint64_t{dx} << 32 | dy];
    }
    std::vector<Way> ways;
    for (const auto& [way, count] : votes) {
        ways.push_back({count,
                        {static_cast<int>(static_cast<std::uint32_t>(way >> 32)),
                         static_cast<int>(static_cast<std::uint32_t>(way))}});
    }
    std::ranges::sort(ways, [](const Way& a, const Way& b) {
        return std::tuple{b.votes, a.by.x, a.by.y} < std::tuple{a.votes, b.by.x, b.by.y};
    });
    return ways;
}

} // namespace

SampledVote vote_by_sample(const Frame& before, const Frame& now, const Region& changed)
{
    const Rect area = changed.bounds();
    auto was = pick_sample(before, area, 1, k_sampled_step);
    drop_repeated(was);
    const auto is = pick_sample(now, area, k_sampled_step, k_sampled_period);
    if (std::min(was.size(), is.size()) < k_least_sampled) {
        return {};
    }
    const auto ways = count_ways(was, is);
    const unsigned most = ways.empty() ? 0 : ways[0].votes;
    if (most <= k_nothing_moved) {
        return {true, {}};
    }
    const unsigned second = ways.size() > 1 ? ways[1].votes : 0;
    return {most >= k_surely_moved && most >= 2 * second, ways[0].by};
}

std::vector<Point> vote_by_windows(const Frame& before, const Frame& now, const Region& changed)
{
    const Rect area = changed.bounds();
    auto was = pick(before, area);
    drop_repeated(was);
    std::vector<Point> likeliest;
    for (const auto& way : count_ways(was, pick(now, area))) {
        if (way.votes >= k_least_votes && likeliest.size() < k_most_ways) {
            likeliest.push_back(way.by);
        }
    }
    return likeliest;
}

} // namespace gds
