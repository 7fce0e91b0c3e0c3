// SPDX-License-Identifier: GPL-2.0-or-later
// FilmAreas: which parts of a screen move like a film: over and over, all over, and looking like
// photographs. What scrolls, or is typed, does not. No clock of its own. Owned by Films.
#pragma once

#include "desktop/frame.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <vector>

namespace gds {

class FilmAreas {
public:
    using Time = std::chrono::steady_clock::time_point;

    // What is part of a film changes ten times a second, and a film ends after so long without.
    static constexpr std::chrono::milliseconds k_step{100};
    static constexpr std::chrono::milliseconds k_rest{500};
    static constexpr std::size_t k_most_films = 4;
    static constexpr Size k_least{160, 120};

    // The next picture; what changed is its damage.
    void look(const Frame& frame, Time now);
    // There it moved as a whole, which a client can do by itself.
    void scrolled(const Region& area);

    // Disjoint, with even sides, within the picture; each the same from its beginning to its end.
    const std::vector<Rect>& films() const { return films_; }

private:
    struct Life {
        Time moved;
        Time judged;
        int doubts = 0; // how often in a row it did not look like one
    };
    struct Step {
        Region changed;
        std::int64_t number = 0;
    };

    void restart(Size size);
    void go_on(std::int64_t number);
    void mark(const Region& damage);
    void judge(const Frame& frame, Time now);
    void look_for_new(const Frame& frame, Time now);
    Rect film_within(const Rect& tiles) const;
    void begin(const Rect& area, Time now);
    void end(std::size_t which);
    std::vector<Rect> moving_parts() const;
    bool moving(int column, int row) const;

    Size size_;
    int columns_ = 0;
    int rows_ = 0;
    // For each tile, in which of the last steps it changed; the current one is the lowest bit.
    std::vector<std::uint16_t> tiles_;
    std::deque<Step> steps_; // as long as those bits
    std::int64_t step_ = 0;
    std::vector<Rect> films_;
    std::vector<Life> lives_; // of films_
};

} // namespace gds
