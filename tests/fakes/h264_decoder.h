// SPDX-License-Identifier: GPL-2.0-or-later
// A viewer's side of Open H.264: a stream taken apart and decoded, and films to encode.
#pragma once

#include "base/bytes.h"
#include "desktop/frame.h"
#include "fakes/pictures.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace gds::fakes {

// What looks like a photograph, and differs everywhere from one `turn` to the next.
inline void paint_film(Frame& frame, const Rect& area, int turn)
{
    Dice dice(static_cast<std::uint64_t>(turn) + 1);
    std::vector<int> waves;
    for (int x = 0; x < area.width; ++x) {
        waves.push_back(static_cast<int>(120 + 70 * std::sin((x + 3 * turn) / 23.0)));
    }
    for (int y = 0; y < area.height; ++y) {
        const int wave = static_cast<int>(50 * std::cos((y - turn) / 31.0));
        for (int x = 0; x < area.width; ++x) {
            const std::uint32_t grain = dice.next();
            const auto octet = [&](int shift, unsigned bits) {
                const int value = waves[static_cast<std::size_t>(x)] + wave + shift;
                return static_cast<std::uint32_t>(std::clamp(value, 0, 247)) +
                       ((grain >> bits) & 7);
            };
            frame.row(area.y + y)[area.x + x] =
                octet(20, 0) << 16 | octet(0, 3) << 8 | octet(-30, 6);
        }
    }
}

inline double psnr(const Frame& a, const Frame& b, const Rect& area, Point in_b)
{
    double sum = 0;
    for (int y = 0; y < area.height; ++y) {
        for (int x = 0; x < area.width; ++x) {
            const auto one = a.row(area.y + y)[area.x + x];
            const auto other = b.row(in_b.y + y)[in_b.x + x];
            for (const unsigned shift : {0U, 8U, 16U}) {
                const double off = static_cast<double>((one >> shift) & 255) -
                                   static_cast<double>((other >> shift) & 255);
                sum += off * off;
            }
        }
    }
    const double mean = sum / (3.0 * static_cast<double>(area.area()));
    return mean == 0 ? 99 : 10 * std::log10(255.0 * 255.0 / mean);
}

// ITU-T H.264, 7.3.1 and Annex B: the types of the NAL units.
inline std::vector<int> nal_types(ByteView octets)
{
    std::vector<int> types;
    for (std::size_t i = 0; i + 3 < octets.size(); ++i) {
        if (octets[i] == 0 && octets[i + 1] == 0 && octets[i + 2] == 1) {
            types.push_back(octets[i + 3] & 31);
        }
    }
    return types;
}
inline constexpr int k_slice = 1;
inline constexpr int k_key_slice = 5;
inline constexpr int k_sequence_parameters = 7;
inline constexpr int k_picture_parameters = 8;
inline std::ptrdiff_t count_of(ByteView octets, int type)
{
    return std::ranges::count(nal_types(octets), type);
}

// One context.
class H264Decoder {
public:
    H264Decoder()
    {
        context_.reset(avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_H264)));
        context_->thread_count = 1;
        context_->flags |= AV_CODEC_FLAG_LOW_DELAY;
        if (avcodec_open2(context_.get(), nullptr, nullptr) < 0) {
            throw std::runtime_error{"no decoder"};
        }
    }

    // The last picture that these octets make; nothing: they make none.
    std::optional<Frame> decode(ByteView octets)
    {
        Bytes padded{octets.begin(), octets.end()};
        padded.resize(padded.size() + AV_INPUT_BUFFER_PADDING_SIZE);
        const std::unique_ptr<AVPacket, FreePacket> packet{av_packet_alloc()};
        packet->data = padded.data();
        packet->size = static_cast<int>(octets.size());
        if (avcodec_send_packet(context_.get(), packet.get()) < 0) {
            return std::nullopt;
        }
        std::optional<Frame> last;
        while (avcodec_receive_frame(context_.get(), frame_.get()) == 0) {
            last = converted();
        }
        return last;
    }
    const AVCodecContext& context() const { return *context_; }

private:
    struct FreeContext {
        void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
    };
    struct FreePacket {
        void operator()(AVPacket* packet) const { av_packet_free(&packet); }
    };
    struct FreeFrame {
        void operator()(AVFrame* frame) const { av_frame_free(&frame); }
    };

    // ITU-R BT.709, limited range.
    Frame converted() const
    {
        Frame made{{frame_->width, frame_->height}};
        const auto sample = [this](std::size_t plane, int x, int y) {
            return static_cast<double>(frame_->data[plane][y * frame_->linesize[plane] + x]);
        };
        const auto octet = [](double value) {
            return static_cast<std::uint32_t>(std::clamp(std::lround(value), 0L, 255L));
        };
        for (int y = 0; y < made.size.height; ++y) {
            for (int x = 0; x < made.size.width; ++x) {
                const double luma = (sample(0, x, y) - 16) / 219 * 255;
                const double blue = (sample(1, x / 2, y / 2) - 128) / 224 * 255;
                const double red = (sample(2, x / 2, y / 2) - 128) / 224 * 255;
                made.row(y)[x] = octet(luma + 1.5748 * red) << 16 |
                                 octet(luma - 0.1873 * blue - 0.4681 * red) << 8 |
                                 octet(luma + 1.8556 * blue);
            }
        }
        return made;
    }

    std::unique_ptr<AVCodecContext, FreeContext> context_;
    std::unique_ptr<AVFrame, FreeFrame> frame_{av_frame_alloc()};
};

} // namespace gds::fakes
