// SPDX-License-Identifier: GPL-2.0-or-later
// What a film costs as H.264 and as the JPEG of Tight, on one core: thread CPU time, octets and
// error for each frame. Not a test; trust ratios more than figures.
#include "rfb/encoder.h"
#include "rfb/h264_encoder.h"
#include "rfb/video_planes.h"

#include "fakes/encode_rect.h"
#include "fakes/h264_decoder.h"
#include "fakes/rfb_decoder.h"

#include <cstdio>
#include <ctime>

namespace gds {
namespace {

constexpr int k_frames = 40;
constexpr int k_judged = 4; // of them: the comparison takes its time

double cpu_milliseconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Sum {
    double cost = 0;
    double error = 0;
    std::size_t octets = 0;
    void print(const char* name, int level) const
    {
        std::printf("  %-8s level %d %8.2f ms %8.1f KB %6.1f dB\n", name, level, cost / k_frames,
                    static_cast<double>(octets) / k_frames / 1000, error / k_judged);
    }
};

// A photograph with grain that moves under a window: hard for H.264.
Frame film(Size size, int turn)
{
    Frame frame{size};
    fakes::paint_film(frame, Rect::of(size), turn);
    return frame;
}

bool judged(int turn) { return turn % (k_frames / k_judged) == 0; }

void measure_h264(const std::vector<Frame>& frames, int level)
{
    const Rect area = Rect::of(frames[0].size);
    const auto encoder = open_h264_encoder(area.size(), video_quality(level));
    fakes::H264Decoder decoder;
    Sum sum;
    std::size_t first = 0;
    for (int turn = 0; turn < k_frames; ++turn) {
        const Frame& frame = frames[static_cast<std::size_t>(turn)];
        const double start = cpu_milliseconds();
        const auto made = encoder->encode(frame, area, false);
        sum.cost += cpu_milliseconds() - start;
        sum.octets += made.octets.size();
        first = turn == 0 ? made.octets.size() : first;
        const auto seen = decoder.decode(made.octets);
        if (judged(turn) && seen) {
            sum.error += fakes::psnr(frame, *seen, area, {0, 0});
        }
    }
    sum.print("h264", level);
    std::printf("           the key frame in it %zu KB\n", first / 1000);
}

void measure_tight(const std::vector<Frame>& frames, int level)
{
    EncodeParams params;
    params.quality_level = level;
    const Rect area = Rect::of(frames[0].size);
    Sum sum;
    for (int turn = 0; turn < k_frames; ++turn) {
        const Frame& frame = frames[static_cast<std::size_t>(turn)];
        const double start = cpu_milliseconds();
        const auto rects = fakes::encode_rect(tight_encoder(), frame, area, params);
        sum.cost += cpu_milliseconds() - start;
        for (const auto& rect : rects) {
            sum.octets += 12 + rect.payload.size();
        }
        if (judged(turn)) {
            fakes::RfbDecoder decoder{area.size(), params.format};
            for (const auto& rect : rects) {
                decoder.decode(rect);
            }
            Frame seen{area.size()};
            seen.pixels = decoder.picture.values;
            sum.error += fakes::psnr(frame, seen, area, {0, 0});
        }
    }
    sum.print("tight", level);
}

void measure_conversion(const std::vector<Frame>& frames)
{
    const Rect area = Rect::of(frames[0].size);
    std::vector<std::uint8_t> samples(static_cast<std::size_t>(area.area()) * 3 / 2);
    auto* const blue = samples.data() + area.area();
    const VideoPlanes planes{{samples.data(), area.width},
                             {blue, area.width / 2},
                             {blue + area.area() / 4, area.width / 2}};
    const double start = cpu_milliseconds();
    for (const auto& frame : frames) {
        convert_to_video(frame, area, planes);
    }
    std::printf("  conversion alone %.2f ms\n", (cpu_milliseconds() - start) / k_frames);
}

} // namespace
} // namespace gds

int main()
{
    using namespace gds;
    std::printf("H.264 by %s\n", find_h264_encoder().encoder.c_str());
    for (const Size size : {Size{640, 360}, Size{1920, 1080}}) {
        std::printf("%dx%d\n", size.width, size.height);
        std::vector<Frame> frames;
        for (int turn = 0; turn < k_frames; ++turn) {
            frames.push_back(film(size, turn));
        }
        measure_conversion(frames);
        for (const int level : {2, 4, 6, 8}) {
            measure_h264(frames, level);
            measure_tight(frames, level);
        }
    }
}
