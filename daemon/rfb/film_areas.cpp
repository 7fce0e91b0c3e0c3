// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/film_areas.h"

#include "rfb/h264_encoder.h"
#include "rfb/photo_jpeg.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace gds {

namespace {

constexpr int k_tile = 64;
// Of so many whole steps it moved in so many.
constexpr int k_looked_back = 8;
constexpr int k_moved = 7;
constexpr std::size_t k_most_rects = 64; // of what changed in a step

// A film's tiles are most of its rectangle.
constexpr int k_filled_percent = 60;
// Of its area a film changes at least so much when it moves.
constexpr int k_part_that_moves = 8;
constexpr std::int64_t k_most_pixels = std::int64_t{4096} * 2304;
// Samples of its content; a film begins when half of them look like one, and ends when it has
// become something else: dark and flat scenes pass.
constexpr int k_samples_a_side = 5;
constexpr int k_first_look_percent = 50;
constexpr int k_later_look_percent = 10;
constexpr std::chrono::seconds k_between_looks{1};
constexpr int k_most_doubts = 3;
// A film that is so much larger than the one that it holds takes its place.
constexpr int k_larger_percent = 130;

// The tiles that it lies on.
Rect on_tiles(const Rect& area)
{
    const int left = area.x / k_tile * k_tile;
    const int top = area.y / k_tile * k_tile;
    const auto up = [](int edge) { return (edge + k_tile - 1) / k_tile * k_tile; };
    return {left, top, up(area.right()) - left, up(area.bottom()) - top};
}

bool looks_like_film(const Frame& frame, const Rect& area, int percent)
{
    int photos = 0;
    constexpr int k_samples = k_samples_a_side * k_samples_a_side;
    for (int i = 0; i < k_samples; ++i) {
        const int side_x = std::min(k_tile, area.width);
        const int side_y = std::min(k_tile, area.height);
        const int x = (area.width - side_x) * (i % k_samples_a_side) / (k_samples_a_side - 1);
        const int y = (area.height - side_y) * (i / k_samples_a_side) / (k_samples_a_side - 1);
        photos += looks_like_photo(frame, {area.x + x, area.y + y, side_x, side_y}) ? 1 : 0;
    }
    return photos * 100 >= k_samples * percent;
}

} // namespace

void FilmAreas::look(const Frame& frame, Time now)
{
    if (frame.size != size_) {
        restart(frame.size);
    }
    const std::int64_t number = now.time_since_epoch() / k_step;
    const bool stepped = number != step_;
    if (stepped) {
        go_on(number);
    }
    mark(frame.damage);
    for (std::size_t i = 0; i < films_.size(); ++i) {
        Region moved = frame.damage;
        moved.intersect(films_[i]);
        if (moved.area() * k_part_that_moves >= films_[i].area()) {
            lives_[i].moved = now;
        }
    }
    if (stepped) {
        judge(frame, now);
        look_for_new(frame, now);
    }
}

void FilmAreas::scrolled(const Region& area)
{
    for (const auto& rect : area.rects()) {
        const Rect seen = rect.intersected(Rect::of(size_));
        for (int row = seen.y / k_tile; row * k_tile < seen.bottom(); ++row) {
            for (int column = seen.x / k_tile; column * k_tile < seen.right(); ++column) {
                tiles_[static_cast<std::size_t>(row * columns_ + column)] = 0;
            }
        }
    }
}

void FilmAreas::restart(Size size)
{
    size_ = size;
    columns_ = (size.width + k_tile - 1) / k_tile;
    rows_ = (size.height + k_tile - 1) / k_tile;
    tiles_.assign(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_), 0);
    steps_.clear();
    films_.clear();
    lives_.clear();
}

void FilmAreas::go_on(std::int64_t number)
{
    const auto steps = std::clamp<std::int64_t>(number - step_, 0, 16);
    for (auto& tile : tiles_) {
        tile = static_cast<std::uint16_t>(static_cast<std::uint32_t>(tile) << steps);
    }
    step_ = number;
    steps_.push_back({{}, number});
    while (steps_.front().number < number - k_looked_back) {
        steps_.pop_front();
    }
}

