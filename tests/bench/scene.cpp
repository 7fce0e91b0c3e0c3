// SPDX-License-Identifier: GPL-2.0-or-later
#include "scene.h"

#include "scene_material.h"

#include <functional>
#include <string>

namespace gds::bench {
namespace {

constexpr Pixel k_paper = 0xfffdfdfb;
constexpr Pixel k_ink = 0xff202428;
constexpr Pixel k_heading = 0xff1a5fb4;
constexpr Pixel k_desk = 0xff3a4a5c;

// There and back again between 0 and `range`.
int to_and_fro(std::uint32_t steps, int range)
{
    if (range <= 0) {
        return 0;
    }
    const auto period = static_cast<std::uint32_t>(2 * range);
    const int at = static_cast<int>(steps % period);
    return at < range ? at : 2 * range - at;
}

Rect centred(Size inner, Size outer)
{
    return Rect{(outer.width - inner.width) / 2, (outer.height - inner.height) / 2, inner.width,
                inner.height}
        .intersected(Rect::of(outer));
}

// A page of text, a cell after the other; below the marker.
class Page {
public:
    Page(Size size, std::uint32_t text)
        : area_{0, k_marker_height, size.width, size.height - k_marker_height}, text_(text)
    {}

    std::uint32_t columns() const { return static_cast<std::uint32_t>(area_.width / k_cell.width); }
    std::uint32_t lines() const { return static_cast<std::uint32_t>(area_.height / k_cell.height); }

    Rect cell(std::uint32_t line, std::uint32_t column) const
    {
        return {static_cast<int>(column) * k_cell.width,
                area_.y + static_cast<int>(line) * k_cell.height, k_cell.width, k_cell.height};
    }

    void paint_cell(std::uint32_t line, std::uint32_t column, std::uint32_t edition,
                    const Rect& area, const Canvas& canvas) const
    {
        const Rect at = cell(line, column);
        typeface_.paint(character_at(text_ + edition, line, column, columns()), {at.x, at.y}, area,
                        k_ink, k_paper, canvas);
    }

    void paint(const Rect& area, const Canvas& canvas,
               const std::function<std::uint32_t(std::uint32_t, std::uint32_t)>& edition_of) const
    {
        fill(area, k_paper, canvas);
        for (std::uint32_t line = 0; line < lines(); ++line) {
            for (std::uint32_t column = 0; column < columns(); ++column) {
                if (!cell(line, column).intersected(area).empty()) {
                    paint_cell(line, column, edition_of(line, column), area, canvas);
                }
            }
        }
    }

private:
    static constexpr int k_marker_height = 18;
    Rect area_;
    std::uint32_t text_;
    Typeface typeface_;
};

// Two characters a frame, over what stands there, line by line.
class Typing final : public Scene {
public:
    explicit Typing(Size size) : page_(size, 11) {}

    void paint(std::uint32_t frame, const Rect& area, const Canvas& canvas) const override
    {
        const std::uint32_t typed = frame * k_each;
        page_.paint(area, canvas, [&](std::uint32_t line, std::uint32_t column) {
            const std::uint32_t place = line * page_.columns() + column;
            return typed / cells() + (place < typed % cells() ? 1 : 0);
        });
    }

    std::vector<Rect> damage(std::uint32_t frame) const override
    {
        std::vector<Rect> result;
        for (std::uint32_t i = 0; i < k_each && frame > 0; ++i) {
            const std::uint32_t place = ((frame - 1) * k_each + i) % cells();
            result.push_back(page_.cell(place / page_.columns(), place % page_.columns()));
        }
        return result;
    }

private:
    static constexpr std::uint32_t k_each = 2;
    std::uint32_t cells() const { return page_.columns() * page_.lines(); }
    Page page_;
};

class Idle final : public Scene {
public:
    explicit Idle(Size size) : page_(size, 23) {}

    void paint(std::uint32_t, const Rect& area, const Canvas& canvas) const override
    {
        page_.paint(area, canvas, [](std::uint32_t, std::uint32_t) { return 0; });
    }

    std::vector<Rect> damage(std::uint32_t) const override { return {}; }
    double frames_per_second() const override { return 0; }

private:
    Page page_;
};

// A square that changes its colour with each key.
class Keys final : public Scene {
public:
    explicit Keys(Size size) : square_(centred({200, 200}, size)) {}

