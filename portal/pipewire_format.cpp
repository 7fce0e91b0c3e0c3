// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/pipewire_format.h"

#include <spa/buffer/buffer.h>
#include <spa/buffer/meta.h>
#include <spa/param/buffers.h>
#include <spa/param/format-utils.h>
#include <spa/param/param.h>
#include <spa/param/video/format-utils.h>

namespace gds {
namespace {

constexpr std::int32_t cursor_meta_size(int side)
{
    return static_cast<std::int32_t>(sizeof(spa_meta_cursor) + sizeof(spa_meta_bitmap)) +
           side * side * 4;
}

spa_rectangle rectangle(int width, int height)
{
    return {static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
}

const spa_pod* finish(spa_pod_builder* builder, spa_pod_frame* frame)
{
    return static_cast<const spa_pod*>(spa_pod_builder_pop(builder, frame));
}

const spa_pod* build_meta(PodStorage& storage, std::uint32_t type, std::int32_t wished,
                          std::int32_t least, std::int32_t most)
{
    spa_pod_builder* builder = storage.builder();
    spa_pod_frame frame;
    spa_pod_builder_push_object(builder, &frame, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta);
    spa_pod_builder_add(builder, SPA_PARAM_META_type, SPA_POD_Id(type), 0);
    if (least == most) {
        spa_pod_builder_add(builder, SPA_PARAM_META_size, SPA_POD_Int(wished), 0);
    } else {
        spa_pod_builder_add(builder, SPA_PARAM_META_size,
                            SPA_POD_CHOICE_RANGE_Int(wished, least, most), 0);
    }
    return finish(builder, &frame);
}

const spa_pod* build_offer(PodStorage& storage, Size wished_size, Size smallest_size,
                           Size largest_size)
{
    const spa_rectangle wished = rectangle(wished_size.width, wished_size.height);
    const spa_rectangle smallest = rectangle(smallest_size.width, smallest_size.height);
    const spa_rectangle largest = rectangle(largest_size.width, largest_size.height);
    // Any rate: a limit near the source's own costs frames and makes all damage whole-screen.
    const spa_fraction variable{0, 1};
    const spa_fraction slowest{1, 1};
    const spa_fraction fastest{1000, 1};

    spa_pod_builder* builder = storage.builder();
    spa_pod_frame frame;
    spa_pod_builder_push_object(builder, &frame, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
    spa_pod_builder_add(builder, SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video),
                        SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw), 0);
    spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_format,
                        SPA_POD_CHOICE_ENUM_Id(5, SPA_VIDEO_FORMAT_BGRx, SPA_VIDEO_FORMAT_BGRx,
                                               SPA_VIDEO_FORMAT_BGRA, SPA_VIDEO_FORMAT_RGBx,
                                               SPA_VIDEO_FORMAT_RGBA),
                        0);
    spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_size,
                        SPA_POD_CHOICE_RANGE_Rectangle(&wished, &smallest, &largest),
                        SPA_FORMAT_VIDEO_framerate, SPA_POD_Fraction(&variable),
                        SPA_FORMAT_VIDEO_maxFramerate,
                        SPA_POD_CHOICE_RANGE_Fraction(&fastest, &slowest, &fastest), 0);
    return finish(builder, &frame);
}

} // namespace

PodStorage::PodStorage()
{
    spa_pod_builder_init(&builder_, memory_.data(), static_cast<std::uint32_t>(memory_.size()));
}

std::optional<PixelOrder> pixel_order(std::uint32_t spa_format)
{
    switch (spa_format) {
    case SPA_VIDEO_FORMAT_BGRx:
    case SPA_VIDEO_FORMAT_BGRA:
        return PixelOrder::bgrx;
    case SPA_VIDEO_FORMAT_RGBx:
    case SPA_VIDEO_FORMAT_RGBA:
        return PixelOrder::rgbx;
    default:
        return std::nullopt;
    }
}

std::optional<StreamFormat> parse_stream_format(const spa_pod* format)
{
    std::uint32_t media_type = 0;
    std::uint32_t media_subtype = 0;
    if (format == nullptr || spa_format_parse(format, &media_type, &media_subtype) < 0 ||
        media_type != SPA_MEDIA_TYPE_video || media_subtype != SPA_MEDIA_SUBTYPE_raw) {
        return std::nullopt;
    }
    spa_video_info_raw info{};
    if (spa_format_video_raw_parse(format, &info) < 0) {
        return std::nullopt;
    }
    const auto order = pixel_order(info.format);
    const auto most = static_cast<std::uint32_t>(k_max_side);
    if (!order || info.size.width == 0 || info.size.height == 0 || info.size.width > most ||
        info.size.height > most) {
        return std::nullopt;
    }
    return StreamFormat{{static_cast<int>(info.size.width), static_cast<int>(info.size.height)},
                        *order};
}

std::vector<const spa_pod*> build_format_offers(PodStorage& storage, std::optional<Size> wish)
{
    std::vector<const spa_pod*> offers;
    if (wish) {
        // A range with that default would do, but Mutter then takes its own.
        offers.push_back(build_offer(storage, *wish, *wish, *wish));
    }
    offers.push_back(build_offer(storage, {1920, 1080}, {1, 1}, {k_max_side, k_max_side}));
    return offers;
}

std::vector<const spa_pod*> build_buffer_wishes(PodStorage& storage)
{
    std::vector<const spa_pod*> params;
    spa_pod_builder* builder = storage.builder();
    spa_pod_frame frame;
    spa_pod_builder_push_object(builder, &frame, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers);
    spa_pod_builder_add(builder, SPA_PARAM_BUFFERS_buffers, SPA_POD_CHOICE_RANGE_Int(5, 2, 8),
                        SPA_PARAM_BUFFERS_dataType,
                        SPA_POD_CHOICE_FLAGS_Int((1 << SPA_DATA_MemFd) | (1 << SPA_DATA_MemPtr)),
                        0);
    params.push_back(finish(builder, &frame));

    constexpr auto header = static_cast<std::int32_t>(sizeof(spa_meta_header));
    constexpr auto region = static_cast<std::int32_t>(sizeof(spa_meta_region));
    constexpr auto transform = static_cast<std::int32_t>(sizeof(spa_meta_videotransform));
    params.push_back(build_meta(storage, SPA_META_Header, header, header, header));
    params.push_back(build_meta(storage, SPA_META_VideoCrop, region, region, region));
    params.push_back(build_meta(storage, SPA_META_VideoDamage, region * k_max_damage_rects, region,
                                region * k_max_damage_rects));
    params.push_back(build_meta(storage, SPA_META_Cursor, cursor_meta_size(64), cursor_meta_size(1),
                                cursor_meta_size(k_max_cursor_side)));
    params.push_back(build_meta(storage, SPA_META_VideoTransform, transform, transform, transform));
    return params;
}

} // namespace gds
