// SPDX-License-Identifier: GPL-2.0-or-later
// The messages of a client (RFC 6143, 7.5, and rfbproto's extensions) as values, and their parser:
// no I/O but the reader's, no state, so that it can be fuzzed.
#pragma once

#include "base/task.h"
#include "desktop/geometry.h"
#include "desktop/input_sink.h"
#include "desktop/pixel_format.h"
#include "io/stream_reader.h"
#include "rfb/desktop_size.h"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace gds {

struct SetPixelFormat {
    PixelFormat format; // has passed is_valid()
};

struct SetEncodings {
    std::vector<std::int32_t> encodings; // the first k_max_encodings
};

struct FramebufferUpdateRequest {
    bool incremental = false;
    Rect area; // not clipped
};

struct KeyEvent {
    KeyState state = KeyState::released;
    std::uint32_t keysym = 0;
};

struct PointerEvent {
    // Bits 0..6 as on the wire, 7 back, 8 forward, whether or not the message was an extended one.
    unsigned buttons = 0;
    Point position;
};

struct ClientCutText {
    bool extended = false;
    // False: it was longer than is taken, and was dropped.
    bool kept = false;
    std::uint32_t length = 0;
    // Latin-1 text; of an extended one what parse_clip_message() takes.
    Bytes octets;
};

struct EnableContinuousUpdates {
    bool enable = false;
    Rect area; // not clipped
};

struct ClientFence {
    std::uint32_t flags = 0;
    Bytes payload; // at most fence::k_max_payload
};

struct SetDesktopSize {
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    std::vector<Screen> screens; // as sent; see is_valid_layout()
};

struct QemuExtendedKeyEvent {
    KeyState state = KeyState::released;
    std::uint32_t keysym = 0;
    std::uint32_t keycode = 0;
};

using ClientMessage = std::variant<SetPixelFormat, SetEncodings, FramebufferUpdateRequest, KeyEvent,
                                   PointerEvent, ClientCutText, EnableContinuousUpdates,
                                   ClientFence, SetDesktopSize, QemuExtendedKeyEvent>;

// What the client has listed in any SetEncodings so far: without it the extension's message is an
// error.
struct NegotiatedExtensions {
    bool extended_mouse_buttons = false;
    bool continuous_updates = false;
    bool fence = false;
    bool extended_desktop_size = false;
    bool qemu_extended_key_event = false;
    bool extended_clipboard = false;
    // What is kept of a ClientCutText; of an extended one at least k_least_extended_cut_text.
    std::uint32_t most_cut_text = 0;
    std::uint32_t most_extended_cut_text = 0;
};

inline constexpr std::size_t k_max_encodings = 512;
// So much that is not kept is still read, so that copying a long text does not cost the connection.
// A claim beyond ends it.
inline constexpr std::uint32_t k_max_skipped_cut_text = 80U << 20;
// Every message of the Extended Clipboard but `provide` fits into this.
inline constexpr std::uint32_t k_least_extended_cut_text = 128;

// ClientCutText's length field. A negative one marks the Extended Clipboard (rfbproto), and its
// magnitude is the length: the one place where this sign is looked at.
struct CutTextLength {
    bool extended = false;
    std::uint32_t length = 0;
};
CutTextLength cut_text_length(std::uint32_t field);

// Reads one message. Throws ProtocolError for one that is unknown, malformed or not negotiated.
Task<ClientMessage> read_client_message(StreamReader& reader,
                                        const NegotiatedExtensions& extensions);

} // namespace gds