    void paint(std::uint32_t frame, const Rect& area, const Canvas& canvas) const override
    {
        fill(area, k_paper, canvas);
        fill(area.intersected(square_), k_opaque | scatter(frame), canvas);
    }

    std::vector<Rect> damage(std::uint32_t) const override { return {square_}; }
    double frames_per_second() const override { return 0; }
    bool listens_to_keys() const override { return true; }

private:
    Rect square_;
};

// A long document of text and pictures in a window, upwards at the pace of a wheel.
class Scroll final : public Scene {
public:
    explicit Scroll(Size size)
        : area_(centred({1600, 1000}, size)), document_({area_.width, k_length})
    {
        write();
    }

    void paint(std::uint32_t frame, const Rect& area, const Canvas& canvas) const override
    {
        fill(area, k_desk, canvas);
        const int top = static_cast<int>(frame * k_step % k_length);
        const Rect inside = area.intersected(area_);
        copy(document_, {area_.x, area_.y - top}, inside, canvas);
        copy(document_, {area_.x, area_.y - top + k_length}, inside, canvas);
    }

    std::vector<Rect> damage(std::uint32_t) const override { return {area_}; }

private:
    static constexpr int k_length = 4000;
    static constexpr std::uint32_t k_step = 40;

    void write()
    {
        constexpr int k_margin = 40;
        constexpr int k_every = 900;
        const Canvas canvas = document_.canvas();
        const Rect all = Rect::of(canvas.size);
        fill(all, k_paper, canvas);
        const Typeface typeface;
        const auto columns =
            static_cast<std::uint32_t>((area_.width - 2 * k_margin) / k_cell.width);
        for (std::uint32_t line = 0; line < k_length / (k_cell.height + 2); ++line) {
            for (std::uint32_t column = 0; column < columns; ++column) {
                const Point at{k_margin + static_cast<int>(column) * k_cell.width,
                               static_cast<int>(line) * (k_cell.height + 2)};
                typeface.paint(character_at(37, line, column, columns), at, all,
                               line % 17 == 3 ? k_heading : k_ink, k_paper, canvas);
            }
        }
        for (int y = 300, i = 0; y + 320 < k_length; y += k_every, ++i) {
            const Image picture = photograph({520, 320}, static_cast<std::uint32_t>(i) + 5);
            const Point at{i % 2 == 0 ? k_margin : area_.width - k_margin - 520, y};
            copy(picture, at, {at.x, at.y, 520, 320}, canvas);
        }
    }

    Rect area_;
    Image document_;
};

// A window with text in it, over a photograph.
class WindowDrag final : public Scene {
public:
    explicit WindowDrag(Size size)
        : size_(size), background_(photograph(size, 3)), window_(k_window)
    {
        const Canvas canvas = window_.canvas();
        Page(k_window, 51).paint(Rect::of(k_window), canvas, [](std::uint32_t, std::uint32_t) {
            return 0;
        });
        fill({0, 0, k_window.width, 18}, k_heading, canvas);
    }

    void paint(std::uint32_t frame, const Rect& area, const Canvas& canvas) const override
    {
        copy(background_, {0, 0}, area, canvas);
        const Rect at = window_at(frame);
        copy(window_, {at.x, at.y}, area, canvas);
    }

    std::vector<Rect> damage(std::uint32_t frame) const override
    {
        return {window_at(frame - 1), window_at(frame)};
    }

private:
    static constexpr Size k_window{800, 600};

    Rect window_at(std::uint32_t frame) const
    {
        return {to_and_fro(frame * 17, size_.width - k_window.width),
                20 + to_and_fro(frame * 11, size_.height - k_window.height - 20), k_window.width,
                k_window.height};
    }

    Size size_;
    Image background_;
    Image window_;
};

// A camera that moves over a photograph, with grain that is another in each frame.
class Video final : public Scene {
public:
    Video(Size size, const Rect& area)
        : area_(area), picture_(photograph({area.width + k_way, area.height + k_way}, 1)),
          grain_({size.width + k_way, 97})
    {
        const Canvas canvas = grain_.canvas();
        for (int y = 0; y < canvas.size.height; ++y) {
            for (int x = 0; x < canvas.size.width; ++x) {
                const std::uint32_t dice =
                    scatter(static_cast<std::uint32_t>(y), static_cast<std::uint32_t>(x));
                // Of three dice: more in the middle than at the ends.
                const std::uint32_t third = k_grain / 3 + 1;
                canvas.row(y)[x] =
                    (dice % third + (dice >> 8) % third + (dice >> 16) % third) * 0x010101;
            }
        }
    }

