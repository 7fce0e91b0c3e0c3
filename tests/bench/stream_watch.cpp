// SPDX-License-Identifier: GPL-2.0-or-later
// Takes a screen cast's pictures as any PipeWire consumer does, beside the server that shares it,
// and tells when SIGTERM comes how old they were: what no server can be ahead of.
//   stream-watch NODE
#include "frame_marker.h"

#include <pipewire/pipewire.h>
#include <spa/param/buffers.h>
#include <spa/param/video/format-utils.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <vector>

#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"

namespace gds::bench {
namespace {

// A beginning says nothing.
constexpr std::uint64_t k_warm_up_us = 1000000;

class StreamWatch {
public:
    explicit StreamWatch(std::uint32_t node) : loop_(pw_main_loop_new(nullptr))
    {
        pw_loop* const loop = pw_main_loop_get_loop(loop_);
        // Before there are threads that it would end.
        pw_loop_add_signal(
            loop, SIGTERM,
            [](void* self, int) { pw_main_loop_quit(static_cast<StreamWatch*>(self)->loop_); },
            this);
        stream_ = pw_stream_new_simple(loop, "stream-watch",
                                       pw_properties_new(PW_KEY_MEDIA_TYPE, "Video",
                                                         PW_KEY_MEDIA_CATEGORY, "Capture",
                                                         PW_KEY_MEDIA_ROLE, "Screen", nullptr),
                                       &k_events, this);
        connect(node);
    }
    StreamWatch(const StreamWatch&) = delete;
    StreamWatch& operator=(const StreamWatch&) = delete;
    ~StreamWatch()
    {
        pw_stream_destroy(stream_);
        pw_main_loop_destroy(loop_);
    }

    void run()
    {
        pw_main_loop_run(loop_);
        std::sort(ages_.begin(), ages_.end());
        std::printf("{\"pictures\": %zu, \"frames\": %zu, \"cpu_ms\": %.3f, \"age_p50\": %.3f, "
                    "\"age_p95\": %.3f}\n",
                    pictures_, ages_.size(), cpu_ms() - cpu_then_, age(0.5), age(0.95));
    }

private:
    void connect(std::uint32_t node)
    {
        std::array<std::uint8_t, 1024> room;
        spa_pod_builder builder = SPA_POD_BUILDER_INIT(room.data(), room.size());
        const spa_rectangle usual{1920, 1080};
        const spa_rectangle least{1, 1};
        const spa_rectangle most{16384, 16384};
        const spa_fraction variable{0, 1};
        const spa_fraction slowest{1, 1};
        const spa_fraction fastest{1000, 1};
        spa_pod_frame frame;
        spa_pod_builder_push_object(&builder, &frame, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
        spa_pod_builder_add(
            &builder, SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video),
            SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw), SPA_FORMAT_VIDEO_format,
            SPA_POD_CHOICE_ENUM_Id(5, SPA_VIDEO_FORMAT_BGRx, SPA_VIDEO_FORMAT_BGRx,
                                   SPA_VIDEO_FORMAT_BGRA, SPA_VIDEO_FORMAT_RGBx,
                                   SPA_VIDEO_FORMAT_RGBA),
            SPA_FORMAT_VIDEO_size, SPA_POD_CHOICE_RANGE_Rectangle(&usual, &least, &most),
            SPA_FORMAT_VIDEO_framerate, SPA_POD_Fraction(&variable), SPA_FORMAT_VIDEO_maxFramerate,
            SPA_POD_CHOICE_RANGE_Fraction(&fastest, &slowest, &fastest), 0);
        const auto* offer = static_cast<const spa_pod*>(spa_pod_builder_pop(&builder, &frame));
        const auto flags =
            static_cast<pw_stream_flags>(PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS);
        if (pw_stream_connect(stream_, PW_DIRECTION_INPUT, node, flags, &offer, 1) < 0) {
            std::fputs("stream-watch: no such node\n", stderr);
            std::exit(1);
        }
    }

    void on_format(const spa_pod* param)
    {
        spa_video_info_raw info{};
        if (spa_format_video_raw_parse(param, &info) < 0) {
            return;
        }
        size_ = {static_cast<int>(info.size.width), static_cast<int>(info.size.height)};
        std::array<std::uint8_t, 512> room;
        spa_pod_builder builder = SPA_POD_BUILDER_INIT(room.data(), room.size());
        spa_pod_frame frame;
        spa_pod_builder_push_object(&builder, &frame, SPA_TYPE_OBJECT_ParamBuffers,
                                    SPA_PARAM_Buffers);
        spa_pod_builder_add(
            &builder, SPA_PARAM_BUFFERS_dataType,
            SPA_POD_CHOICE_FLAGS_Int((1 << SPA_DATA_MemFd) | (1 << SPA_DATA_MemPtr)), 0);
        const auto* buffers = static_cast<const spa_pod*>(spa_pod_builder_pop(&builder, &frame));
        pw_stream_update_params(stream_, &buffers, 1);
    }

    void on_pictures()
    {
        while (pw_buffer* const buffer = pw_stream_dequeue_buffer(stream_)) {
            look_at(buffer->buffer->datas[0]);
            pw_stream_queue_buffer(stream_, buffer);
        }
    }

    void look_at(const spa_data& data)
    {
        const std::uint64_t now = monotonic_us();
        if (begin_ == 0) {
            begin_ = now;
        }
        const auto octets = static_cast<std::uint32_t>(size_.width) * sizeof(Pixel);
        if (data.data == nullptr || data.chunk->size < octets * k_marker_area.height ||
            data.chunk->stride != static_cast<std::int32_t>(octets) ||
            now - begin_ < k_warm_up_us) {
            return;
        }
        if (pictures_++ == 0) {
            cpu_then_ = cpu_ms();
        }
        auto* const first = static_cast<std::uint8_t*>(data.data) + data.chunk->offset;
        const Canvas canvas{reinterpret_cast<Pixel*>(first), {size_.width, k_marker_area.height}};
        const auto marker = read_marker(canvas);
        if (marker && marker->number != last_) {
            last_ = marker->number;
            ages_.push_back(static_cast<double>(now - marker->painted_us) / 1000);
        }
    }

    double age(double share) const
    {
        return ages_.empty() ? 0
                             : ages_[static_cast<std::size_t>(
                                   share * static_cast<double>(ages_.size() - 1) + 0.5)];
    }

    static double cpu_ms()
    {
        timespec used{};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
    }

    static const pw_stream_events k_events;

    pw_main_loop* loop_;
    pw_stream* stream_ = nullptr;
    Size size_;
    std::uint64_t begin_ = 0;
    std::size_t pictures_ = 0;
    std::optional<std::uint32_t> last_;
    std::vector<double> ages_;
    double cpu_then_ = 0;
};

const pw_stream_events StreamWatch::k_events = [] {
    pw_stream_events events{};
    events.version = PW_VERSION_STREAM_EVENTS;
    events.param_changed = [](void* self, std::uint32_t id, const spa_pod* param) {
        if (id == SPA_PARAM_Format && param != nullptr) {
            static_cast<StreamWatch*>(self)->on_format(param);
        }
    };
    events.process = [](void* self) { static_cast<StreamWatch*>(self)->on_pictures(); };
    return events;
}();

} // namespace
} // namespace gds::bench

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s NODE\n", argv[0]);
        return 2;
    }
    pw_init(&argc, &argv);
    gds::bench::StreamWatch(static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10))).run();
    return 0;
}
