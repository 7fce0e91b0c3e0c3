// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/pipewire_format.h"

#include <cstdint>
#include <set>

#include <gtest/gtest.h>
#include <spa/buffer/meta.h>
#include <spa/param/buffers.h>
#include <spa/param/format-utils.h>
#include <spa/param/video/format-utils.h>
#include <spa/pod/filter.h>

namespace gds {
namespace {

const spa_pod* format_pod(PodStorage& storage, spa_video_format format, std::uint32_t width,
                          std::uint32_t height)
{
    spa_video_info_raw info{};
    info.format = format;
    info.size = {width, height};
    return spa_format_video_raw_build(storage.builder(), SPA_PARAM_Format, &info);
}

TEST(PipeWireFormat, ReadsTheFourOrdersOfOctets)
{
    struct Case {
        spa_video_format format;
        PixelOrder order;
    };
    for (const auto& [format, order] : {Case{SPA_VIDEO_FORMAT_BGRx, PixelOrder::bgrx},
                                        Case{SPA_VIDEO_FORMAT_BGRA, PixelOrder::bgrx},
                                        Case{SPA_VIDEO_FORMAT_RGBx, PixelOrder::rgbx},
                                        Case{SPA_VIDEO_FORMAT_RGBA, PixelOrder::rgbx}}) {
        PodStorage storage;
        EXPECT_EQ(parse_stream_format(format_pod(storage, format, 1280, 720)),
                  (StreamFormat{{1280, 720}, order}));
    }
}

TEST(PipeWireFormat, RefusesFormatsThatWereNotOffered)
{
    PodStorage storage;
    EXPECT_FALSE(parse_stream_format(nullptr));
    EXPECT_FALSE(parse_stream_format(format_pod(storage, SPA_VIDEO_FORMAT_NV12, 1280, 720)));
    EXPECT_FALSE(parse_stream_format(format_pod(storage, SPA_VIDEO_FORMAT_xRGB, 1280, 720)));
    spa_pod_frame frame;
    spa_pod_builder_push_object(storage.builder(), &frame, SPA_TYPE_OBJECT_Format,
                                SPA_PARAM_Format);
    const auto* empty = static_cast<const spa_pod*>(spa_pod_builder_pop(storage.builder(), &frame));
    EXPECT_FALSE(parse_stream_format(empty));
}

TEST(PipeWireFormat, RefusesSizesThatNobodyHas)
{
    const std::uint32_t most = k_max_side;
    struct Case {
        std::uint32_t width;
        std::uint32_t height;
        bool good;
    };
    for (const auto& [width, height, good] :
         {Case{0, 720, false}, Case{1280, 0, false}, Case{most + 1, 720, false},
          Case{1280, most + 1, false}, Case{UINT32_MAX, UINT32_MAX, false}, Case{1, 1, true},
          Case{most, most, true}}) {
        PodStorage storage;
        const auto* pod = format_pod(storage, SPA_VIDEO_FORMAT_BGRx, width, height);
        EXPECT_EQ(parse_stream_format(pod).has_value(), good) << width << "x" << height;
    }
}

// What a producer makes of our offer.
TEST(PipeWireFormat, TheOfferMeetsAProducersFormat)
{
    PodStorage ours;
    const auto offers = build_format_offers(ours, std::nullopt);
    ASSERT_EQ(offers.size(), 1U);
    const auto* offer = offers.front();
    ASSERT_NE(offer, nullptr);
    for (const auto format : {SPA_VIDEO_FORMAT_BGRx, SPA_VIDEO_FORMAT_RGBA}) {
        PodStorage theirs;
        PodStorage result;
        spa_pod* met = nullptr;
        EXPECT_EQ(
            spa_pod_filter(result.builder(), &met, offer, format_pod(theirs, format, 2560, 1440)),
            0);
        spa_pod_fixate(met);
        const auto parsed = parse_stream_format(met);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->size, (Size{2560, 1440}));
    }
    PodStorage theirs;
    PodStorage result;
    spa_pod* met = nullptr;
    EXPECT_LT(spa_pod_filter(result.builder(), &met, offer,
                             format_pod(theirs, SPA_VIDEO_FORMAT_NV12, 2560, 1440)),
              0);
}

TEST(PipeWireFormat, AWishComesFirstAndIsNoCondition)
{
    PodStorage ours;
    const auto offers = build_format_offers(ours, Size{1920, 1080});
    ASSERT_EQ(offers.size(), 2U);
    PodStorage theirs;
    PodStorage result;
    spa_pod* met = nullptr;
    const auto* other = format_pod(theirs, SPA_VIDEO_FORMAT_BGRx, 800, 600);
    EXPECT_LT(spa_pod_filter(result.builder(), &met, offers[0], other), 0);
    EXPECT_EQ(spa_pod_filter(result.builder(), &met, offers[1], other), 0);
}

TEST(PipeWireFormat, AsksForBuffersAndAllMetadata)
{
    PodStorage storage;
    const auto params = build_buffer_wishes(storage);
    std::set<std::uint32_t> metas;
    unsigned buffers = 0;
    for (const auto* param : params) {
        ASSERT_NE(param, nullptr);
        buffers += spa_pod_is_object_id(param, SPA_PARAM_Buffers) ? 1 : 0;
        std::uint32_t type = SPA_ID_INVALID;
        if (spa_pod_is_object_id(param, SPA_PARAM_Meta)) {
            const auto* property = spa_pod_find_prop(param, nullptr, SPA_PARAM_META_type);
            ASSERT_TRUE(property != nullptr && spa_pod_get_id(&property->value, &type) == 0);
            metas.insert(type);
        }
    }
    EXPECT_EQ(buffers, 1U);
    EXPECT_EQ(metas,
              (std::set<std::uint32_t>{SPA_META_Header, SPA_META_VideoCrop, SPA_META_VideoDamage,
                                       SPA_META_Cursor, SPA_META_VideoTransform}));
}

} // namespace
} // namespace gds
