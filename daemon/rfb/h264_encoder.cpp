// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/h264_encoder.h"

#include <stdexcept>

#if defined(GDS_HAVE_LIBAVCODEC)

#include "rfb/video_planes.h"

#include <array>
#include <cassert>
#include <new>

#include <dlfcn.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
}

namespace gds {

namespace {

// Opened when the first film is shown and then kept: libavcodec brings a hundred libraries with it,
// which those who watch no film need not load.
class Libavcodec {
public:
    static const Libavcodec& get()
    {
        static const Libavcodec library;
        return library;
    }

    decltype(&::avcodec_find_encoder_by_name) find_encoder_by_name = nullptr;
    decltype(&::avcodec_alloc_context3) alloc_context = nullptr;
    decltype(&::avcodec_free_context) free_context = nullptr;
    decltype(&::avcodec_open2) open = nullptr;
    decltype(&::avcodec_send_frame) send_frame = nullptr;
    decltype(&::avcodec_receive_packet) receive_packet = nullptr;
    decltype(&::av_packet_alloc) packet_alloc = nullptr;
    decltype(&::av_packet_free) packet_free = nullptr;
    decltype(&::av_packet_unref) packet_unref = nullptr;
    decltype(&::av_frame_alloc) frame_alloc = nullptr;
    decltype(&::av_frame_free) frame_free = nullptr;
    decltype(&::av_frame_get_buffer) frame_get_buffer = nullptr;
    decltype(&::av_frame_make_writable) frame_make_writable = nullptr;
    decltype(&::av_dict_set) dict_set = nullptr;
    decltype(&::av_dict_free) dict_free = nullptr;

private:
    Libavcodec()
    {
        // Of the version whose structures we were built with.
        void* const util = open_library("libavutil.so.", LIBAVUTIL_VERSION_MAJOR);
        void* const codec = open_library("libavcodec.so.", LIBAVCODEC_VERSION_MAJOR);
        find(codec, "avcodec_find_encoder_by_name", find_encoder_by_name);
        find(codec, "avcodec_alloc_context3", alloc_context);
        find(codec, "avcodec_free_context", free_context);
        find(codec, "avcodec_open2", open);
        find(codec, "avcodec_send_frame", send_frame);
        find(codec, "avcodec_receive_packet", receive_packet);
        find(codec, "av_packet_alloc", packet_alloc);
        find(codec, "av_packet_free", packet_free);
        find(codec, "av_packet_unref", packet_unref);
        find(util, "av_frame_alloc", frame_alloc);
        find(util, "av_frame_free", frame_free);
        find(util, "av_frame_get_buffer", frame_get_buffer);
        find(util, "av_frame_make_writable", frame_make_writable);
        find(util, "av_dict_set", dict_set);
        find(util, "av_dict_free", dict_free);
        decltype(&::av_log_set_level) set_level = nullptr;
        find(util, "av_log_set_level", set_level);
        set_level(AV_LOG_QUIET); // it writes to standard error; what fails is told by its result
    }

    static void* open_library(const char* name, int version)
    {
        const std::string file = name + std::to_string(version);
        void* const handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr) {
            throw std::runtime_error{dlerror()};
        }
        return handle;
    }

    template <typename Function>
    static void find(void* library, const char* name, Function& function)
    {
        function = reinterpret_cast<Function>(dlsym(library, name));
        if (function == nullptr) {
            throw std::runtime_error{std::string{"libavcodec has no "} + name};
        }
    }
};

struct FreeContext {
    void operator()(AVCodecContext* context) const { Libavcodec::get().free_context(&context); }
};
struct FreeFrame {
    void operator()(AVFrame* frame) const { Libavcodec::get().frame_free(&frame); }
};
struct FreePacket {
    void operator()(AVPacket* packet) const { Libavcodec::get().packet_free(&packet); }
};

// Options of one encoder's own.
class Options {
public:
    Options() = default;
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;
    ~Options() { Libavcodec::get().dict_free(&options_); }
    void set(const char* key, const std::string& value)
    {
        Libavcodec::get().dict_set(&options_, key, value.c_str(), 0);
    }
    AVDictionary** get() { return &options_; }

private:
    AVDictionary* options_ = nullptr;
};

// In the order in which they are tried.
constexpr std::array<const char*, 2> k_encoders{"libx264", "libopenh264"};

void set_options(const std::string& encoder, int quality, AVCodecContext& context, Options& options)
{
    if (encoder == "libx264") {
        // The fastest: on a screen that is shared, processor time is dearer than octets.
        options.set("preset", "ultrafast");
        options.set("tune", "zerolatency");
        options.set("profile", "baseline");
        options.set("crf", std::to_string(quality));
        options.set("forced-idr", "1");
        // More slices than one are garbage in noVNC.
        options.set("x264-params",
                    "slices=1:sliced-threads=0:keyint=infinite:scenecut=0:repeat-headers=1");
    } else {
        context.qmin = quality;
        context.qmax = quality;
        options.set("profile", "constrained_baseline");
        options.set("rc_mode", "off");
        options.set("allow_skip_frames", "0");
    }
}

class LibavcodecEncoder final : public H264Encoder {
public:
    LibavcodecEncoder(const AVCodec& codec, Size size, int quality)
    {
        context_.reset(lib_.alloc_context(&codec));
        packet_.reset(lib_.packet_alloc());
        frame_.reset(lib_.frame_alloc());
        if (!context_ || !packet_ || !frame_) {
            throw std::bad_alloc{};
        }
        context_->width = size.width;
        context_->height = size.height;
        context_->pix_fmt = AV_PIX_FMT_YUV420P;
        // What a viewer assumes when nothing is said differs from one to the next.
        context_->color_range = AVCOL_RANGE_MPEG;
        context_->colorspace = AVCOL_SPC_BT709;
        context_->color_primaries = AVCOL_PRI_BT709;
        context_->color_trc = AVCOL_TRC_BT709;
        context_->time_base = {1, 30};
        context_->framerate = {30, 1};
        context_->max_b_frames = 0;
        context_->thread_count = 1; // the films share the workers
        context_->slices = 1;
        Options options;
        set_options(codec.name, quality, *context_, options);
        if (lib_.open(context_.get(), &codec, options.get()) < 0) {
            throw std::runtime_error{std::string{codec.name} + " cannot be opened"};
        }
        frame_->format = context_->pix_fmt;
        frame_->width = size.width;
        frame_->height = size.height;
        frame_->color_range = context_->color_range;
        frame_->colorspace = context_->colorspace;
        frame_->color_primaries = context_->color_primaries;
        frame_->color_trc = context_->color_trc;
        if (lib_.frame_get_buffer(frame_.get(), 0) < 0) {
            throw std::bad_alloc{};
        }
    }

