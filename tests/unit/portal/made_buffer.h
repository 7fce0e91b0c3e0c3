// SPDX-License-Identifier: GPL-2.0-or-later
// A PipeWire buffer that a test writes, honest or not.
#pragma once

#include "portal/pipewire_buffer.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <spa/buffer/buffer.h>
#include <spa/buffer/meta.h>

namespace gds {

class MadeBuffer {
public:
    explicit MadeBuffer(Size size, int stride = 0)
        : memory(static_cast<std::size_t>((stride != 0 ? stride : size.width * 4) * size.height))
    {
        chunk.stride = stride != 0 ? stride : size.width * 4;
        chunk.size = static_cast<std::uint32_t>(memory.size());
        data.type = SPA_DATA_MemPtr;
        data.fd = -1;
        data.data = memory.data();
        data.maxsize = static_cast<std::uint32_t>(memory.size());
        data.chunk = &chunk;
        buffer.n_datas = 1;
        buffer.datas = &data;
    }
    MadeBuffer(const MadeBuffer&) = delete;
    MadeBuffer& operator=(const MadeBuffer&) = delete;

    void set_pixel(int x, int y, std::uint32_t bgrx)
    {
        std::memcpy(memory.data() + y * chunk.stride + x * 4, &bgrx, 4);
    }

    // Exactly `octets` of it are the producer's.
    template <typename T>
    T& add_meta(std::uint32_t type, std::size_t octets = sizeof(T))
    {
        // uint64_t for alignment; no slack, so that a sanitizer sees what reads past the end.
        storage_.push_back(std::make_unique<std::uint64_t[]>((octets + 7) / 8));
        metas_.push_back(
            {type, static_cast<std::uint32_t>(octets), static_cast<void*>(storage_.back().get())});
        buffer.metas = metas_.data();
        buffer.n_metas = static_cast<std::uint32_t>(metas_.size());
        return *reinterpret_cast<T*>(storage_.back().get());
    }

    void add_damage(const std::vector<spa_region>& regions)
    {
        auto* first = &add_meta<spa_meta_region>(SPA_META_VideoDamage,
                                                 regions.size() * sizeof(spa_meta_region));
        for (std::size_t i = 0; i < regions.size(); ++i) {
            first[i].region = regions[i];
        }
    }

    // A cursor whose bitmap is a width x height block of `rgba` octets.
    spa_meta_cursor& add_cursor(std::uint32_t width, std::uint32_t height, std::uint32_t format)
    {
        const std::size_t pixels = std::size_t{width} * height * 4;
        auto& cursor = add_meta<spa_meta_cursor>(
            SPA_META_Cursor, sizeof(spa_meta_cursor) + sizeof(spa_meta_bitmap) + pixels);
        cursor.id = 1;
        cursor.bitmap_offset = sizeof(spa_meta_cursor);
        auto& bitmap = bitmap_of(cursor);
        bitmap.format = format;
        bitmap.size = {width, height};
        bitmap.stride = static_cast<std::int32_t>(width * 4);
        bitmap.offset = sizeof(spa_meta_bitmap);
        return cursor;
    }
    static spa_meta_bitmap& bitmap_of(spa_meta_cursor& cursor)
    {
        return *reinterpret_cast<spa_meta_bitmap*>(reinterpret_cast<std::uint8_t*>(&cursor) +
                                                   sizeof(spa_meta_cursor));
    }
    static std::uint8_t* pixels_of(spa_meta_cursor& cursor)
    {
        return reinterpret_cast<std::uint8_t*>(&bitmap_of(cursor)) + sizeof(spa_meta_bitmap);
    }

    const std::vector<spa_meta>& metas() const { return metas_; }

    std::vector<std::uint8_t> memory;
    spa_chunk chunk{};
    spa_data data{};
    spa_buffer buffer{};

private:
    std::vector<spa_meta> metas_;
    std::vector<std::unique_ptr<std::uint64_t[]>> storage_;
};

} // namespace gds
