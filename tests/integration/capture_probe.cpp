// SPDX-License-Identifier: GPL-2.0-or-later
// capture_probe: the portal floor alone, on a real desktop. Prints what the observer is told, keeps
// the last picture as a PPM file and plays input, so that a person or a script can look.
//
//   capture_probe [--monitors all|primary|virtual] [--out FILE.ppm] [--token FILE] [--seconds N]
//                 [--quiet] [WORD...]
// WORDs, played once there is a frame (after `nowait`: at once):
//   move X Y | press N | release N | click N | wheel DX DY | key KEYSYM | code EVDEV | type TEXT |
//   sleep SECONDS | stop | start | save FILE.ppm | run SHELL-COMMAND
#include "base/bus_source.h"
#include "base/log.h"
#include "base/source.h"
#include "base/task_scope.h"
#include "portal/portal_capture.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <glib-unix.h>

namespace gds {
namespace {

const char* name_of(CaptureState state)
{
    switch (state) {
    case CaptureState::stopped:
        return "stopped";
    case CaptureState::waiting_for_permission:
        return "waiting_for_permission";
    case CaptureState::starting:
        return "starting";
    case CaptureState::streaming:
        return "streaming";
    case CaptureState::refused:
        return "refused";
    case CaptureState::stopped_by_user:
        return "stopped_by_user";
    case CaptureState::lost:
        return "lost";
    case CaptureState::unavailable:
        return "unavailable";
    }
    return "?";
}

struct Options {
    MonitorChoice monitors = MonitorChoice::all;
    std::string out;
    std::string token_file;
    double seconds = 5;
    bool quiet = false;
    std::vector<std::string> words;
};

class FileTokenStore : public RestoreTokenStore {
public:
    explicit FileTokenStore(std::string path) : path_(std::move(path)) {}
    Task<std::optional<std::string>> load(MonitorChoice) override
    {
        std::ifstream file{path_};
        std::string token;
        std::getline(file, token);
        std::cout << "token loaded: " << (token.empty() ? "none" : token) << std::endl;
        co_return token.empty() ? std::nullopt : std::optional{token};
    }
    Task<> save(MonitorChoice, std::string token) override
    {
        std::cout << "token saved: " << token << std::endl;
        if (!path_.empty()) {
            std::ofstream{path_} << token << '\n';
        }
        co_return;
    }
    Task<> forget(MonitorChoice) override
    {
        std::cout << "token forgotten" << std::endl;
        if (!path_.empty()) {
            std::remove(path_.c_str());
        }
        co_return;
    }

private:
    std::string path_;
};

class Probe : public ScreenCaptureObserver {
public:
    Probe(sdbus::IConnection& connection, Options options)
        : options_(std::move(options)), tokens_(options_.token_file), capture_(connection, tokens_)
    {
        capture_.set_observer(this);
        capture_.set_monitors(options_.monitors);
        capture_.start();
        if (!options_.words.empty() && options_.words.front() == "nowait") {
            play_from(1);
        }
    }

    void on_frame(FramePtr frame) override
    {
        ++frames_;
        if (!options_.quiet) {
            std::string damage;
            for (const Rect& rect : frame->damage.rects()) {
                damage.append(" ").append(std::to_string(rect.x)) +=
                    "," + std::to_string(rect.y) + "+" + std::to_string(rect.width) + "x" +
                    std::to_string(rect.height);
                if (damage.size() > 100) {
                    damage += " ...";
                    break;
                }
            }
            say("frame " + std::to_string(frame->serial) + " " + std::to_string(frame->size.width) +
                "x" + std::to_string(frame->size.height) + " damage" + damage);
        }
        check(*frame);
        last_ = std::move(frame);
        if (!playing_) {
            play_from(0);
        }
    }
    void on_cursor(const Cursor& cursor) override
    {
        if (!options_.quiet) {
            std::string shape = "no shape";
            if (cursor.shape) {
                shape = std::to_string(cursor.shape->size.width) + "x" +
                        std::to_string(cursor.shape->size.height) + " hot " +
                        std::to_string(cursor.shape->hotspot.x) + "," +
                        std::to_string(cursor.shape->hotspot.y);
            }
            say("cursor " + std::to_string(cursor.position.x) + "," +
                std::to_string(cursor.position.y) + " " + shape);
        }
    }
    void on_status(const CaptureStatus& status) override
    {
        say(std::string{"status "} + name_of(status.state) + (status.keyboard ? " keyboard" : "") +
            (status.pointer ? " pointer" : "") +
            (status.reason.empty() ? "" : " \"" + status.reason + "\""));
    }

    void finish()
    {
        save(options_.out);
        say("total " + std::to_string(frames_) + " frames, wrong damage " +
            std::to_string(wrong_damage_) + ", CPU " +
            std::to_string(std::clock() * 1000 / CLOCKS_PER_SEC) + " ms");
    }

private:
    void say(const std::string& line)
    {
        std::printf("%8.3f %s\n", static_cast<double>(g_get_monotonic_time() - begin_) / 1e6,
                    line.c_str());
        std::fflush(stdout);
    }