    H264Frame encode(const Frame& frame, const Rect& area, bool key) override
    {
        assert(area.width == context_->width && area.height == context_->height);
        // The encoder may still hold the one before.
        if (lib_.frame_make_writable(frame_.get()) < 0) {
            throw std::bad_alloc{};
        }
        const auto plane = [this](std::size_t i) {
            return VideoPlane{frame_->data[i], frame_->linesize[i]};
        };
        convert_to_video(frame, area, {plane(0), plane(1), plane(2)});
        frame_->pts = next_++;
        frame_->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
        if (lib_.send_frame(context_.get(), frame_.get()) < 0 ||
            lib_.receive_packet(context_.get(), packet_.get()) < 0) {
            throw std::runtime_error{std::string{context_->codec->name} + " does not encode"};
        }
        H264Frame encoded;
        encoded.octets.assign(packet_->data, packet_->data + packet_->size);
        encoded.key = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
        lib_.packet_unref(packet_.get());
        return encoded;
    }

private:
    const Libavcodec& lib_ = Libavcodec::get();
    std::unique_ptr<AVCodecContext, FreeContext> context_;
    std::unique_ptr<AVPacket, FreePacket> packet_;
    std::unique_ptr<AVFrame, FreeFrame> frame_;
    std::int64_t next_ = 0;
};

struct Opened {
    std::unique_ptr<H264Encoder> encoder;
    const char* name = "";
};

Opened open_first(Size size, int quality)
{
    std::string trouble = "libavcodec has no encoder for H.264";
    for (const char* const name : k_encoders) {
        const AVCodec* const codec = Libavcodec::get().find_encoder_by_name(name);
        if (codec == nullptr) {
            continue;
        }
        try {
            return {std::make_unique<LibavcodecEncoder>(*codec, size, quality), name};
        } catch (const std::runtime_error& error) {
            trouble = error.what();
        }
    }
    throw std::runtime_error{trouble};
}

bool can_be_opened_for(int side)
{
    return side >= k_least_video_side && side <= k_most_video_side && side % 2 == 0;
}

} // namespace

std::unique_ptr<H264Encoder> open_h264_encoder(Size size, int video_quality)
{
    if (!can_be_opened_for(size.width) || !can_be_opened_for(size.height)) {
        throw std::runtime_error{"no size for a film"};
    }
    return open_first(size, video_quality).encoder;
}

H264Support find_h264_encoder()
{
    try {
        const Size size{64, 64};
        const Opened opened = open_first(size, video_quality(0));
        opened.encoder->encode(Frame{size}, Rect::of(size), true);
        return {opened.name, {}};
    } catch (const std::exception& error) {
        return {{}, error.what()};
    }
}

} // namespace gds

#else

namespace gds {

std::unique_ptr<H264Encoder> open_h264_encoder(Size, int)
{
    throw std::runtime_error{"built without libavcodec"};
}

H264Support find_h264_encoder() { return {{}, "built without libavcodec"}; }

} // namespace gds

#endif

namespace gds {

int video_quality(int quality_level)
{
    // x264's rate factor with about the error of JPEG at that level, in few steps.
    constexpr int k_factors[] = {34, 34, 28, 28, 24, 24, 20, 20, 16, 16};
    return k_factors[quality_level < 0 ? 0 : quality_level > 9 ? 9 : quality_level];
}

} // namespace gds
