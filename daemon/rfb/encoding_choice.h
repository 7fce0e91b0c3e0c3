// SPDX-License-Identifier: GPL-2.0-or-later
// What a client's SetEncodings means: the encoder to use and its settings, and the extensions that
// the client takes. A value, made anew from each SetEncodings.
#pragma once

#include "rfb/encoder.h"

#include <cstdint>
#include <span>

namespace gds {

struct EncodingChoice {
    // The first in the client's order that there is; Raw when it named none of them.
    const Encoder* encoder = &raw_encoder();
    int compress_level = 1;
    int quality_level = -1; // lossless unless the client names a level

    bool copy_rect = false;
    bool open_h264 = false;
    bool cursor = false;
    bool cursor_with_alpha = false;
    bool pointer_pos = false;
    bool vmware_cursor_position = false;
    bool qemu_pointer_motion_change = false;
    bool qemu_led_state = false;
    bool vmware_led_state = false;
    bool desktop_size = false;
    bool extended_desktop_size = false;
    bool desktop_name = false;
    bool last_rect = false;
    bool fence = false;
    bool continuous_updates = false;
    bool qemu_extended_key_event = false;
    bool extended_mouse_buttons = false;
    bool extended_clipboard = false;

    bool draws_cursor() const { return cursor || cursor_with_alpha; }
    // With loss.
    bool watches_films() const { return open_h264 && quality_level >= 0; }
};

EncodingChoice choose_encodings(std::span<const std::int32_t> listed);

// "tight", "zrle", "hextile", "zlib", "raw", "h264".
const char* encoding_name(std::int32_t encoding);

} // namespace gds
