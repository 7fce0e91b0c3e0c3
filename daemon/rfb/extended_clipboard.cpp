// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/extended_clipboard.h"

#include "base/errors.h"
#include "io/stream_writer.h"
#include "rfb/clipboard_formats.h"
#include "rfb/wire.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <string>

#include <zlib.h>

namespace gds {

namespace {

constexpr std::size_t k_format_count = 16;
constexpr std::size_t k_piece = std::size_t{64} * 1024;
constexpr int k_level = 1;
constexpr std::size_t k_heads = 1024; // what a format has around its content

constexpr std::array k_format_bits{
    std::pair{ClipKind::text, clip::k_text}, std::pair{ClipKind::rtf, clip::k_rtf},
    std::pair{ClipKind::html, clip::k_html}, std::pair{ClipKind::image, clip::k_dib}};

std::uint32_t take_u32(ByteView octets, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | octets[at + i];
    }
    return value;
}

Bytes cut_text_message(std::uint32_t length, ByteView body)
{
    StreamWriter out;
    out.put_u8(static_cast<std::uint8_t>(ServerMessageType::server_cut_text));
    out.pad(3);
    out.put_u32(length);
    out.put_bytes(body);
    return out.take();
}

Bytes extended_message(ByteView body)
{
    // The sign that marks it; unsigned negation.
    return cut_text_message(0U - static_cast<std::uint32_t>(body.size()), body);
}

ClipCaps parse_caps(std::uint32_t flags, ByteView sizes)
{
    const auto count = static_cast<std::size_t>(std::popcount(flags & clip::k_formats));
    if (sizes.size() < count * 4) {
        throw ProtocolError{"sent clipboard caps without their sizes"};
    }
    ClipCaps caps;
    caps.flags = flags;
    caps.unsolicited_text = (flags & clip::k_text) != 0 ? take_u32(sizes, 0) : 0;
    return caps;
}

// A zlib stream that is read like a file, with a limit on what comes out of it.
class Inflater {
public:
    Inflater(ByteView packed, std::size_t limit) : left_(limit)
    {
        // zlib never writes through it.
        stream_.next_in = const_cast<Bytef*>(packed.data());
        stream_.avail_in = static_cast<uInt>(packed.size());
        if (inflateInit(&stream_) != Z_OK) {
            throw ProtocolError{"no memory to inflate a clipboard"};
        }
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream_); }

    // Octets that may still come out of it.
    std::size_t left() const { return left_; }
    // Appends exactly so many octets, at most left(), to `out`, or to nothing.
    void read(std::size_t count, Bytes* out)
    {
        while (count > 0) {
            const std::size_t now = std::min(count, k_piece);
            inflate_piece(now);
            if (out != nullptr) {
                out->insert(out->end(), piece_.begin(),
                            piece_.begin() + static_cast<std::ptrdiff_t>(now));
            }
            count -= now;
        }
    }

private:
    void inflate_piece(std::size_t count)
    {
        left_ -= count;
        stream_.next_out = piece_.data();
        stream_.avail_out = static_cast<uInt>(count);
        while (stream_.avail_out > 0) {
            const auto in = stream_.avail_in;
            const auto out = stream_.avail_out;
            const int status = inflate(&stream_, Z_NO_FLUSH);
            const bool moved = stream_.avail_in != in || stream_.avail_out != out;
            const bool goes_on = status == Z_OK && moved;
            if (!goes_on && !(status == Z_STREAM_END && stream_.avail_out == 0)) {
                throw ProtocolError{"sent a clipboard that does not inflate"};
            }
        }
    }

    z_stream stream_{};
    std::size_t left_;
    std::array<std::uint8_t, k_piece> piece_{};
};

// Of a whole `provide`.
constexpr std::size_t most_plain_octets(std::size_t limit) { return 4 * (limit + k_heads); }

} // namespace

std::uint32_t clip_format(ClipKind kind)
{
    return std::ranges::find(k_format_bits, kind, [](auto& each) { return each.first; })->second;
}

std::uint32_t clip_formats(ClipKinds kinds)
{
    std::uint32_t formats = 0;
    for (const auto& [kind, bit] : k_format_bits) {
        formats |= kinds.has(kind) ? bit : 0;
    }
    return formats;
}

