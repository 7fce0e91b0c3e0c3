// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/clipboard_formats.h"

#include <string>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::string_literals;

std::string to_wire(ClipKind kind, const std::string& content)
{
    return std::string{as_text(clip_to_wire(kind, as_bytes(content)))};
}

std::string from_wire(ClipKind kind, const std::string& wire)
{
    const auto content = clip_from_wire(kind, as_bytes(wire));
    return content ? std::string{as_text(*content)} : "(nothing)";
}

TEST(ClipboardFormats, LinesEndWithBothAndTextWithANul)
{
    EXPECT_EQ(to_wire(ClipKind::text, "a\nb\r\nc"), "a\r\nb\r\nc\0"s);
    EXPECT_EQ(to_wire(ClipKind::text, ""), "\0"s);
    EXPECT_EQ(from_wire(ClipKind::text, "a\r\nb\nc\rd\r\n\0"s), "a\nb\nc\nd\n");
    EXPECT_EQ(from_wire(ClipKind::text, "no nul"), "no nul");
    EXPECT_EQ(from_wire(ClipKind::text, "\r"), "\n");
}

TEST(ClipboardFormats, TextIsUtf8)
{
    EXPECT_EQ(from_wire(ClipKind::text, "🐧 ελ\0"s), "🐧 ελ");
    EXPECT_EQ(from_wire(ClipKind::text, "a\xff\xfe"), "a\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(ClipboardFormats, HtmlHasItsHead)
{
    const std::string html = "<p>Grüße</p>";
    const std::string wire = to_wire(ClipKind::html, html);
    EXPECT_TRUE(wire.starts_with("Version:0.9\r\nStartHTML:"));
    EXPECT_NE(wire.find("<!--StartFragment-->" + html + "<!--EndFragment-->"), std::string::npos);
    EXPECT_EQ(from_wire(ClipKind::html, wire), html);
    EXPECT_EQ(from_wire(ClipKind::html, wire + '\0'), html);
    EXPECT_EQ(from_wire(ClipKind::html, html), html); // some send it so
}

TEST(ClipboardFormats, HtmlWhoseOffsetsLieIsNone)
{
    for (const char* const offsets :
         {"StartFragment:5\r\nEndFragment:4000\r\n", "StartFragment:60\r\nEndFragment:50\r\n",
          "StartFragment:x\r\nEndFragment:50\r\n", "EndFragment:50\r\n",
          "StartFragment:99999999999999999999999\r\nEndFragment:50\r\n"}) {
        EXPECT_EQ(from_wire(ClipKind::html,
                            "Version:0.9\r\n"s + offsets + "and what follows after it all"),
                  "(nothing)")
            << offsets;
    }
}

TEST(ClipboardFormats, ABitmapLosesAndGetsItsFileHeader)
{
    // BITMAPINFOHEADER, 1 x 1, 24 bits.
    const std::string dib =
        "\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0\0\0\0\0"s + std::string(20, '\0') + "\1\2\3\0"s;
    const std::string bmp = from_wire(ClipKind::image, dib);
    EXPECT_EQ(bmp, "BM\x3a\0\0\0\0\0\0\0\x36\0\0\0"s + dib);
    EXPECT_EQ(to_wire(ClipKind::image, bmp), dib);
}

TEST(ClipboardFormats, APaletteAndMasksStandBeforeThePixels)
{
    const auto pixels_at = [](const std::string& dib) {
        const auto bmp = from_wire(ClipKind::image, dib);
        return bmp == "(nothing)" ? -1 : static_cast<int>(static_cast<unsigned char>(bmp[10]));
    };
    const std::string size = "\1\0\0\0\1\0\0\0\1\0"s;
    const std::string rest(20, '\0');
    EXPECT_EQ(pixels_at("\x28\0\0\0"s + size + "\1\0\0\0\0\0"s + rest + std::string(12, 'p')),
              14 + 40 + 8);
    EXPECT_EQ(pixels_at("\x28\0\0\0"s + size + "\x20\0\3\0\0\0"s + rest + std::string(16, 'p')),
              14 + 40 + 12);
    // Short of what they announce.
    EXPECT_EQ(pixels_at("\x28\0\0\0"s + size + "\x08\0\0\0\0\0"s + rest + std::string(16, 'p')),
              -1);
    EXPECT_EQ(pixels_at("\x28\0\0\0"s + size), -1);
    EXPECT_EQ(pixels_at("\x0c\0\0\0"s + size + std::string(60, 'p')), -1);
}

TEST(ClipboardFormats, Latin1)
{
    EXPECT_EQ(utf8_from_latin1(as_bytes("\xc4rger\r\nx\0"s)), "Ärger\nx");
    EXPECT_EQ(as_text(latin1_from_utf8("Ärger\nfür 5 €")), "\xc4rger\nf\xfcr 5 ?");
}

} // namespace
} // namespace gds
