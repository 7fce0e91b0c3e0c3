// SPDX-License-Identifier: GPL-2.0-or-later
// Watches a scene that scene-player shows, over RFB, and prints one JSON object with what it found.
//   bench-viewer --port N --scene NAME --player PID [--quality 0..9] [--encodings LIST]
//                [--certificate FILE] [--seconds S] [--warm-up S] [--viewers N] [--keys N]
//                [--first-frames N] [--process NAME=PID]...
// The scene stands still when it ends.
#include "decoding_viewer.h"
#include "draining_viewer.h"
#include "frame_marker.h"
#include "scene.h"
#include "watched_process.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gds::bench {
namespace {

constexpr std::uint64_t k_second = 1000000;
constexpr double k_identical = 99; // dB, as there is no number for it

struct Options {
    ViewerOptions viewer;
    std::string scene;
    pid_t player = 0;
    double seconds = 4;
    double warm_up = 1; // seconds, once the scene is there
    int viewers = 1;
    int keys = 0;
    int first_frames = 0;
    std::vector<WatchedProcess> processes;
};

double share_of(std::vector<double> values, double share)
{
    if (values.empty()) {
        return 0;
    }
    const auto place =
        static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place),
                     values.end());
    return values[place];
}

std::vector<Pixel> pixels_of(const Canvas& canvas)
{
    return {canvas.pixels, canvas.pixels + Rect::of(canvas.size).area()};
}

double psnr(const std::vector<Pixel>& seen, const std::vector<Pixel>& truth)
{
    std::uint64_t squares = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        for (int shift = 0; shift < 24; shift += 8) {
            const int difference = static_cast<int>(seen[i] >> shift & 0xff) -
                                   static_cast<int>(truth[i] >> shift & 0xff);
            squares += static_cast<std::uint64_t>(difference * difference);
        }
    }
    const double mean = static_cast<double>(squares) / (3.0 * static_cast<double>(truth.size()));
    return squares == 0 ? k_identical : 10 * std::log10(255 * 255 / mean);
}

class Watch {
public:
    Watch(const Options& options)
        : options_(options), viewer_(options.viewer),
          scene_(make_scene(options.scene, viewer_.picture().size))
    {
        if (!scene_) {
            throw std::runtime_error("no such scene");
        }
        viewer_.on_update = [this] { return on_update(); };
    }

    void run()
    {
        warm_up();
        arrive_together();
        for (int i = 0; i < options_.first_frames; ++i) {
            first_frames_.push_back(
                DrainingViewer(options_.viewer.port, options_.viewer.quality).first_frame_ms());
            follow(0.1);
        }
        if (options_.keys > 0) {
            press_keys();
        } else {
            measure();
        }
        stand_still();
        print();
    }

private:
    void follow(double seconds)
    {
        viewer_.follow_until(monotonic_us() +
                             static_cast<std::uint64_t>(seconds * static_cast<double>(k_second)));
    }

    // Until the scene is there, and what a beginning costs is over.
    void warm_up()
    {
        for (int i = 0; i < 100 && !last_; ++i) {
            follow(0.1);
        }
        if (!last_) {
            throw std::runtime_error("the scene does not come");
        }
        follow(options_.warm_up);
    }

    void arrive_together()
    {
        std::vector<std::future<std::unique_ptr<DrainingViewer>>> coming;
        for (int i = 1; i < options_.viewers; ++i) {
            coming.push_back(std::async(std::launch::async, [this, i] {
                auto viewer = std::make_unique<DrainingViewer>(options_.viewer.port,
                                                               options_.viewer.quality, i + 1);
                viewer->drain();
                return viewer;
            }));
        }
        for (auto& each : coming) {
            while (each.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
                follow(0.05);
            }
            try {
                others_.push_back(each.get());
            } catch (const std::runtime_error& error) {
                ++refused_;
                std::fprintf(stderr, "refused: %s\n", error.what());
            }
        }
        if (options_.viewers > 1) {
            follow(1);
        }
    }

