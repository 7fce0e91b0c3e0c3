// SPDX-License-Identifier: GPL-2.0-or-later
// The messages of the Extended Clipboard (rfbproto, "Extended Clipboard Pseudo-Encoding"): their
// parser and writers, and the zlib streams in them. No I/O, no state; any thread.
#pragma once

#include "base/bytes.h"
#include "desktop/clipboard.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

namespace gds {

namespace clip {
inline constexpr std::uint32_t k_text = 1U << 0;
inline constexpr std::uint32_t k_rtf = 1U << 1;
inline constexpr std::uint32_t k_html = 1U << 2;
inline constexpr std::uint32_t k_dib = 1U << 3;
inline constexpr std::uint32_t k_formats = 0xffffU;
inline constexpr std::uint32_t k_caps = 1U << 24;
inline constexpr std::uint32_t k_request = 1U << 25;
inline constexpr std::uint32_t k_peek = 1U << 26;
inline constexpr std::uint32_t k_notify = 1U << 27;
inline constexpr std::uint32_t k_provide = 1U << 28;
inline constexpr std::uint32_t k_actions = 0xff000000U;
} // namespace clip

struct ClipCaps {
    // What is assumed of a client that does not say.
    std::uint32_t flags = clip::k_text | clip::k_rtf | clip::k_html | clip::k_request |
                          clip::k_notify | clip::k_provide;
    std::uint32_t unsolicited_text = 20U << 20;
};

struct ClipMessage {
    // One of the actions; 0: none that there is, to be ignored.
    std::uint32_t action = 0;
    std::uint32_t formats = 0;
    ClipCaps caps; // of that action
    ByteView packed; // of `provide`: the zlib stream, within what was parsed
};

// `body` is what follows the length. Throws ProtocolError.
ClipMessage parse_clip_message(ByteView body);

std::uint32_t clip_format(ClipKind kind);
std::uint32_t clip_formats(ClipKinds kinds);
ClipKinds clip_kinds(std::uint32_t formats);

// Whole ServerCutText messages. Every size of the caps is 0: nothing is to be sent unasked.
Bytes clip_caps_message(std::uint32_t flags);
Bytes clip_action_message(std::uint32_t action, std::uint32_t formats);
Bytes clip_provide_message(const std::map<ClipKind, ClipDataPtr>& contents);
Bytes latin1_cut_text_message(std::string_view utf8);

// The contents of a `provide`, as ClipKind has them; what is longer than `limit` octets is left
// out, and so is everything behind four times the limit. Throws ProtocolError.
std::map<ClipKind, ClipDataPtr> unpack_clip_contents(ByteView packed, std::uint32_t formats,
                                                     std::size_t limit);

// The most octets of a `provide` that can hold what unpack_clip_contents() takes.
std::size_t most_packed_octets(std::size_t limit);

} // namespace gds
