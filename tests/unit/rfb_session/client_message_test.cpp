// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/client_message.h"

#include "base/errors.h"
#include "fakes/stream_pair.h"
#include "viewer.h"

#include <limits>

#include <gtest/gtest.h>

namespace gds::test {
namespace {

constexpr NegotiatedExtensions k_everything{true, true, true, true, true};

// Reads one message from `octets`, at most `piece` of them at a time.
ClientMessage read(const Bytes& octets, const NegotiatedExtensions& extensions = k_everything,
                   std::size_t piece = std::numeric_limits<std::size_t>::max())
{
    auto pair = make_stream_pair();
    pair.server->set_read_limit(piece);
    pair.client->send(octets);
    pair.client->end();
    StreamReader reader{*pair.server, StreamReader::Mode::buffered};
    return run_ready(read_client_message(reader, extensions));
}

template <typename T>
T read_as(const Bytes& octets, const NegotiatedExtensions& extensions = k_everything)
{
    const auto whole = read(octets, extensions);
    const auto slowly = read(octets, extensions, 1);
    EXPECT_EQ(whole.index(), slowly.index());
    return std::get<T>(slowly);
}

TEST(ClientMessage, SetPixelFormat)
{
    PixelFormat format;
    format.bits_per_pixel = 16;
    format.depth = 16;
    format.red_max = 31;
    format.green_max = 63;
    format.blue_max = 31;
    format.red_shift = 11;
    format.green_shift = 5;
    EXPECT_EQ(read_as<SetPixelFormat>(set_pixel_format(format)).format, format);
}

TEST(ClientMessage, RefusesPixelFormatsThatCannotBe)
{
    PixelFormat too_wide;
    too_wide.bits_per_pixel = 24;
    EXPECT_THROW(read(set_pixel_format(too_wide)), ProtocolError);
    PixelFormat colour_map;
    colour_map.true_colour = false;
    EXPECT_THROW(read(set_pixel_format(colour_map)), ProtocolError);
    PixelFormat beyond;
    beyond.red_shift = 255;
    EXPECT_THROW(read(set_pixel_format(beyond)), ProtocolError);
}

TEST(ClientMessage, SetEncodingsKeepsTheFirst512)
{
    const auto few = read_as<SetEncodings>(set_encodings({7, 16, -239, 0}));
    EXPECT_EQ(few.encodings, (std::vector<std::int32_t>{7, 16, -239, 0}));
    EXPECT_TRUE(read_as<SetEncodings>(set_encodings({})).encodings.empty());

    StreamWriter out;
    out.put_u8(2);
    out.pad(1);
    out.put_u16(65535);
    for (std::int32_t i = 0; i < 65535; ++i) {
        out.put_s32(i);
    }
    out.put_bytes(key_event(0x61, true));
    auto pair = make_stream_pair();
    pair.client->send(out.view());
    StreamReader reader{*pair.server, StreamReader::Mode::buffered};
    const auto many = std::get<SetEncodings>(run_ready(read_client_message(reader, {})));
    EXPECT_EQ(many.encodings.size(), 512U);
    EXPECT_EQ(many.encodings.back(), 511);
    const auto after = run_ready(read_client_message(reader, {}));
    EXPECT_EQ(std::get<KeyEvent>(after).keysym, 0x61U);
}

TEST(ClientMessage, FramebufferUpdateRequest)
{
    const auto message =
        read_as<FramebufferUpdateRequest>({3, 1, 0, 1, 0, 2, 0xff, 0xff, 0x80, 0x00});
    EXPECT_TRUE(message.incremental);
    EXPECT_EQ(message.area, (Rect{1, 2, 65535, 32768}));
}

TEST(ClientMessage, KeyEvents)
{
    const auto key = read_as<KeyEvent>({4, 1, 0, 0, 0, 0, 0xff, 0x0d});
    EXPECT_EQ(key.state, KeyState::pressed);
    EXPECT_EQ(key.keysym, 0xff0dU);
    const auto extended =
        read_as<QemuExtendedKeyEvent>({255, 0, 0, 0, 0, 0, 0xff, 0x53, 0, 0, 0, 0xcd});
    EXPECT_EQ(extended.state, KeyState::released);
    EXPECT_EQ(extended.keysym, 0xff53U);
    EXPECT_EQ(extended.keycode, 0xcdU);
}

TEST(ClientMessage, PointerEventsWithAndWithoutExtendedButtons)
{
    const auto plain = read_as<PointerEvent>(pointer_event(0x81, 300, 200), {});
    EXPECT_EQ(plain.buttons, 0x81U);
    EXPECT_EQ(plain.position, (Point{300, 200}));
    EXPECT_EQ(read_as<PointerEvent>(pointer_event(0x01, 1, 2)).buttons, 0x01U);
    EXPECT_EQ(read_as<PointerEvent>(pointer_event(0x81, 1, 2, 2)).buttons, 0x101U);
    EXPECT_EQ(read_as<PointerEvent>(pointer_event(0x80, 1, 2, 0xff)).buttons, 0x180U);
}

TEST(ClientMessage, CutTextIsReadAndDropped)
{
    auto pair = make_stream_pair();
    const std::string text(300'000, 'x');
    pair.client->send(cut_text(300'000, text));
    pair.client->send(key_event(0x62, true));
    StreamReader reader{*pair.server, StreamReader::Mode::buffered};
    const auto first = run_ready(read_client_message(reader, {}));
    EXPECT_EQ(std::get<ClientCutText>(first).length, 300'000U);
    const auto second = run_ready(read_client_message(reader, {}));
    EXPECT_EQ(std::get<KeyEvent>(second).keysym, 0x62U);
}

TEST(ClientMessage, CutTextIsKeptUpToWhatItMayBe)
{
    NegotiatedExtensions extensions;
    extensions.most_cut_text = 5;
    EXPECT_EQ(as_text(read_as<ClientCutText>(cut_text(5, "abcde"), extensions).octets), "abcde");
    const auto longer = read_as<ClientCutText>(cut_text(6, "abcdef"), extensions);
    EXPECT_FALSE(longer.kept);
    EXPECT_TRUE(longer.octets.empty());
}

TEST(ClientMessage, ExtendedClipboardNeedsToBeAnnounced)
{
    const auto message = cut_text(0U - 4, "abcd");
    EXPECT_THROW(read(message), ProtocolError);
    NegotiatedExtensions extensions;
    extensions.extended_clipboard = true;
    const auto body = read_as<ClientCutText>(message, extensions);
    EXPECT_TRUE(body.extended);
    EXPECT_EQ(as_text(body.octets), "abcd");
    const std::string text(k_least_extended_cut_text + 1, 'x');
    const auto length = 0U - static_cast<std::uint32_t>(text.size());
    EXPECT_FALSE(read_as<ClientCutText>(cut_text(length, text), extensions).kept);
    extensions.most_extended_cut_text = k_least_extended_cut_text + 1;
    EXPECT_TRUE(read_as<ClientCutText>(cut_text(length, text), extensions).kept);
    EXPECT_THROW(read_as<ClientCutText>(cut_text(0x80000000U, ""), extensions), ProtocolError);
}

TEST(ClientMessage, RefusesAbsurdLengthsAtTheHeader)
{
    // Nothing follows: a refusal, not a wait, for the announced octets.
    for (const std::uint32_t length :
         {0x7fffffffU, 0x80000000U, 0x80000001U, 0xffffffffU, k_max_skipped_cut_text + 1}) {
        EXPECT_THROW(read(cut_text(length, "")), ProtocolError) << length;
    }
    Bytes fence = client_fence(fence::k_request, std::string(65, 'p'));
    fence.resize(9);
    EXPECT_THROW(read(fence), ProtocolError);
}

TEST(ClientMessage, TheSignOfALengthIsHandledForEveryNumber)
{
    EXPECT_FALSE(cut_text_length(0).extended);
    EXPECT_EQ(cut_text_length(0x7fffffff).length, 0x7fffffffU);
    EXPECT_TRUE(cut_text_length(0xffffffff).extended);
    EXPECT_EQ(cut_text_length(0xffffffff).length, 1U);
    EXPECT_TRUE(cut_text_length(0x80000000).extended);
    EXPECT_EQ(cut_text_length(0x80000000).length, 0x80000000U);
}

TEST(ClientMessage, FenceContinuousUpdatesAndDesktopSize)
{
    const auto fence = read_as<ClientFence>(client_fence(0x80000003, std::string(64, 'p')));
    EXPECT_EQ(fence.flags, 0x80000003U);
    EXPECT_EQ(fence.payload.size(), 64U);
    const auto continuous =
        read_as<EnableContinuousUpdates>(continuous_updates(true, {1, 2, 3, 4}));
    EXPECT_TRUE(continuous.enable);
    EXPECT_EQ(continuous.area, (Rect{1, 2, 3, 4}));
    const auto size = read_as<SetDesktopSize>(set_desktop_size(800, 600, {{0, 0, 800, 600}}));
    EXPECT_EQ(size.width, 800);
    ASSERT_EQ(size.screens.size(), 1U);
    EXPECT_EQ(size.screens[0].height, 600);
    const std::vector<Rect> many(255, Rect{0, 0, 1, 1});
    EXPECT_EQ(read_as<SetDesktopSize>(set_desktop_size(1, 1, many)).screens.size(), 255U);
}

TEST(ClientMessage, RefusesWhatIsUnknown)
{
    for (int type = 0; type < 256; ++type) {
        const bool known = type == 0 || (type >= 2 && type <= 6) || type == 150 || type == 248 ||
                           type == 251 || type == 255;
        if (!known) {
            Bytes octets(64);
            octets[0] = static_cast<std::uint8_t>(type);
            EXPECT_THROW(read(octets), ProtocolError) << type;
        }
    }
    Bytes audio(16);
    audio[0] = 255;
    audio[1] = 1;
    EXPECT_THROW(read(audio), ProtocolError);
}

TEST(ClientMessage, RefusesExtensionsThatWereNotNegotiated)
{
    EXPECT_THROW(read(continuous_updates(true, {0, 0, 1, 1}), {}), ProtocolError);
    EXPECT_THROW(read(client_fence(0, ""), {}), ProtocolError);
    EXPECT_THROW(read(set_desktop_size(1, 1, {{0, 0, 1, 1}}), {}), ProtocolError);
    EXPECT_THROW(read(qemu_key_event(0x61, 0x1e, true), {}), ProtocolError);
}

TEST(ClientMessage, AnEndWithinAMessageIsAnEndOfStream)
{
    const Bytes whole = joined({set_encodings({1, 2, 3})});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_THROW(read(part), EndOfStream) << length;
    }
}

} // namespace
} // namespace gds::test
