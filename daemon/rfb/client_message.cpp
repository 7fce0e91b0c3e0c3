// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/client_message.h"

#include "base/errors.h"
#include "rfb/wire.h"

#include <algorithm>
#include <string>

namespace gds {

namespace {

constexpr std::size_t k_encodings_at_once = 256;
constexpr std::size_t k_screen_size = 16;

KeyState key_state(unsigned down_flag)
{
    return down_flag != 0 ? KeyState::pressed : KeyState::released;
}

Rect take_rect(StreamReader& reader)
{
    Rect rect;
    rect.x = reader.take_u16();
    rect.y = reader.take_u16();
    rect.width = reader.take_u16();
    rect.height = reader.take_u16();
    return rect;
}

void require(bool negotiated, const char* message)
{
    if (!negotiated) {
        throw ProtocolError{std::string{"sent "} + message + " without having announced it"};
    }
}

// RFC 6143, 7.5.1 and 7.4.
Task<ClientMessage> read_set_pixel_format(StreamReader& reader)
{
    co_await reader.need(19);
    reader.take(3);
    PixelFormat format;
    format.bits_per_pixel = reader.take_u8();
    format.depth = reader.take_u8();
    format.big_endian = reader.take_u8() != 0;
    format.true_colour = reader.take_u8() != 0;
    format.red_max = reader.take_u16();
    format.green_max = reader.take_u16();
    format.blue_max = reader.take_u16();
    format.red_shift = reader.take_u8();
    format.green_shift = reader.take_u8();
    format.blue_shift = reader.take_u8();
    reader.take(3);
    if (!is_valid(format)) {
        throw ProtocolError{"asked for a pixel format that cannot be"};
    }
    co_return SetPixelFormat{format};
}

// RFC 6143, 7.5.2.
Task<ClientMessage> read_set_encodings(StreamReader& reader)
{
    co_await reader.need(3);
    reader.take(1);
    const std::size_t count = reader.take_u16();
    std::size_t wanted = std::min(count, k_max_encodings);
    const std::size_t dropped = count - wanted;
    SetEncodings message;
    while (wanted > 0) {
        const std::size_t piece = std::min(wanted, k_encodings_at_once);
        co_await reader.need(piece * 4);
        for (std::size_t i = 0; i < piece; ++i) {
            message.encodings.push_back(reader.take_s32());
        }
        wanted -= piece;
    }
    co_await reader.skip(dropped * 4);
    co_return message;
}

// RFC 6143, 7.5.6; rfbproto, "Extended Clipboard Pseudo-Encoding".
Task<ClientMessage> read_client_cut_text(StreamReader& reader,
                                         const NegotiatedExtensions& extensions)
{
    co_await reader.need(7);
    reader.take(3);
    const auto length = cut_text_length(reader.take_u32());
    if (length.extended) {
        require(extensions.extended_clipboard, "Extended Clipboard data");
    }
    if (length.length > k_max_skipped_cut_text) {
        throw ProtocolError{"announced a cut text of " + std::to_string(length.length) + " octets"};
    }
    const auto most = length.extended
                          ? std::max(extensions.most_extended_cut_text, k_least_extended_cut_text)
                          : extensions.most_cut_text;
    ClientCutText message;
    message.extended = length.extended;
    message.kept = length.length <= most;
    message.length = length.length;
    if (message.kept) {
        message.octets = co_await reader.bytes(length.length);
    } else {
        co_await reader.skip(length.length);
    }
    co_return message;
}

// rfbproto, "ClientFence".
Task<ClientMessage> read_client_fence(StreamReader& reader)
{
    co_await reader.need(8);
    reader.take(3);
    ClientFence message;
    message.flags = reader.take_u32();
    const std::size_t length = reader.take_u8();
    if (length > fence::k_max_payload) {
        throw ProtocolError{"sent a fence with a payload of " + std::to_string(length) + " octets"};
    }
    message.payload = co_await reader.bytes(length);
    co_return message;
}

// rfbproto, "SetDesktopSize".
Task<ClientMessage> read_set_desktop_size(StreamReader& reader)
{
    co_await reader.need(7);
    reader.take(1);
    SetDesktopSize message;
    message.width = reader.take_u16();
    message.height = reader.take_u16();
    const std::size_t count = reader.take_u8();
    reader.take(1);
    // At most 255, which is within what need() can hold.
    co_await reader.need(count * k_screen_size);
    for (std::size_t i = 0; i < count; ++i) {
        Screen screen;
        screen.id = reader.take_u32();
        screen.x = reader.take_u16();
        screen.y = reader.take_u16();
        screen.width = reader.take_u16();
        screen.height = reader.take_u16();
        screen.flags = reader.take_u32();
        message.screens.push_back(screen);
    }
    co_return message;
}

// rfbproto, "QEMU Client Message".
Task<ClientMessage> read_qemu_message(StreamReader& reader)
{
    co_await reader.need(1);
    const auto submessage = reader.take_u8();
    if (submessage != k_qemu_extended_key_event) {
        throw ProtocolError{"sent QEMU submessage " + std::to_string(submessage)};
    }
    co_await reader.need(10);
    QemuExtendedKeyEvent message;
    message.state = key_state(reader.take_u16());
    message.keysym = reader.take_u32();
    message.keycode = reader.take_u32();
    co_return message;
}

// RFC 6143, 7.5.5; rfbproto, "PointerEvent": the marker bit announces one octet more.
Task<ClientMessage> read_pointer_event(StreamReader& reader, bool extended_buttons)
{
    co_await reader.need(5);
    PointerEvent message;
    message.buttons = reader.take_u8();
    message.position.x = reader.take_u16();
    message.position.y = reader.take_u16();
    if (extended_buttons && (message.buttons & 0x80U) != 0) {
        co_await reader.need(1);
        message.buttons = (message.buttons & 0x7fU) | (reader.take_u8() & 3U) << 7;
    }
    co_return message;
}

} // namespace

CutTextLength cut_text_length(std::uint32_t field)
{
    // Unsigned negation, which also holds for the lowest number.
    return (field & 0x80000000U) != 0 ? CutTextLength{true, 0U - field}
                                      : CutTextLength{false, field};
}

Task<ClientMessage> read_client_message(StreamReader& reader,
                                        const NegotiatedExtensions& extensions)
{
    co_await reader.need(1);
    const auto type = reader.take_u8();
    switch (static_cast<ClientMessageType>(type)) {
    case ClientMessageType::set_pixel_format:
        co_return co_await read_set_pixel_format(reader);
    case ClientMessageType::set_encodings:
        co_return co_await read_set_encodings(reader);
    case ClientMessageType::framebuffer_update_request: {
        co_await reader.need(9);
        FramebufferUpdateRequest message;
        message.incremental = reader.take_u8() != 0;
        message.area = take_rect(reader);
        co_return message;
    }
    case ClientMessageType::key_event: {
        co_await reader.need(7);
        KeyEvent message;
        message.state = key_state(reader.take_u8());
        reader.take(2);
        message.keysym = reader.take_u32();
        co_return message;
    }
    case ClientMessageType::pointer_event:
        co_return co_await read_pointer_event(reader, extensions.extended_mouse_buttons);
    case ClientMessageType::client_cut_text:
        co_return co_await read_client_cut_text(reader, extensions);
    case ClientMessageType::enable_continuous_updates: {
        require(extensions.continuous_updates, "EnableContinuousUpdates");
        co_await reader.need(9);
        EnableContinuousUpdates message;
        message.enable = reader.take_u8() != 0;
        message.area = take_rect(reader);
        co_return message;
    }
    case ClientMessageType::client_fence:
        require(extensions.fence, "a fence");
        co_return co_await read_client_fence(reader);
    case ClientMessageType::set_desktop_size:
        require(extensions.extended_desktop_size, "SetDesktopSize");
        co_return co_await read_set_desktop_size(reader);
    case ClientMessageType::qemu:
        require(extensions.qemu_extended_key_event, "a QEMU message");
        co_return co_await read_qemu_message(reader);
    }
    throw ProtocolError{"sent a message of the unknown type " + std::to_string(type)};
}

} // namespace gds