    bool on_update()
    {
        ++updates_;
        const std::uint64_t now = monotonic_us();
        const auto marker = read_marker(viewer_.picture());
        if (!marker) {
            ++torn_;
            return true;
        }
        if (last_ && last_->number == marker->number) {
            return true;
        }
        last_ = marker;
        ++frames_;
        latencies_.push_back(static_cast<double>(now - marker->painted_us) / 1000);
        if (!first_) {
            first_ = marker;
        }
        if (now >= next_sample_) {
            samples_.emplace_back(*marker, pixels_of(viewer_.picture()));
            next_sample_ += sample_interval_;
        }
        return !waits_for_key_;
    }

    void begin()
    {
        updates_ = frames_ = torn_ = 0;
        latencies_.clear();
        first_.reset();
        octets_ = viewer_.octets_received();
        begin_ = monotonic_us();
        others_begin_.clear();
        for (const auto& other : others_) {
            others_begin_.push_back(other->updates());
        }
        for (WatchedProcess& process : options_.processes) {
            process.begin();
        }
    }

    void end()
    {
        for (WatchedProcess& process : options_.processes) {
            process.end();
        }
        took_ = static_cast<double>(monotonic_us() - begin_) / static_cast<double>(k_second);
        octets_ = viewer_.octets_received() - octets_;
        for (std::size_t i = 0; i < others_.size(); ++i) {
            const bool alive = others_[i]->alive();
            rates_.push_back(
                alive ? static_cast<double>(others_[i]->updates() - others_begin_[i]) / took_ : 0);
        }
        next_sample_ = UINT64_MAX;
        updates_then_ = updates_;
        frames_then_ = frames_;
        resident_.clear();
        own_.clear();
        for (const WatchedProcess& process : options_.processes) {
            resident_.push_back(process.resident_mib());
            own_.push_back(process.own_mib());
        }
    }

    void measure()
    {
        begin();
        // Three frames, from the middle of it.
        sample_interval_ = static_cast<std::uint64_t>(options_.seconds / 4 * k_second);
        next_sample_ = begin_ + sample_interval_;
        follow(options_.seconds);
        end();
        last_in_motion_ = last_;
    }

    void press_keys()
    {
        constexpr std::uint32_t k_letter = 'a';
        constexpr int k_warm_up = 3; // a seat gets its keyboard with its first key
        for (int i = -k_warm_up; i < options_.keys; ++i) {
            // Not in step with the compositor.
            const double pause = 0.06 + 0.08 * std::fmod(i * 0.618 + 10, 1);
            follow(i < 0 ? 0.5 : pause);
            if (i == 0) {
                begin();
            }
            const std::uint64_t pressed = monotonic_us();
            viewer_.press_key(k_letter);
            waits_for_key_ = true;
            const auto before = last_;
            follow(1);
            waits_for_key_ = false;
            if (i < 0) {
                continue;
            }
            if (last_->number == before->number) {
                ++keys_lost_;
                continue;
            }
            keys_.push_back(static_cast<double>(monotonic_us() - pressed) / 1000);
        }
        end();
    }

    void stand_still()
    {
        if (kill(options_.player, SIGUSR1) != 0) {
            throw std::runtime_error("the player has ended");
        }
        // What was lossy may be refined now.
        for (int i = 0; i < 6; ++i) {
            const auto before = updates_;
            follow(0.7);
            if (updates_ == before) {
                break;
            }
        }
        if (last_) {
            still_ = psnr(pixels_of(viewer_.picture()), truth_of(*last_));
        }
    }

    std::vector<Pixel> truth_of(const FrameMarker& marker) const
    {
        const Size size = viewer_.picture().size;
        std::vector<Pixel> pixels(static_cast<std::size_t>(Rect::of(size).area()));
        const Canvas canvas{pixels.data(), size};
        scene_->paint(marker.number, Rect::of(size), canvas);
        paint_marker(marker, canvas);
        return pixels;
    }

