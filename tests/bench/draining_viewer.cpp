// SPDX-License-Identifier: GPL-2.0-or-later
#include "draining_viewer.h"

#include "frame_marker.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace gds::bench {
namespace {

constexpr std::size_t k_buffer = 256 * 1024;
enum : std::int32_t { raw = 0, copy_rect = 1, tight = 7, zrle = 16 };
enum : std::int32_t { desktop_size = -223, last_rect = -224, quality_0 = -32, compress_1 = -255 };

void put_32(std::vector<std::uint8_t>& message, std::uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        message.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

} // namespace

DrainingViewer::DrainingViewer(int port, int quality, int number)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const timeval patience{20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    try {
        sockaddr_in own = address;
        own.sin_port = 0;
        own.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + static_cast<std::uint32_t>(number));
        const auto* generic_own = static_cast<const sockaddr*>(static_cast<const void*>(&own));
        if (bind(socket_, generic_own, sizeof own) != 0 ||
            connect(socket_, generic, sizeof address) != 0) {
            throw std::runtime_error("the server does not listen");
        }
        log_in();
        const std::uint64_t begin = monotonic_us();
        send_octets(std::array<std::uint8_t, 1>{1}); // ClientInit: others may stay
        width_ = read_number(2);
        height_ = read_number(2);
        skip(16);
        skip(read_number(4));
        // 32 bits, depth 24, true colour, as every server here has them anyway
        send_octets(std::array<std::uint8_t, 20>{0, 0,   0, 0,   32, 24, 0, 1, 0, 255,
                                                 0, 255, 0, 255, 16, 8,  0, 0, 0, 0});
        std::vector<std::int32_t> wanted{tight,     copy_rect,    zrle,      raw,
                                         last_rect, desktop_size, compress_1};
        if (quality >= 0) {
            wanted.push_back(quality_0 + quality);
        }
        std::vector<std::uint8_t> message{2, 0, 0, static_cast<std::uint8_t>(wanted.size())};
        for (const std::int32_t each : wanted) {
            put_32(message, static_cast<std::uint32_t>(each));
        }
        send_octets(message);
        ask_for(false);
        for (std::int64_t missing = std::int64_t{width_} * height_; missing > 0;) {
            missing -= read_update();
            if (missing > 0) {
                ask_for(true);
            }
        }
        first_frame_ms_ = static_cast<double>(monotonic_us() - begin) / 1000;
    } catch (...) {
        close(socket_);
        throw;
    }
}

DrainingViewer::~DrainingViewer()
{
    shutdown(socket_, SHUT_RDWR);
    if (thread_.joinable()) {
        thread_.join();
    }
    close(socket_);
}

void DrainingViewer::log_in()
{
    skip(12);
    constexpr std::string_view k_version = "RFB 003.008\n";
    send_octets({static_cast<const std::uint8_t*>(static_cast<const void*>(k_version.data())),
                 k_version.size()});
    skip(read_number(1));
    send_octets(std::array<std::uint8_t, 1>{1}); // None
    if (read_number(4) != 0) {
        throw std::runtime_error("the server does not let us in");
    }
}

void DrainingViewer::drain()
{
    thread_ = std::thread([this] {
        try {
            for (;;) {
                ask_for(true);
                if (read_update() > 0) {
                    ++updates_;
                }
            }
        } catch (const std::runtime_error&) {
            alive_ = false;
        }
    });
}

void DrainingViewer::ask_for(bool incremental)
{
    const auto high = [](std::uint32_t value) { return static_cast<std::uint8_t>(value >> 8); };
    const auto low = [](std::uint32_t value) { return static_cast<std::uint8_t>(value); };
    send_octets(std::array<std::uint8_t, 10>{3, low(incremental), 0, 0, 0, 0, high(width_),
                                             low(width_), high(height_), low(height_)});
}