    void paint(std::uint32_t frame, const Rect& area, const Canvas& canvas) const override
    {
        fill(area, k_desk, canvas);
        const Rect inside = area.intersected(area_);
        const int from_x = to_and_fro(frame * 3, k_way - 1) - area_.x;
        const int from_y = to_and_fro(frame * 2, k_way - 1) - area_.y;
        for (int y = inside.y; y < inside.bottom(); ++y) {
            const std::uint32_t dice = scatter(frame, static_cast<std::uint32_t>(y));
            const Pixel* source = picture_.row(y + from_y) + inside.x + from_x;
            const Pixel* grain = grain_.row(static_cast<int>(dice % 97)) + (dice >> 8) % k_way;
            Pixel* target = canvas.row(y) + inside.x;
            for (int x = 0; x < inside.width; ++x) {
                target[x] = source[x] + grain[x];
            }
        }
    }

    std::vector<Rect> damage(std::uint32_t) const override { return {area_}; }

private:
    static constexpr int k_way = 128;
    Rect area_;
    Image picture_;
    Image grain_;
};

// The whole screen once a second: a heading, lines of text and a photograph.
class Slides final : public Scene {
public:
    explicit Slides(Size size) : size_(size)
    {
        for (std::uint32_t i = 0; i < k_photographs; ++i) {
            photographs_.push_back(photograph({size.width * 2 / 5, size.height / 2}, i + 7));
        }
    }

    void paint(std::uint32_t frame, const Rect& area, const Canvas& canvas) const override
    {
        const Pixel paper = k_opaque | 0xe0e0e0 | (scatter(frame) & 0x1f1f1f);
        fill(area, paper, canvas);
        write(frame, 0, {size_.width / 12, size_.height / 10}, 4, 24, paper, area, canvas);
        for (std::uint32_t line = 1; line < 10; ++line) {
            const Point at{size_.width / 12, size_.height / 4 + static_cast<int>(line - 1) * 60};
            write(frame, line, at, 2, 42, paper, area, canvas);
        }
        const Image& picture = photographs_[frame % k_photographs];
        const Point at{size_.width * 11 / 20, size_.height / 3};
        copy(picture, at, area, canvas);
    }

    std::vector<Rect> damage(std::uint32_t) const override { return {Rect::of(size_)}; }
    double frames_per_second() const override { return 1; }

private:
    static constexpr std::uint32_t k_photographs = 5;

    void write(std::uint32_t frame, std::uint32_t line, Point at, int scale, std::uint32_t columns,
               Pixel paper, const Rect& area, const Canvas& canvas) const
    {
        for (std::uint32_t column = 0; column < columns; ++column) {
            typeface_.paint(character_at(frame, line, column, columns),
                            {at.x + static_cast<int>(column) * k_cell.width * scale, at.y}, area,
                            line == 0 ? k_heading : k_ink, paper, canvas, scale);
        }
    }

    Size size_;
    Typeface typeface_;
    std::vector<Image> photographs_;
};

} // namespace

std::string_view scene_names()
{
    return "typing scroll window-drag video video-full slides idle keys";
}

std::unique_ptr<Scene> make_scene(std::string_view name, Size size)
{
    if (name == "typing") {
        return std::make_unique<Typing>(size);
    }
    if (name == "scroll") {
        return std::make_unique<Scroll>(size);
    }
    if (name == "window-drag") {
        return std::make_unique<WindowDrag>(size);
    }
    if (name == "video") {
        return std::make_unique<Video>(size, centred({640, 360}, size));
    }
    if (name == "video-full") {
        return std::make_unique<Video>(size, Rect::of(size));
    }
    if (name == "slides") {
        return std::make_unique<Slides>(size);
    }
    if (name == "idle") {
        return std::make_unique<Idle>(size);
    }
    if (name == "keys") {
        return std::make_unique<Keys>(size);
    }
    return nullptr;
}

} // namespace gds::bench