void FilmAreas::mark(const Region& damage)
{
    for (const auto& rect : damage.rects()) {
        const Rect seen = rect.intersected(Rect::of(size_));
        for (int row = seen.y / k_tile; row * k_tile < seen.bottom(); ++row) {
            for (int column = seen.x / k_tile; column * k_tile < seen.right(); ++column) {
                tiles_[static_cast<std::size_t>(row * columns_ + column)] |= 1;
            }
        }
    }
    if (!steps_.empty()) {
        steps_.back().changed.add(damage);
        steps_.back().changed.simplify(k_most_rects);
    }
}

bool FilmAreas::moving(int column, int row) const
{
    // The step that has just begun does not count.
    constexpr unsigned k_whole_steps = ((1U << k_looked_back) - 1) << 1;
    const unsigned tile = tiles_[static_cast<std::size_t>(row * columns_ + column)];
    return std::popcount(tile & k_whole_steps) >= k_moved;
}

void FilmAreas::judge(const Frame& frame, Time now)
{
    for (std::size_t i = films_.size(); i-- > 0;) {
        auto& life = lives_[i];
        if (now - life.judged >= k_between_looks) {
            life.judged = now;
            life.doubts =
                looks_like_film(frame, films_[i], k_later_look_percent) ? 0 : life.doubts + 1;
        }
        if (now - life.moved > k_rest || life.doubts >= k_most_doubts) {
            end(i);
        }
    }
}

void FilmAreas::look_for_new(const Frame& frame, Time now)
{
    for (const auto& part : moving_parts()) {
        const Rect area = film_within(part);
        if (area.width < k_least.width || area.height < k_least.height ||
            area.width > k_most_video_side || area.height > k_most_video_side ||
            area.area() > k_most_pixels) {
            continue;
        }
        std::int64_t taken = 0;
        for (const auto& film : films_) {
            taken += film.intersected(part).empty() ? 0 : on_tiles(film).area();
        }
        if (taken * k_larger_percent <= part.area() * 100 &&
            looks_like_film(frame, area, k_first_look_percent)) {
            begin(area, now);
        }
    }
}

// What really changed there, and even.
Rect FilmAreas::film_within(const Rect& tiles) const
{
    Region changed;
    for (const auto& step : steps_) {
        changed.add(step.changed);
    }
    changed.intersect(tiles);
    Rect area = changed.bounds().intersected(Rect::of(size_));
    area.width &= ~1;
    area.height &= ~1;
    return area;
}

void FilmAreas::begin(const Rect& area, Time now)
{
    for (std::size_t i = films_.size(); i-- > 0;) {
        if (!films_[i].intersected(area).empty()) {
            end(i);
        }
    }
    if (films_.size() < k_most_films) {
        films_.push_back(area);
        lives_.push_back({now, now, 0});
    }
}

void FilmAreas::end(std::size_t which)
{
    films_.erase(films_.begin() + static_cast<std::ptrdiff_t>(which));
    lives_.erase(lives_.begin() + static_cast<std::ptrdiff_t>(which));
}

// Rectangles around tiles that touch each other, most of which move.
std::vector<Rect> FilmAreas::moving_parts() const
{
    std::vector<Rect> parts;
    std::vector<bool> seen(tiles_.size(), false);
    std::vector<Point> front;
    const auto visit = [&](int column, int row) {
        if (column < 0 || row < 0 || column >= columns_ || row >= rows_) {
            return;
        }
        const auto at = static_cast<std::size_t>(row * columns_ + column);
        if (!seen[at] && moving(column, row)) {
            seen[at] = true;
            front.push_back({column, row});
        }
    };
    for (int row = 0; row < rows_; ++row) {
        for (int column = 0; column < columns_; ++column) {
            visit(column, row);
            int left = columns_;
            int right = 0;
            int top = rows_;
            int bottom = 0;
            int count = 0;
            while (!front.empty()) {
                const Point at = front.back();
                front.pop_back();
                ++count;
                left = std::min(left, at.x);
                right = std::max(right, at.x + 1);
                top = std::min(top, at.y);
                bottom = std::max(bottom, at.y + 1);
                visit(at.x - 1, at.y);
                visit(at.x + 1, at.y);
                visit(at.x, at.y - 1);
                visit(at.x, at.y + 1);
            }
            if (count * 100 >= (right - left) * (bottom - top) * k_filled_percent && count > 0) {
                parts.push_back({left * k_tile, top * k_tile, (right - left) * k_tile,
                                 (bottom - top) * k_tile});
            }
        }
    }
    return parts;
}

} // namespace gds
