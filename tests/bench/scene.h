// SPDX-License-Identifier: GPL-2.0-or-later
// What moves on the screen in a benchmark: each scene is a pure function of the frame's number, so
// that the viewer can paint the true frame again. The marker is not part of it.
#pragma once

#include "canvas.h"

#include <memory>
#include <string_view>
#include <vector>

namespace gds::bench {

class Scene {
public:
    virtual ~Scene() = default;

    // Paints that area of the frame.
    virtual void paint(std::uint32_t frame, const Rect& area, const Canvas& canvas) const = 0;

    // What may differ between this frame and the one before it.
    virtual std::vector<Rect> damage(std::uint32_t frame) const = 0;

    // Of frames; with 0 the first one stays, but for what a key does.
    virtual double frames_per_second() const { return 30; }

    // Whether a key that is pressed makes the next frame.
    virtual bool listens_to_keys() const { return false; }
};

// The names, for a person who mistypes one.
std::string_view scene_names();

// Nothing when there is no such scene.
std::unique_ptr<Scene> make_scene(std::string_view name, Size size);

} // namespace gds::bench
