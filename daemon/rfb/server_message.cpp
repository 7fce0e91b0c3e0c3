// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/server_message.h"

#include "rfb/wire.h"

namespace gds {

namespace {

std::uint8_t number(ServerMessageType type) { return static_cast<std::uint8_t>(type); }
std::uint16_t side(int value) { return static_cast<std::uint16_t>(value); }

// Cut between characters, if it is UTF-8.
void put_name(StreamWriter& out, std::string_view name)
{
    if (name.size() > k_max_name) {
        std::size_t end = k_max_name;
        while (end > 0 && (static_cast<std::uint8_t>(name[end]) & 0xc0U) == 0x80U) {
            --end;
        }
        name = name.substr(0, end);
    }
    out.put_u32(static_cast<std::uint32_t>(name.size()));
    out.put_text(name);
}

void put_pixel_format(StreamWriter& out, const PixelFormat& format)
{
    out.put_u8(format.bits_per_pixel);
    out.put_u8(format.depth);
    out.put_u8(format.big_endian ? 1 : 0);
    out.put_u8(format.true_colour ? 1 : 0);
    out.put_u16(format.red_max);
    out.put_u16(format.green_max);
    out.put_u16(format.blue_max);
    out.put_u8(format.red_shift);
    out.put_u8(format.green_shift);
    out.put_u8(format.blue_shift);
    out.pad(3);
}

} // namespace

void put_server_init(StreamWriter& out, Size size, const PixelFormat& format, std::string_view name)
{
    out.put_u16(side(size.width));
    out.put_u16(side(size.height));
    put_pixel_format(out, format);
    put_name(out, name);
}

void put_update_header(StreamWriter& out, std::uint16_t rect_count)
{
    out.put_u8(number(ServerMessageType::framebuffer_update));
    out.pad(1);
    out.put_u16(rect_count);
}

void put_rect_header(StreamWriter& out, const Rect& rect, std::int32_t encoding)
{
    out.put_u16(side(rect.x));
    out.put_u16(side(rect.y));
    out.put_u16(side(rect.width));
    out.put_u16(side(rect.height));
    out.put_s32(encoding);
}

void put_copy_rect(StreamWriter& out, const Rect& to, Point by)
{
    put_rect_header(out, to, encoding::k_copy_rect);
    out.put_u16(static_cast<std::uint16_t>(to.x - by.x));
    out.put_u16(static_cast<std::uint16_t>(to.y - by.y));
}

void put_last_rect(StreamWriter& out) { put_rect_header(out, {}, encoding::k_last_rect); }

void put_acknowledgement(StreamWriter& out, std::int32_t encoding)
{
    put_rect_header(out, {}, encoding);
}

void put_desktop_name(StreamWriter& out, std::string_view name)
{
    put_rect_header(out, {}, encoding::k_desktop_name);
    put_name(out, name);
}

void put_desktop_size(StreamWriter& out, Size size)
{
    put_rect_header(out, Rect::of(size), encoding::k_desktop_size);
}

void put_extended_desktop_size(StreamWriter& out, ResizeReason reason, ResizeStatus status,
                               Size size, const std::vector<Screen>& screens)
{
    const Rect header{static_cast<int>(reason), static_cast<int>(status), size.width, size.height};
    put_rect_header(out, header, encoding::k_extended_desktop_size);
    out.put_u8(static_cast<std::uint8_t>(screens.size()));
    out.pad(3);
    for (const auto& screen : screens) {
        out.put_u32(screen.id);
        out.put_u16(screen.x);
        out.put_u16(screen.y);
        out.put_u16(screen.width);
        out.put_u16(screen.height);
        out.put_u32(screen.flags);
    }
}

void put_pointer_pos(StreamWriter& out, Point position, std::int32_t encoding)
{
    put_rect_header(out, {position.x, position.y, 0, 0}, encoding);
}

void put_led_state(StreamWriter& out, LockKeys locks, std::int32_t encoding)
{
    put_rect_header(out, {}, encoding);
    const unsigned bits = (locks.num ? led::k_num_lock : 0U) | (locks.caps ? led::k_caps_lock : 0U);
    if (encoding == encoding::k_qemu_led_state) {
        out.put_u8(static_cast<std::uint8_t>(bits));
    } else {
        out.put_u32(bits);
    }
}

void put_pointer_motion(StreamWriter& out, PointerMotion motion)
{
    put_rect_header(out, {motion == PointerMotion::absolute ? 1 : 0, 0, 0, 0},
                    encoding::k_qemu_pointer_motion_change);
}

void put_end_of_continuous_updates(StreamWriter& out)
{
    out.put_u8(number(ServerMessageType::end_of_continuous_updates));
}

void put_server_fence(StreamWriter& out, std::uint32_t flags, ByteView payload)
{
    out.put_u8(number(ServerMessageType::server_fence));
    out.pad(3);
    out.put_u32(flags);
    out.put_u8(static_cast<std::uint8_t>(payload.size()));
    out.put_bytes(payload);
}

} // namespace gds
