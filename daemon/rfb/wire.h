// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers of RFB messages and encodings as they stand on the wire. Sections are those of RFC 6143,
// and for what it does not have, of the community's rfbproto.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gds {

// Client to server: RFC 6143, 7.5; the rest in rfbproto, "Client to Server Messages".
enum class ClientMessageType : std::uint8_t {
    set_pixel_format = 0,
    set_encodings = 2,
    framebuffer_update_request = 3,
    key_event = 4,
    pointer_event = 5,
    client_cut_text = 6,
    enable_continuous_updates = 150,
    client_fence = 248,
    set_desktop_size = 251,
    qemu = 255,
};

inline constexpr std::uint8_t k_qemu_extended_key_event = 0;

// Server to client: RFC 6143, 7.6; the rest in rfbproto, "Server to Client Messages".
enum class ServerMessageType : std::uint8_t {
    framebuffer_update = 0,
    bell = 2,
    server_cut_text = 3,
    end_of_continuous_updates = 150,
    server_fence = 248,
};

// RFC 6143, 7.7 and 7.8; the rest in rfbproto, "Encodings" and "Pseudo-encodings".
namespace encoding {
inline constexpr std::int32_t k_raw = 0;
inline constexpr std::int32_t k_hextile = 5;
inline constexpr std::int32_t k_zlib = 6;
inline constexpr std::int32_t k_copy_rect = 1;
inline constexpr std::int32_t k_tight = 7;
inline constexpr std::int32_t k_zrle = 16;
inline constexpr std::int32_t k_open_h264 = 50;
inline constexpr std::int32_t k_quality_level_lowest = -32;
inline constexpr std::int32_t k_quality_level_highest = -23;
inline constexpr std::int32_t k_desktop_size = -223;
inline constexpr std::int32_t k_last_rect = -224;
inline constexpr std::int32_t k_pointer_pos = -232;
inline constexpr std::int32_t k_cursor = -239;
inline constexpr std::int32_t k_compress_level_lowest = -256;
inline constexpr std::int32_t k_compress_level_highest = -247;
inline constexpr std::int32_t k_qemu_pointer_motion_change = -257;
inline constexpr std::int32_t k_qemu_extended_key_event = -258;
inline constexpr std::int32_t k_qemu_led_state = -261;
inline constexpr std::int32_t k_desktop_name = -307;
inline constexpr std::int32_t k_extended_desktop_size = -308;
inline constexpr std::int32_t k_fence = -312;
inline constexpr std::int32_t k_continuous_updates = -313;
inline constexpr std::int32_t k_cursor_with_alpha = -314;
inline constexpr std::int32_t k_extended_mouse_buttons = -316;
inline constexpr std::int32_t k_extended_clipboard = static_cast<std::int32_t>(0xc0a1e5ceU);
inline constexpr std::int32_t k_vmware_cursor_position = 0x574d5666;
inline constexpr std::int32_t k_vmware_led_state = 0x574d5668;
} // namespace encoding

// rfbproto, "ClientFence".
namespace fence {
inline constexpr std::uint32_t k_block_before = 1U << 0;
inline constexpr std::uint32_t k_block_after = 1U << 1;
inline constexpr std::uint32_t k_sync_next = 1U << 2;
inline constexpr std::uint32_t k_request = 1U << 31;
inline constexpr std::size_t k_max_payload = 64;
} // namespace fence

// rfbproto, "Open H.264 Encoding": flags.
namespace open_h264 {
inline constexpr std::uint32_t k_reset_context = 1U << 0;
} // namespace open_h264

// rfbproto, "QEMU LED State Pseudo-encoding"; VMware's has the same bits.
namespace led {
inline constexpr std::uint8_t k_num_lock = 1U << 1;
inline constexpr std::uint8_t k_caps_lock = 1U << 2;
} // namespace led

// rfbproto, "FramebufferUpdate": so many rectangles are announced when a LastRect will end them.
inline constexpr std::uint16_t k_rects_until_last = 0xffff;

} // namespace gds
