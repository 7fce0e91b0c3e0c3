// SPDX-License-Identifier: GPL-2.0-or-later
// What the encoders cost on one core: thread CPU time and octets for a 1920x1080 frame of each
// kind. Not a test; trust ratios more than figures.
#include "desktop/frame_compare.h"
#include "desktop/moved_content.h"
#include "rfb/encoder.h"

#include "fakes/encode_rect.h"
#include "fakes/pictures.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace gds {
namespace {

constexpr Size k_size{1920, 1080};
constexpr int k_rounds = 5;

double cpu_milliseconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

template <typename Work>
double best_of(Work work)
{
    double best = 1e9;
    for (int i = 0; i < k_rounds; ++i) {
        const double start = cpu_milliseconds();
        work();
        best = std::min(best, cpu_milliseconds() - start);
    }
    return best;
}

void measure(const char* name, const Encoder& encoder, const Frame& frame,
             const EncodeParams& params)
{
    std::size_t octets = 0;
    const double cost = best_of([&] {
        octets = 0;
        for (const EncodedRect& rect :
             fakes::encode_rect(encoder, frame, Rect::of(frame.size), params)) {
            octets += 12 + rect.payload.size();
        }
    });
    std::printf("  %-16s %8.2f ms %8zu KB\n", name, cost, octets / 1000);
}

// What moved by so much, and how much of it was found.
void measure_move(const char* name, const Frame& before, Point by)
{
    Frame now = before;
    for (int y = 0; y < k_size.height; ++y) {
        for (int x = 0; x < k_size.width; ++x) {
            const int from_x = x - by.x;
            const int from_y = y - by.y;
            if (from_x >= 0 && from_y >= 0 && from_x < k_size.width && from_y < k_size.height) {
                now.row(y)[x] = before.row(from_y)[from_x];
            }
        }
    }
    const Region all{Rect::of(k_size)};
    std::int64_t found = 0;
    const double cost = best_of([&] {
        found = 0;
        for (const auto& rect : find_moved_content(before, now, all, {}).to) {
            found += rect.area();
        }
    });
    std::printf("  %-16s %8.2f ms %8lld %%\n", name, cost,
                static_cast<long long>(found * 100 / all.area()));
}

void measure_moves(fakes::Content content)
{
    const Frame frame = fakes::picture(content, k_size, 1);
    measure_move("moved up", frame, {0, -37});
    measure_move("moved aside", frame, {53, 0});
    measure_move("moved aslant", frame, {11, 9});
    const Frame other = fakes::picture(content, k_size, 2);
    const Region all{Rect::of(k_size)};
    std::printf("  %-16s %8.2f ms\n", "not moved",
                best_of([&] { find_moved_content(frame, other, all, {}); }));
}

void measure_scene(fakes::Content content)
{
    const Frame frame = fakes::picture(content, k_size, 1);
    std::printf("%s\n", fakes::name_of(content));
    const Frame same = frame;
    std::printf("  %-16s %8.2f ms\n", "compare", best_of([&] {
                    if (!changed(frame, same, Rect::of(k_size)).empty()) {
                        std::abort();
                    }
                }));
    measure_moves(content);
    EncodeParams params;
    measure("raw", raw_encoder(), frame, params);
    measure("hextile", hextile_encoder(), frame, params);
    measure("zlib", zlib_encoder(), frame, params);
    measure("zrle", zrle_encoder(), frame, params);
    measure("tight", tight_encoder(), frame, params);
    params.quality_level = 8;
    measure("tight, quality 8", tight_encoder(), frame, params);
    params.quality_level = -1;
    params.format = fakes::format_of(16, 16, false, 31, 63, 31, 11, 5, 0);
    measure("raw, 565", raw_encoder(), frame, params);
    measure("hextile, 565", hextile_encoder(), frame, params);
    params.format = fakes::format_of(32, 24, true, 255, 255, 255, 16, 8, 0);
    measure("raw, big endian", raw_encoder(), frame, params);
}

} // namespace
} // namespace gds

int main()
{
    for (const gds::fakes::Content content :
         {gds::fakes::Content::solid, gds::fakes::Content::text, gds::fakes::Content::few_colours,
          gds::fakes::Content::photo}) {
        gds::measure_scene(content);
    }
}