    // The damage must name everything that changed.
    void check(const Frame& frame)
    {
        if (!last_ || last_->size != frame.size || options_.quiet) {
            return;
        }
        for (int y = 0; y < frame.size.height; ++y) {
            for (int x = 0; x < frame.size.width; ++x) {
                if (((frame.row(y)[x] ^ last_->row(y)[x]) & k_rgb_mask) != 0 &&
                    !frame.damage.contains({x, y})) {
                    ++wrong_damage_;
                    return;
                }
            }
        }
    }

    void save(const std::string& path) const
    {
        if (path.empty() || !last_) {
            return;
        }
        std::ofstream file{path, std::ios::binary};
        file << "P6\n" << last_->size.width << ' ' << last_->size.height << "\n255\n";
        for (int y = 0; y < last_->size.height; ++y) {
            for (int x = 0; x < last_->size.width; ++x) {
                const auto pixel = last_->row(y)[x];
                file.put(static_cast<char>(pixel >> 16 & 255));
                file.put(static_cast<char>(pixel >> 8 & 255));
                file.put(static_cast<char>(pixel & 255));
            }
        }
    }

    void play_from(std::size_t at)
    {
        playing_ = true;
        next_ = at;
        step_ = call_after(std::chrono::milliseconds{0}, [this] { play(); });
    }
    std::string word() { return next_ < options_.words.size() ? options_.words[next_++] : ""; }
    int number() { return static_cast<int>(std::strtol(word().c_str(), nullptr, 0)); }

    void play()
    {
        InputSink& input = capture_.input();
        while (next_ < options_.words.size()) {
            const std::string verb = word();
            if (verb == "sleep") {
                const double seconds = std::strtod(word().c_str(), nullptr);
                step_ = call_after(std::chrono::milliseconds{static_cast<int>(seconds * 1000)},
                                   [this] { play(); });
                return;
            }
            if (verb == "move") {
                const int x = number();
                const int y = number();
                input.pointer_motion({x, y});
            } else if (verb == "press" || verb == "release" || verb == "click") {
                const auto button = static_cast<std::uint32_t>(0x110 + number() - 1);
                if (verb != "release") {
                    input.pointer_button(button, KeyState::pressed);
                }
                if (verb != "press") {
                    input.pointer_button(button, KeyState::released);
                }
            } else if (verb == "wheel") {
                const int dx = number();
                const int dy = number();
                input.pointer_wheel(dx, dy);
            } else if (verb == "key") {
                press_keysym(static_cast<std::uint32_t>(number()));
            } else if (verb == "code") {
                const auto code = static_cast<std::uint32_t>(number());
                input.key_code(code, KeyState::pressed);
                input.key_code(code, KeyState::released);
            } else if (verb == "type") {
                for (const char letter : word()) {
                    press_keysym(static_cast<std::uint32_t>(static_cast<unsigned char>(letter)));
                }
            } else if (verb == "stop") {
                capture_.stop();
            } else if (verb == "start") {
                capture_.start();
            } else if (verb == "save") {
                save(word());
            } else if (verb == "run") {
                const std::string command = word();
                say("run " + command);
                if (std::system(command.c_str()) != 0) {
                    say("that failed");
                }
            } else {
                say("unknown word " + verb);
            }
        }
    }
    void press_keysym(std::uint32_t keysym)
    {
        capture_.input().key_sym(keysym, KeyState::pressed);
        capture_.input().key_sym(keysym, KeyState::released);
    }

    Options options_;
    FileTokenStore tokens_;
    const std::int64_t begin_ = g_get_monotonic_time();
    FramePtr last_;
    unsigned frames_ = 0;
    unsigned wrong_damage_ = 0;
    bool playing_ = false;
    std::size_t next_ = 0;
    Source step_;
    PortalCapture capture_;
};

Options parse(int argc, char** argv)
{
    Options options;
    const std::vector<std::string> words(argv + 1, argv + argc);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string next = i + 1 < words.size() ? words[i + 1] : "";
        if (words[i] == "--quiet") {
            options.quiet = true;
            continue;
        }
        if (words[i] == "--monitors") {
            options.monitors = next == "primary"   ? MonitorChoice::primary
                               : next == "virtual" ? MonitorChoice::virtual_monitor
                                                   : MonitorChoice::all;
        } else if (words[i] == "--out") {
            options.out = next;
        } else if (words[i] == "--token") {
            options.token_file = next;
        } else if (words[i] == "--seconds") {
            options.seconds = std::strtod(next.c_str(), nullptr);
        } else {
            options.words.assign(words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
            break;
        }
        ++i;
    }
    return options;
}

gboolean quit(gpointer loop)
{
    g_main_loop_quit(static_cast<GMainLoop*>(loop));
    return G_SOURCE_CONTINUE;
}

int run(int argc, char** argv)
{
    Options options = parse(argc, argv);
    const auto connection = sdbus::createSessionBusConnection();
    const BusSource bus_source{*connection};
    GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
    const guint on_term = g_unix_signal_add(SIGTERM, &quit, loop);
    const auto limit = std::chrono::milliseconds{static_cast<int>(options.seconds * 1000)};
    const Source timer = call_after(limit, [loop] { g_main_loop_quit(loop); });
    {
        Probe probe{*connection, std::move(options)};
        g_main_loop_run(loop);
        probe.finish();
    }
    g_source_remove(on_term);
    g_main_loop_unref(loop);
    return 0;
}

} // namespace
} // namespace gds

int main(int argc, char** argv) { return gds::run(argc, argv); }
