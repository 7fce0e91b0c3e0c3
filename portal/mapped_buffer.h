// SPDX-License-Identifier: GPL-2.0-or-later
// The memory of a PipeWire buffer in a mapping of our own, which stays when PipeWire removes the
// buffer: frames may still be made of it.
#pragma once

#include <cstddef>
#include <memory>

#include <spa/buffer/buffer.h>

namespace gds {

class MappedBuffer {
public:
    // Of a file, for reading. Throws std::system_error.
    MappedBuffer(int fd, std::size_t offset, std::size_t octets);
    ~MappedBuffer();
    MappedBuffer(const MappedBuffer&) = delete;
    MappedBuffer& operator=(const MappedBuffer&) = delete;

    // At the offset.
    const void* data() const;

private:
    void* pages_;
    std::size_t octets_;
    std::size_t into_; // the first page
};

// Maps what the buffer's pixels are in and sets its `data`. Null, and nothing done: they are in no
// file of their own. Throws std::system_error.
std::shared_ptr<const MappedBuffer> map_pixels(spa_buffer& buffer);

} // namespace gds