std::int64_t DrainingViewer::read_update()
{
    for (;;) {
        const std::uint32_t kind = read_number(1);
        if (kind == 0) {
            break;
        }
        if (kind == 3) { // clipboard
            skip(3);
            skip(read_number(4));
        } else if (kind != 2) { // bell
            throw std::runtime_error("a message that was not asked for");
        }
    }
    skip(1);
    std::int64_t pixels = 0;
    bool last = false;
    for (std::uint32_t left = read_number(2); left > 0 && !last; --left) {
        pixels += read_rectangle(last);
    }
    return pixels;
}

std::int64_t DrainingViewer::read_rectangle(bool& last)
{
    skip(4);
    const std::int64_t width = read_number(2);
    const std::int64_t height = read_number(2);
    switch (static_cast<std::int32_t>(read_number(4))) {
    case raw:
        skip(static_cast<std::size_t>(width * height * 4));
        break;
    case copy_rect:
        skip(4);
        break;
    case zrle:
        skip(read_number(4));
        break;
    case tight:
        skip_tight(width, height);
        break;
    case last_rect:
        last = true;
        return 0;
    case desktop_size:
        width_ = static_cast<std::uint32_t>(width);
        height_ = static_cast<std::uint32_t>(height);
        return 0;
    default:
        throw std::runtime_error("an encoding that was not asked for");
    }
    return width * height;
}

void DrainingViewer::skip_tight(std::int64_t width, std::int64_t height)
{
    constexpr std::uint32_t k_fill = 8;
    constexpr std::uint32_t k_jpeg = 9;
    constexpr std::size_t k_smallest_compressed = 12;
    const std::uint32_t control = read_number(1) >> 4;
    if (control == k_fill) {
        skip(3);
        return;
    }
    auto size = static_cast<std::size_t>(width * height * 3);
    if (control < k_fill && (control & 4) != 0 && read_number(1) == 1) { // a palette
        const std::size_t colours = read_number(1) + 1;
        skip(3 * colours);
        size = static_cast<std::size_t>(colours == 2 ? (width + 7) / 8 * height : width * height);
    }
    const bool plain = control != k_jpeg && size < k_smallest_compressed;
    skip(plain ? size : read_compact_length());
}

std::size_t DrainingViewer::read_compact_length()
{
    std::size_t length = 0;
    for (int shift = 0; shift < 21; shift += 7) {
        const std::size_t octet = read_number(1);
        length |= (shift == 14 ? octet : octet & 0x7f) << shift;
        if ((octet & 0x80) == 0) {
            break;
        }
    }
    return length;
}

std::uint32_t DrainingViewer::read_number(int octets)
{
    std::array<std::uint8_t, 4> bytes{};
    read_octets(std::span(bytes).first(static_cast<std::size_t>(octets)));
    std::uint32_t value = 0;
    for (int i = 0; i < octets; ++i) {
        value = value << 8 | bytes[static_cast<std::size_t>(i)];
    }
    return value;
}

void DrainingViewer::skip(std::size_t count)
{
    std::array<std::uint8_t, 4096> nowhere;
    while (count > 0) {
        const std::size_t part = std::min(count, nowhere.size());
        read_octets(std::span(nowhere).first(part));
        count -= part;
    }
}

void DrainingViewer::read_octets(std::span<std::uint8_t> target)
{
    while (!target.empty()) {
        if (read_ == buffer_.size()) {
            buffer_.resize(k_buffer);
            const ssize_t came = recv(socket_, buffer_.data(), buffer_.size(), 0);
            if (came <= 0) {
                buffer_.clear();
                read_ = 0;
                throw std::runtime_error("the server hung up, or is silent");
            }
            buffer_.resize(static_cast<std::size_t>(came));
            read_ = 0;
        }
        const std::size_t part = std::min(target.size(), buffer_.size() - read_);
        std::memcpy(target.data(), buffer_.data() + read_, part);
        read_ += part;
        target = target.subspan(part);
    }
}

void DrainingViewer::send_octets(std::span<const std::uint8_t> octets) const
{
    if (send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(octets.size())) {
        throw std::runtime_error("the server hung up");
    }
}

} // namespace gds::bench
