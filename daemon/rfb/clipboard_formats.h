// SPDX-License-Identifier: GPL-2.0-or-later
// Clipboard contents between their forms on the wire (rfbproto, "Extended Clipboard
// Pseudo-Encoding") and those that ClipKind has. Pure; any thread.
#pragma once

#include "base/bytes.h"
#include "desktop/clipboard.h"

#include <optional>
#include <string>
#include <string_view>

namespace gds {

Bytes clip_to_wire(ClipKind kind, ByteView content);
// Nothing: it is not what it should be.
std::optional<Bytes> clip_from_wire(ClipKind kind, ByteView octets);

// Of ClientCutText and ServerCutText (RFC 6143, 7.5.6). What Latin-1 does not have becomes "?".
std::string utf8_from_latin1(ByteView octets);
Bytes latin1_from_utf8(std::string_view text);

} // namespace gds
