// SPDX-License-Identifier: GPL-2.0-or-later
// Any octets as client messages: read in one piece and in small ones they must give the same
// messages and the same end, each within its limits.
//
// Input: which extensions are negotiated (1 octet), how many octets a read gives (1), the stream.
#include "base/errors.h"
#include "fakes/stream_pair.h"
#include "rfb/client_message.h"
#include "rfb/wire.h"

#include <cstdlib>
#include <iostream>
#include <string>

namespace gds {
namespace {

void expect(bool holds, const char* what)
{
    if (!holds) {
        std::cerr << "does not hold: " << what << '\n';
        std::abort();
    }
}

void check(const SetPixelFormat& message) { expect(is_valid(message.format), "pixel format"); }
void check(const SetEncodings& message)
{
    expect(message.encodings.size() <= k_max_encodings, "number of encodings");
}
void check(const PointerEvent& message) { expect(message.buttons < 1U << 9, "buttons"); }
void check(const ClientFence& message)
{
    expect(message.payload.size() <= fence::k_max_payload, "fence's payload");
}
void check(const SetDesktopSize& message)
{
    is_valid_layout(message.width, message.height, message.screens);
}
void check(const ClientCutText& message)
{
    expect(message.octets.size() <= 1000 &&
               message.kept != (message.octets.size() < message.length),
           "cut text");
}
template <typename Other>
void check(const Other&)
{}

// One letter per message, and how it ended.
std::string read_all(ByteView octets, const NegotiatedExtensions& extensions, std::size_t piece)
{
    auto pair = test::make_stream_pair();
    pair.server->set_read_limit(piece);
    pair.client->send(octets);
    pair.client->end();
    StreamReader reader{*pair.server, StreamReader::Mode::buffered};
    std::string read;
    for (;;) {
        try {
            const auto message = test::run_ready(read_client_message(reader, extensions));
            std::visit([](const auto& one) { check(one); }, message);
            read += static_cast<char>('a' + message.index());
        } catch (const EndOfStream&) {
            return read + "; end";
        } catch (const ProtocolError& error) {
            return read + "; " + error.what();
        }
    }
}

} // namespace
} // namespace gds

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace gds;
    if (size < 2) {
        return 0;
    }
    const auto bit = [flags = data[0]](unsigned number) { return (flags >> number & 1) != 0; };
    NegotiatedExtensions extensions{bit(0), bit(1), bit(2), bit(3), bit(4), bit(5)};
    extensions.most_cut_text = bit(6) ? 1000 : 0;
    extensions.most_extended_cut_text = bit(7) ? 1000 : 0;
    const std::size_t piece = data[1] + std::size_t{1};
    const ByteView stream{data + 2, size - 2};
    const auto whole = read_all(stream, extensions, size);
    const auto pieces = read_all(stream, extensions, piece);
    if (whole != pieces) {
        std::cerr << whole << "\n" << pieces << '\n';
        std::abort();
    }
    return 0;
}
