// SPDX-License-Identifier: GPL-2.0-or-later
// PipeWire's parameter pods on one side, our values on the other. No state.
#pragma once

#include "desktop/geometry.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <spa/param/video/raw.h>
#include <spa/pod/builder.h>

namespace gds {

// Octets of a pixel in memory order. Alpha is ignored: a desktop is opaque.
enum class PixelOrder : std::uint8_t { bgrx, rgbx };

struct StreamFormat {
    Size size;
    PixelOrder order = PixelOrder::bgrx;
    bool operator==(const StreamFormat&) const = default;
};

std::optional<PixelOrder> pixel_order(std::uint32_t spa_format);

// Nothing for formats that were not offered and for sizes that nobody has.
std::optional<StreamFormat> parse_stream_format(const spa_pod* format);

// Where pods are built; they live as long as it does.
class PodStorage {
public:
    PodStorage();
    PodStorage(const PodStorage&) = delete;
    PodStorage& operator=(const PodStorage&) = delete;
    spa_pod_builder* builder() { return &builder_; }

private:
    alignas(8) std::array<std::uint8_t, 4096> memory_;
    spa_pod_builder builder_;
};

// EnumFormat: what we take, the preferred one first. `wish` is the size that we would like of a
// source that leaves the choice to us (an extra monitor).
std::vector<const spa_pod*> build_format_offers(PodStorage& storage, std::optional<Size> wish);

// Buffers and metadata, asked for once the format is known.
std::vector<const spa_pod*> build_buffer_wishes(PodStorage& storage);

// Bounds of a pointer's picture.
inline constexpr int k_max_cursor_side = 384;
inline constexpr int k_max_damage_rects = 16;

} // namespace gds
