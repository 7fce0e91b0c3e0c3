// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include "base/log.h"
#include "base/secret_string.h"
#include "base/translate.h"

#include <glib.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::string_view_literals;

TEST(Printable, LeavesTextAlone)
{
    EXPECT_EQ(printable("alice"), "alice");
    EXPECT_EQ(printable("Zoë ☃"), "Zoë ☃");
    EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesWhatATerminalOrALogWouldObey)
{
    EXPECT_EQ(printable("a\nb\r\tc\\"), "a\\nb\\r\\tc\\\\");
    EXPECT_EQ(printable("\x1b[31m\x7f"), "\\x1b[31m\\x7f");
    EXPECT_EQ(printable("a\0b"sv), "a\\x00b");
    EXPECT_EQ(printable("\xff\xc3("), "\\xff\\xc3(");
    EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae"); // right-to-left override
    EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b"); // C1: control sequence introducer
}

TEST(Printable, CutsAtTheLimit)
{
    EXPECT_EQ(printable("abcdef", 6), "abcdef");
    EXPECT_EQ(printable("abcdefg", 6), "abc...");
    EXPECT_EQ(printable("\n\n\n", 5), "\\n...");
    EXPECT_EQ(printable("abc", 2), "..");
    EXPECT_EQ(printable("abc", 0), "");
    // Never within a character.
    EXPECT_EQ(printable("ëëëë", 6), "ë...");
    EXPECT_LE(printable(std::string(10000, '\x01')).size(), 128U);
}

TEST(FormatText, Formats)
{
    EXPECT_EQ(format_text("%s, port %u", "::1", 5900U), "::1, port 5900");
    EXPECT_STREQ(_("not translated in a test"), "not translated in a test");
}

TEST(SecretString, HoldsOctetsWithALength)
{
    SecretString secret{"pass\0word"sv};
    EXPECT_EQ(secret.size(), 9U);
    EXPECT_EQ(secret.view(), "pass\0word"sv);
    EXPECT_EQ(secret.c_str()[9], '\0');
    SecretString moved = std::move(secret);
    EXPECT_EQ(moved.view(), "pass\0word"sv);
    EXPECT_TRUE(moved.copy().equals(moved.bytes()));
    moved.reset();
    EXPECT_TRUE(moved.empty());
    EXPECT_STREQ(moved.c_str(), "");
}

TEST(SecretString, ComparesWholeValues)
{
    const SecretString secret{"abc"sv};
    EXPECT_TRUE(secret.equals(as_bytes("abc")));
    EXPECT_FALSE(secret.equals(as_bytes("abd")));
    EXPECT_FALSE(secret.equals(as_bytes("ab")));
    EXPECT_FALSE(secret.equals(as_bytes("abc\0"sv)));
    EXPECT_TRUE(SecretString{}.equals({}));
}

TEST(SecretString, IsFilledInPlace)
{
    SecretString secret{std::size_t{3}};
    EXPECT_EQ(secret.view(), "\0\0\0"sv);
    secret.octets()[1] = 'x';
    EXPECT_EQ(secret.view(), "\0x\0"sv);
}

TEST(Wipe, EmptiesAnOrdinaryContainer)
{
    Bytes octets{1, 2, 3};
    const auto* const storage = octets.data();
    wipe(octets);
    EXPECT_TRUE(octets.empty());
    EXPECT_EQ(octets.capacity() > 0 ? octets.data() : storage, storage);
    std::string text{"secret"};
    wipe(text);
    EXPECT_TRUE(text.empty());
}

struct LogCapture {
    std::string message;
    std::string priority;
    std::string peer;
    std::string file;
};
LogCapture* capture = nullptr;

GLogWriterOutput write_log(GLogLevelFlags, const GLogField* fields, gsize count, gpointer)
{
    for (gsize i = 0; i < count; ++i) {
        const auto size = fields[i].length;
        const char* const text = static_cast<const char*>(fields[i].value);
        const std::string value =
            size < 0 ? std::string{text} : std::string{text, static_cast<std::size_t>(size)};
        const std::string_view key = fields[i].key;
        if (capture != nullptr && key == "MESSAGE") {
            capture->message = value;
        } else if (capture != nullptr && key == "PRIORITY") {
            capture->priority = value;
        } else if (capture != nullptr && key == "RFB_PEER") {
            capture->peer = value;
        } else if (capture != nullptr && key == "CODE_FILE") {
            capture->file = value;
        }
    }
    return capture != nullptr ? G_LOG_WRITER_HANDLED
                              : g_log_writer_default(G_LOG_LEVEL_MESSAGE, fields, count, nullptr);
}

TEST(Log, WritesOneRecordWithItsFields)
{
    // It can be set once per process.
    g_log_set_writer_func(write_log, nullptr, nullptr);
    LogCapture seen;
    capture = &seen;
    log_warning("refused", {{"RFB_PEER", "192.0.2.7:51234"}});
    capture = nullptr;
    EXPECT_EQ(seen.message, "refused");
    EXPECT_EQ(seen.priority, "4");
    EXPECT_EQ(seen.peer, "192.0.2.7:51234");
    EXPECT_NE(seen.file.find("text_test.cpp"), std::string::npos);
}

} // namespace
} // namespace gds