ClipKinds clip_kinds(std::uint32_t formats)
{
    ClipKinds kinds;
    for (const auto& [kind, bit] : k_format_bits) {
        if ((formats & bit) != 0) {
            kinds.add(kind);
        }
    }
    return kinds;
}

ClipMessage parse_clip_message(ByteView body)
{
    if (body.size() < 4) {
        throw ProtocolError{"sent a clipboard message without flags"};
    }
    const std::uint32_t flags = take_u32(body, 0);
    ClipMessage message;
    message.formats = flags & clip::k_formats;
    if ((flags & clip::k_caps) != 0) {
        message.action = clip::k_caps;
        message.caps = parse_caps(flags, body.subspan(4));
        return message;
    }
    const std::uint32_t action = flags & clip::k_actions;
    const bool known = action == clip::k_request || action == clip::k_peek ||
                       action == clip::k_notify || action == clip::k_provide;
    message.action = known ? action : 0;
    message.packed = body.subspan(4);
    return message;
}

Bytes clip_caps_message(std::uint32_t flags)
{
    StreamWriter body;
    body.put_u32(flags | clip::k_caps);
    body.pad(static_cast<std::size_t>(std::popcount(flags & clip::k_formats)) * 4);
    return extended_message(body.take());
}

Bytes clip_action_message(std::uint32_t action, std::uint32_t formats)
{
    StreamWriter body;
    body.put_u32(action | formats);
    return extended_message(body.take());
}

Bytes clip_provide_message(const std::map<ClipKind, ClipDataPtr>& contents)
{
    std::uint32_t formats = 0;
    StreamWriter plain; // in the order of the bits, as the kinds are
    for (const auto& [kind, content] : contents) {
        formats |= clip_format(kind);
        const Bytes octets = clip_to_wire(kind, *content);
        plain.put_u32(static_cast<std::uint32_t>(octets.size()));
        plain.put_bytes(octets);
    }
    const Bytes octets = plain.take();
    uLongf length = compressBound(static_cast<uLong>(octets.size()));
    Bytes packed(length);
    if (compress2(packed.data(), &length, octets.data(), static_cast<uLong>(octets.size()),
                  k_level) != Z_OK) {
        throw ClipboardError{"no memory to deflate the clipboard"};
    }
    packed.resize(length);
    StreamWriter body;
    body.put_u32(clip::k_provide | formats);
    body.put_bytes(packed);
    return extended_message(body.take());
}

Bytes latin1_cut_text_message(std::string_view utf8)
{
    const Bytes text = latin1_from_utf8(utf8);
    return cut_text_message(static_cast<std::uint32_t>(text.size()), text);
}

std::map<ClipKind, ClipDataPtr> unpack_clip_contents(ByteView packed, std::uint32_t formats,
                                                     std::size_t limit)
{
    // On the wire a line ends with an octet more, and the text with one; HTML has its head.
    const std::size_t on_wire = 2 * limit + k_heads;
    Inflater inflater{packed, most_plain_octets(limit)};
    std::map<ClipKind, ClipDataPtr> contents;
    for (std::size_t number = 0; number < k_format_count; ++number) {
        const std::uint32_t bit = 1U << number;
        if ((formats & bit) == 0) {
            continue;
        }
        Bytes head;
        if (inflater.left() < 4) {
            break;
        }
        inflater.read(4, &head);
        const std::uint32_t size = take_u32(head, 0);
        if (size > inflater.left()) {
            break; // nobody waits for the end of it
        }
        const auto known =
            std::ranges::find(k_format_bits, bit, [](auto& each) { return each.second; });
        const bool wanted = known != k_format_bits.end() && size <= on_wire;
        Bytes octets;
        inflater.read(size, wanted ? &octets : nullptr);
        auto content = wanted ? clip_from_wire(known->first, octets) : std::nullopt;
        if (content && content->size() <= limit) {
            contents[known->first] = std::make_shared<const Bytes>(std::move(*content));
        }
    }
    return contents;
}

std::size_t most_packed_octets(std::size_t limit)
{
    // What does not shrink grows by some octets in each 16 KiB (zlib's stored blocks).
    const std::size_t plain = most_plain_octets(limit);
    return plain + plain / 1024 + 64;
}

} // namespace gds
