// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/mapped_buffer.h"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

namespace gds {
namespace {

std::size_t page_size() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

} // namespace

MappedBuffer::MappedBuffer(int fd, std::size_t offset, std::size_t octets)
    : octets_(octets), into_(offset % page_size())
{
    octets_ += into_;
    pages_ = mmap(nullptr, octets_, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(offset - into_));
    if (pages_ == MAP_FAILED) {
        throw std::system_error{errno, std::generic_category(), "mmap"};
    }
}

MappedBuffer::~MappedBuffer() { munmap(pages_, octets_); }

const void* MappedBuffer::data() const { return static_cast<const std::uint8_t*>(pages_) + into_; }

std::shared_ptr<const MappedBuffer> map_pixels(spa_buffer& buffer)
{
    if (buffer.n_datas < 1 || buffer.datas[0].type != SPA_DATA_MemFd || buffer.datas[0].fd < 0) {
        return nullptr;
    }
    spa_data& data = buffer.datas[0];
    auto mapped = std::make_shared<const MappedBuffer>(static_cast<int>(data.fd), data.mapoffset,
                                                       data.maxsize);
    data.data = const_cast<void*>(mapped->data());
    return mapped;
}

} // namespace gds
