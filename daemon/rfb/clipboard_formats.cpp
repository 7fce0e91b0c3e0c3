// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/clipboard_formats.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>

#include <glib.h>

namespace gds {

namespace {

std::string_view text_of(ByteView octets)
{
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

std::string_view without_nuls(std::string_view text)
{
    while (!text.empty() && text.back() == '\0') {
        text.remove_suffix(1);
    }
    return text;
}

std::string valid_utf8(std::string_view text)
{
    if (g_utf8_validate_len(text.data(), text.size(), nullptr) != FALSE) {
        return std::string{text};
    }
    const std::unique_ptr<char, decltype(&g_free)> valid{
        g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())), &g_free};
    return valid.get();
}

// --- lines

std::string with_line_feeds(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r') {
            result += text[i];
        } else if (i + 1 == text.size() || text[i + 1] != '\n') {
            result += '\n'; // one of its own ends a line, too
        }
    }
    return result;
}

std::string with_carriage_returns(std::string_view text)
{
    std::string result;
    result.reserve(text.size() + static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1);
    char before = '\0';
    for (const char each : text) {
        if (each == '\n' && before != '\r') {
            result += '\r';
        }
        result += each;
        before = each;
    }
    return result;
}

// --- HTML: a head of lines "Key:number" with offsets into the whole, then the document

constexpr std::string_view k_html_head = "Version:0.9\r\nStartHTML:%010zu\r\nEndHTML:%010zu\r\n"
                                         "StartFragment:%010zu\r\nEndFragment:%010zu\r\n";
constexpr std::string_view k_html_before = "<html><body>\r\n<!--StartFragment-->";
constexpr std::string_view k_html_after = "<!--EndFragment-->\r\n</body></html>";

std::string html_head(std::size_t start, std::size_t end, std::size_t from, std::size_t to)
{
    std::array<char, 160> head{};
    const int length =
        std::snprintf(head.data(), head.size(), k_html_head.data(), start, end, from, to);
    return {head.data(), static_cast<std::size_t>(length)};
}

std::string html_to_wire(std::string_view html)
{
    const std::size_t head = html_head(0, 0, 0, 0).size();
    const std::size_t from = head + k_html_before.size();
    const std::size_t to = from + html.size();
    std::string wire = html_head(head, to + k_html_after.size(), from, to);
    wire += k_html_before;
    wire += html;
    wire += k_html_after;
    return wire;
}

std::optional<std::size_t> html_offset(std::string_view head, std::string_view key)
{
    const auto found = head.find(key);
    if (found == std::string_view::npos) {
        return std::nullopt;
    }
    std::size_t value = 0;
    const char* const begin = head.data() + found + key.size();
    const auto read = std::from_chars(begin, head.data() + head.size(), value);
    return read.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

std::optional<std::string> html_from_wire(std::string_view wire)
{
    if (!wire.starts_with("Version:")) {
        return std::string{wire}; // some send it as it is
    }
    const auto head = wire.substr(0, std::min<std::size_t>(wire.size(), 512));
    const auto from = html_offset(head, "StartFragment:");
    const auto to = html_offset(head, "EndFragment:");
    if (!from || !to || *from > *to || *to > wire.size()) {
        return std::nullopt;
    }
    return std::string{wire.substr(*from, *to - *from)};
}

// --- images: a BMP file is a file header (BITMAPFILEHEADER) and a DIB

constexpr std::size_t k_file_header = 14;
constexpr std::size_t k_info_header = 40;
constexpr std::uint32_t k_bitfields = 3;

std::uint32_t little(ByteView octets, std::size_t at, std::size_t size)
{
    std::uint32_t value = 0;
    for (std::size_t i = size; i > 0; --i) {
        value = value << 8 | octets[at + i - 1];
    }
    return value;
}

void put_little(Bytes& out, std::uint32_t value, std::size_t size)
{
    for (; size > 0; --size) {
        out.push_back(static_cast<std::uint8_t>(value));
        value >>= 8;
    }
}

// Where the pixels begin; nothing: it is no DIB.
std::optional<std::size_t> dib_pixels(ByteView dib)
{
    if (dib.size() < k_info_header) {
        return std::nullopt;
    }
    const std::uint32_t header = little(dib, 0, 4);
    const std::uint32_t depth = little(dib, 14, 2);
    std::uint64_t colours = little(dib, 32, 4);
    if (header < k_info_header || header > 1024) {
        return std::nullopt;
    }
    if (colours == 0 && depth <= 8) {
        colours = std::uint64_t{1} << depth;
    }
    const bool masks = header == k_info_header && little(dib, 16, 4) == k_bitfields;
    const std::uint64_t offset = header + (masks ? 12U : 0U) + colours * 4;
    return offset <= dib.size() ? std::optional<std::size_t>{offset} : std::nullopt;
}

std::optional<Bytes> bmp_from_dib(ByteView dib)
{
    const auto pixels = dib_pixels(dib);
    if (!pixels) {
        return std::nullopt;
    }
    Bytes head{'B', 'M'};
    put_little(head, static_cast<std::uint32_t>(k_file_header + dib.size()), 4);
    put_little(head, 0, 4);
    put_little(head, static_cast<std::uint32_t>(k_file_header + *pixels), 4);
    Bytes bmp(k_file_header + dib.size());
    std::ranges::copy(dib, std::ranges::copy(head, bmp.begin()).out);
    return bmp;
}

Bytes dib_from_bmp(ByteView bmp)
{
    if (bmp.size() < k_file_header) {
        return {};
    }
    const ByteView dib = bmp.subspan(k_file_header);
    return {dib.begin(), dib.end()};
}

} // namespace

Bytes clip_to_wire(ClipKind kind, ByteView content)
{
    switch (kind) {
    case ClipKind::text: {
        Bytes wire = bytes_of(with_carriage_returns(valid_utf8(text_of(content))));
        wire.push_back(0);
        return wire;
    }
    case ClipKind::html:
        return bytes_of(html_to_wire(valid_utf8(without_nuls(text_of(content)))));
    case ClipKind::image:
        return dib_from_bmp(content);
    case ClipKind::rtf:
        break;
    }
    return {content.begin(), content.end()};
}

std::optional<Bytes> clip_from_wire(ClipKind kind, ByteView octets)
{
    const auto text = without_nuls(text_of(octets));
    switch (kind) {
    case ClipKind::text:
        return bytes_of(with_line_feeds(valid_utf8(text)));
    case ClipKind::html: {
        const auto html = html_from_wire(text);
        return html ? std::optional{bytes_of(valid_utf8(*html))} : std::nullopt;
    }
    case ClipKind::image:
        return bmp_from_dib(octets);
    case ClipKind::rtf:
        break;
    }
    return bytes_of(text);
}

std::string utf8_from_latin1(ByteView octets)
{
    std::string text;
    text.reserve(octets.size());
    for (const std::uint8_t octet : octets) {
        if (octet < 0x80) {
            text += static_cast<char>(octet);
        } else {
            text += static_cast<char>(0xc0U | octet >> 6);
            text += static_cast<char>(0x80U | (octet & 0x3fU));
        }
    }
    return with_line_feeds(without_nuls(text));
}

Bytes latin1_from_utf8(std::string_view text)
{
    const std::string valid = valid_utf8(text);
    Bytes octets;
    octets.reserve(valid.size());
    for (const char* at = valid.c_str(); *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar character = g_utf8_get_char(at);
        octets.push_back(static_cast<std::uint8_t>(character <= 0xff ? character : '?'));
    }
    return octets;
}

} // namespace gds