    void print()
    {
        std::vector<double> quality;
        for (const auto& [marker, pixels] : samples_) {
            quality.push_back(psnr(pixels, truth_of(marker)));
        }
        std::printf(
            "{\"seconds\": %.3f, \"frames\": %d, \"updates\": %d, \"torn\": %d, \"octets\": %llu",
            took_, frames_then_, updates_then_, torn_, static_cast<unsigned long long>(octets_));
        tell("latency_p50", share_of(latencies_, 0.5));
        tell("latency_p95", share_of(latencies_, 0.95));
        if (first_ && last_in_motion_ && last_in_motion_->painted_us > first_->painted_us) {
            tell("source_fps",
                 (last_in_motion_->number - first_->number) * 1e6 /
                     static_cast<double>(last_in_motion_->painted_us - first_->painted_us));
        }
        if (!quality.empty()) {
            tell("psnr", *std::min_element(quality.begin(), quality.end()));
        }
        tell("still", still_);
        if (!keys_.empty()) {
            tell("key_p50", share_of(keys_, 0.5));
            tell("key_p95", share_of(keys_, 0.95));
            tell("keys_lost", keys_lost_);
        }
        if (!first_frames_.empty()) {
            tell("first_frame", share_of(first_frames_, 0.5));
        }
        if (options_.viewers > 1) {
            rates_.push_back(frames_then_ / took_);
            tell("refused", refused_);
            tell("rate_slowest", *std::min_element(rates_.begin(), rates_.end()));
            tell("rate_middle", share_of(rates_, 0.5));
            double sum = 0;
            for (const double rate : rates_) {
                sum += rate;
            }
            tell("updates_sent", sum * took_);
        }
        for (std::size_t i = 0; i < options_.processes.size(); ++i) {
            const WatchedProcess& process = options_.processes[i];
            tell(process.name() + "_cpu_ms", process.cpu_ms());
            tell(process.name() + "_wake_ups", static_cast<double>(process.wake_ups()));
            tell(process.name() + "_mib", resident_[i]);
            tell(process.name() + "_own_mib", own_[i]);
        }
        std::puts("}");
    }

    static void tell(const std::string& name, double value)
    {
        std::printf(", \"%s\": %.3f", name.c_str(), value);
    }

    Options options_;
    DecodingViewer viewer_;
    std::unique_ptr<Scene> scene_;
    std::vector<std::unique_ptr<DrainingViewer>> others_;
    std::vector<std::uint64_t> others_begin_;
    std::vector<double> rates_;
    int refused_ = 0;

    std::optional<FrameMarker> first_, last_, last_in_motion_;
    int updates_ = 0;
    int frames_ = 0;
    int torn_ = 0;
    int updates_then_ = 0; // at the end of the time that counts
    int frames_then_ = 0;
    std::uint64_t begin_ = 0;
    double took_ = 0;
    std::uint64_t octets_ = 0;
    std::vector<double> latencies_;
    std::uint64_t next_sample_ = UINT64_MAX;
    std::uint64_t sample_interval_ = 0;
    std::vector<std::pair<FrameMarker, std::vector<Pixel>>> samples_;
    std::vector<double> first_frames_;
    std::vector<double> keys_;
    double keys_lost_ = 0;
    bool waits_for_key_ = false;
    double still_ = 0;
    std::vector<double> resident_;
    std::vector<double> own_;
};

Options read_options(int argc, char** argv)
{
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const std::string value = argv[i + 1];
        if (name == "--port") {
            options.viewer.port = std::stoi(value);
        } else if (name == "--quality") {
            options.viewer.quality = std::stoi(value);
        } else if (name == "--encodings") {
            options.viewer.encodings = value;
        } else if (name == "--certificate") {
            options.viewer.certificate = value;
        } else if (name == "--scene") {
            options.scene = value;
        } else if (name == "--player") {
            options.player = std::stoi(value);
        } else if (name == "--seconds") {
            options.seconds = std::stod(value);
        } else if (name == "--warm-up") {
            options.warm_up = std::stod(value);
        } else if (name == "--viewers") {
            options.viewers = std::stoi(value);
        } else if (name == "--keys") {
            options.keys = std::stoi(value);
        } else if (name == "--first-frames") {
            options.first_frames = std::stoi(value);
        } else if (name == "--process") {
            const auto equals = value.find('=');
            options.processes.emplace_back(value.substr(0, equals),
                                           std::stoi(value.substr(equals + 1)));
        } else {
            throw std::invalid_argument("no such option: " + name);
        }
    }
    if (argc % 2 == 0 || options.scene.empty() || options.player <= 0) {
        throw std::invalid_argument(
            "--port, --scene and --player are needed, and a value for each");
    }
    return options;
}

} // namespace
} // namespace gds::bench

int main(int argc, char** argv)
{
    try {
        gds::bench::Watch(gds::bench::read_options(argc, argv)).run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-viewer: %s\n", error.what());
        return 1;
    }
    return 0;
}
