// SPDX-License-Identifier: GPL-2.0-or-later
// The messages of the server (RFC 6143, 7.3.2 and 7.6, and rfbproto's extensions): each function
// appends one message, or one piece of a FramebufferUpdate, to a StreamWriter. Pure.
#pragma once

#include "desktop/geometry.h"
#include "desktop/lock_keys.h"
#include "desktop/pixel_format.h"
#include "io/stream_writer.h"
#include "rfb/desktop_size.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gds {

inline constexpr std::size_t k_max_name = 256; // octets of a desktop name on the wire

void put_server_init(StreamWriter& out, Size size, const PixelFormat& format,
                     std::string_view name);

enum class PointerMotion : std::uint8_t { relative, absolute };

// FramebufferUpdate: this header, then so many rectangles.
void put_update_header(StreamWriter& out, std::uint16_t rect_count);
// A rectangle's header; its payload follows.
void put_rect_header(StreamWriter& out, const Rect& rect, std::int32_t encoding);
// CopyRect, with its header: `to` is a copy of what stands `by` before it.
void put_copy_rect(StreamWriter& out, const Rect& to, Point by);
void put_last_rect(StreamWriter& out);
// A pseudo-rectangle that says only that the server knows the extension.
void put_acknowledgement(StreamWriter& out, std::int32_t encoding);
void put_desktop_name(StreamWriter& out, std::string_view name);
void put_desktop_size(StreamWriter& out, Size size);
void put_extended_desktop_size(StreamWriter& out, ResizeReason reason, ResizeStatus status,
                               Size size, const std::vector<Screen>& screens);
// PointerPos or VMware Cursor Position.
void put_pointer_pos(StreamWriter& out, Point position, std::int32_t encoding);
// QEMU LED State or VMware LED State.
void put_led_state(StreamWriter& out, LockKeys locks, std::int32_t encoding);
// QEMU Pointer Motion Change.
void put_pointer_motion(StreamWriter& out, PointerMotion motion);

void put_end_of_continuous_updates(StreamWriter& out);
// `payload`: at most fence::k_max_payload octets.
void put_server_fence(StreamWriter& out, std::uint32_t flags, ByteView payload);

} // namespace gds
