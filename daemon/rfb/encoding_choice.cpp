// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/encoding_choice.h"

#include "rfb/wire.h"

namespace gds {

namespace {

const Encoder* find_encoder(std::int32_t number)
{
    switch (number) {
    case encoding::k_tight:
        return &tight_encoder();
    case encoding::k_zrle:
        return &zrle_encoder();
    case encoding::k_hextile:
        return &hextile_encoder();
    case encoding::k_zlib:
        return &zlib_encoder();
    case encoding::k_raw:
        return &raw_encoder();
    default:
        return nullptr;
    }
}

bool* find_extension(EncodingChoice& choice, std::int32_t number)
{
    switch (number) {
    case encoding::k_copy_rect:
        return &choice.copy_rect;
    case encoding::k_open_h264:
        return &choice.open_h264;
    case encoding::k_cursor:
        return &choice.cursor;
    case encoding::k_cursor_with_alpha:
        return &choice.cursor_with_alpha;
    case encoding::k_pointer_pos:
        return &choice.pointer_pos;
    case encoding::k_vmware_cursor_position:
        return &choice.vmware_cursor_position;
    case encoding::k_qemu_pointer_motion_change:
        return &choice.qemu_pointer_motion_change;
    case encoding::k_qemu_led_state:
        return &choice.qemu_led_state;
    case encoding::k_vmware_led_state:
        return &choice.vmware_led_state;
    case encoding::k_desktop_size:
        return &choice.desktop_size;
    case encoding::k_extended_desktop_size:
        return &choice.extended_desktop_size;
    case encoding::k_desktop_name:
        return &choice.desktop_name;
    case encoding::k_last_rect:
        return &choice.last_rect;
    case encoding::k_fence:
        return &choice.fence;
    case encoding::k_continuous_updates:
        return &choice.continuous_updates;
    case encoding::k_qemu_extended_key_event:
        return &choice.qemu_extended_key_event;
    case encoding::k_extended_mouse_buttons:
        return &choice.extended_mouse_buttons;
    case encoding::k_extended_clipboard:
        return &choice.extended_clipboard;
    default:
        return nullptr;
    }
}

bool within(std::int32_t number, std::int32_t lowest, std::int32_t highest)
{
    return number >= lowest && number <= highest;
}

} // namespace

EncodingChoice choose_encodings(std::span<const std::int32_t> listed)
{
    EncodingChoice choice;
    // The order is the client's preference (RFC 6143, 7.5.2), so the first of a kind wins.
    bool has_encoder = false;
    bool has_quality = false;
    bool has_compress = false;
    for (const auto number : listed) {
        if (const auto* encoder = find_encoder(number)) {
            if (!has_encoder) {
                choice.encoder = encoder;
                has_encoder = true;
            }
        } else if (bool* extension = find_extension(choice, number)) {
            *extension = true;
        } else if (within(number, encoding::k_quality_level_lowest,
                          encoding::k_quality_level_highest)) {
            if (!has_quality) {
                choice.quality_level = number - encoding::k_quality_level_lowest;
                has_quality = true;
            }
        } else if (within(number, encoding::k_compress_level_lowest,
                          encoding::k_compress_level_highest)) {
            if (!has_compress) {
                choice.compress_level = number - encoding::k_compress_level_lowest;
                has_compress = true;
            }
        }
    }
    return choice;
}

const char* encoding_name(std::int32_t encoding)
{
    switch (encoding) {
    case encoding::k_tight:
        return "tight";
    case encoding::k_zrle:
        return "zrle";
    case encoding::k_hextile:
        return "hextile";
    case encoding::k_zlib:
        return "zlib";
    case encoding::k_open_h264:
        return "h264";
    default:
        return "raw";
    }
}

} // namespace gds
