// SPDX-License-Identifier: GPL-2.0-or-later
// Any octets as a message of the Extended Clipboard, and what comes out of it as an image: never
// more than the limit, and what was taken survives the way back.
//
// Input: the body of an extended ClientCutText.
#include "base/errors.h"
#include "desktop/png_image.h"
#include "rfb/clipboard_formats.h"
#include "rfb/extended_clipboard.h"

#include <cstdlib>
#include <iostream>

namespace gds {
namespace {

constexpr std::size_t k_limit = 10'000;

void expect(bool holds, const char* what)
{
    if (!holds) {
        std::cerr << "does not hold: " << what << '\n';
        std::abort();
    }
}

void check(ClipKind kind, const Bytes& content)
{
    expect(content.size() <= k_limit, "limit");
    const Bytes wire = clip_to_wire(kind, content);
    const auto again = clip_from_wire(kind, wire);
    expect(again.has_value(), "there and back");
    if (kind == ClipKind::text) {
        expect(*again == content || content.empty() || content.back() == 0, "text");
    } else if (kind == ClipKind::image) {
        expect(*again == content, "image");
        if (const auto png = png_from_bmp(content)) {
            expect(bmp_from_png(*png, std::size_t{1} << 20).has_value(), "PNG of our own");
        }
    }
}

} // namespace
} // namespace gds

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace gds;
    const ByteView body{data, size};
    bmp_from_png(body, k_limit);
    for (const auto kind : k_clip_kinds) {
        if (const auto content = clip_from_wire(kind, body)) {
            clip_to_wire(kind, *content);
        }
    }
    try {
        const auto message = parse_clip_message(body);
        if (message.action == clip::k_provide) {
            for (const auto& [kind, content] :
                 unpack_clip_contents(message.packed, message.formats, k_limit)) {
                check(kind, *content);
            }
        }
    } catch (const ProtocolError&) {
        // As it should be.
    }
    return 0;
}
