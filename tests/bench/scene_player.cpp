// SPDX-License-Identifier: GPL-2.0-or-later
// Paints a scene over the whole screen until it is told to end; SIGUSR1 makes it stand still.
//   scene-player SCENE [x11]
// It prints "ready" when the first frame is painted.
#include "frame_marker.h"
#include "player_screen.h"
#include "scene.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/signalfd.h>
#include <unistd.h>

namespace gds::bench {
namespace {

class Player {
public:
    Player(PlayerScreen& screen, const Scene& scene) : screen_(screen), scene_(scene)
    {
        sigset_t freezing;
        sigemptyset(&freezing);
        sigaddset(&freezing, SIGUSR1);
        sigprocmask(SIG_BLOCK, &freezing, nullptr);
        freeze_ = signalfd(-1, &freezing, SFD_CLOEXEC | SFD_NONBLOCK);
    }
    ~Player() { close(freeze_); }

    void run()
    {
        const double rate = scene_.frames_per_second();
        const auto interval = rate > 0 ? static_cast<std::uint64_t>(1e6 / rate) : 0;
        std::uint64_t due = monotonic_us();
        for (bool frozen = false, first = true;;) {
            const bool moves = interval > 0 && !frozen;
            if ((first || pressed_ || (moves && monotonic_us() >= due)) && paint_next()) {
                if (first) {
                    std::puts("ready");
                    std::fflush(stdout);
                }
                first = false;
                pressed_ = false;
                due = std::max(due + interval, monotonic_us()); // late frames are left out
            }
            const bool waits_for_display = first || pressed_ || (moves && monotonic_us() >= due);
            const auto now = monotonic_us();
            wait(waits_for_display || !moves
                     ? -1
                     : static_cast<std::int64_t>(due > now ? due - now : 0));
            pressed_ = (screen_.take_keys() > 0 && scene_.listens_to_keys()) || pressed_;
            signalfd_siginfo told{};
            frozen = read(freeze_, &told, sizeof told) > 0 || frozen;
        }
    }

private:
    bool paint_next()
    {
        PlayerScreen::Buffer* buffer = screen_.next();
        if (buffer == nullptr) {
            return false;
        }
        const std::uint32_t frame = frame_ + 1;
        std::vector<Rect> stale{Rect::of(screen_.size())};
        if (buffer->painted) {
            stale.clear();
            for (std::uint32_t each = buffer->frame + 1; each <= frame; ++each) {
                add(scene_.damage(each), stale);
            }
        }
        for (const Rect& rect : stale) {
            scene_.paint(frame, rect, buffer->canvas);
        }
        paint_marker({frame, monotonic_us()}, buffer->canvas);
        std::vector<Rect> damage{Rect::of(screen_.size())};
        if (frame > 1) {
            damage = scene_.damage(frame);
            add({k_marker_area}, damage);
        }
        buffer->frame = frame_ = frame;
        buffer->painted = true;
        screen_.show(*buffer, damage);
        return true;
    }

    static void add(const std::vector<Rect>& more, std::vector<Rect>& rects)
    {
        for (const Rect& rect : more) {
            if (std::find(rects.begin(), rects.end(), rect) == rects.end()) {
                rects.push_back(rect);
            }
        }
    }

    void wait(std::int64_t us)
    {
        screen_.flush();
        pollfd looked_at[]{{screen_.descriptor(), POLLIN, 0}, {freeze_, POLLIN, 0}};
        const timespec limit{us / 1000000, us % 1000000 * 1000};
        constexpr timespec k_longest{0, 100'000'000}; // Xlib may have read what it does not tell
        ppoll(looked_at, 2, us < 0 ? &k_longest : &limit, nullptr);
        if ((looked_at[0].revents & (POLLERR | POLLHUP)) != 0) {
            throw std::runtime_error("the display has gone");
        }
        if ((looked_at[0].revents & POLLIN) != 0) {
            screen_.take_events();
        }
    }

    PlayerScreen& screen_;
    const Scene& scene_;
    int freeze_ = -1;
    std::uint32_t frame_ = 0;
    bool pressed_ = false;
};

int play(std::string_view name, bool x11)
{
    const auto screen = x11 ? open_x11_screen() : open_wayland_screen();
    const auto scene = make_scene(name, screen->size());
    if (!scene) {
        std::fprintf(stderr, "scenes: %.*s\n", static_cast<int>(scene_names().size()),
                     scene_names().data());
        return 2;
    }
    Player(*screen, *scene).run();
    return 0;
}

} // namespace
} // namespace gds::bench

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s SCENE [x11]\n", argv[0]);
        return 2;
    }
    try {
        return gds::bench::play(argv[1], argc > 2 && std::string_view(argv[2]) == "x11");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "scene-player: %s\n", error.what());
        return 1;
    }
}
