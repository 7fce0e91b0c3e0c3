// SPDX-License-Identifier: GPL-2.0-or-later
// A whole session, from ClientInit on, against any octets: in pieces of any size, while the
// picture, the pointer and the rights change under it. It must end with the stream, by no other
// error than those of the protocol, and hold nothing down afterwards.
//
// Input: how many octets a read gives (1 octet), how many are sent between two events of the host
// (1), how much the client takes (1), the stream. The events come from the stream's own octets.
#include "base/errors.h"
#include "base/task_scope.h"
#include "fakes/fake_session_host.h"
#include "fakes/stream_pair.h"
#include "rfb/session.h"

#include <cstdlib>
#include <exception>
#include <iostream>

namespace gds {
namespace {

[[noreturn]] void fail(const std::string& what)
{
    std::cerr << what << '\n';
    std::abort();
}

void disturb(test::FakeSessionHost& host, Session& session, std::uint8_t choice)
{
    const int place = choice >> 3;
    switch (choice & 7) {
    case 0:
        host.paint(Rect{place, place, 9, 5}.intersected(Rect::of(host.frame()->size)), choice);
        session.picture_changed();
        break;
    case 1:
        host.resize({1 + place * 3, 1 + (place * 7) % 60});
        session.picture_changed();
        break;
    case 2:
        host.set_pointer({place, place / 2}, {place / 3, 0}, 0x80402010, {place * 2, place});
        session.cursor_changed();
        break;
    case 3:
        host.pointer.position = {place * 3, place};
        session.cursor_changed();
        break;
    case 4:
        host.control = !host.control;
        session.rights_changed();
        break;
    case 5:
        host.name = std::string(static_cast<std::size_t>(place) * 20, 'n');
        session.name_changed();
        break;
    default:
        break;
    }
}

void check_end(std::exception_ptr error)
{
    try {
        if (error) {
            std::rethrow_exception(error);
        }
    } catch (const ProtocolError&) {
    } catch (const EndOfStream&) {
    } catch (const TimedOut&) {
    } catch (const std::exception& other) {
        fail(std::string{"ended by "} + other.what());
    }
}

void run(ByteView input)
{
    static WorkerPool pool{1, 0};
    SharedPictures pictures{pool};
    auto pair = test::make_stream_pair();
    auto& client = *pair.client;
    pair.server->set_read_limit(input[0] + std::size_t{1});
    const std::size_t piece = input[1] + std::size_t{1};
    if (input[2] != 0) {
        pair.server->set_write_capacity(std::size_t{input[2]} * 16);
    }
    ByteView stream = input.subspan(3);

    test::FakeSessionHost host{{48, 32}};
    SessionLimits limits;
    limits.messages_per_turn = 16;
    Connection connection{std::move(pair.server), "fuzz"};
    Session session{connection,
                    SecurityProof::make({IdentityKind::password, "fuzz", {}},
                                        SecurityWord::x509_plain, "", 256),
                    host, pictures, limits};
    TaskScope scope;
    bool ended = false;
    scope.spawn(session.run(), [&ended](std::exception_ptr error) {
        ended = true;
        check_end(std::move(error));
    });
    while (!stream.empty() && !ended) {
        const ByteView now = stream.first(std::min(piece, stream.size()));
        stream = stream.subspan(now.size());
        client.send(now);
        for (int turn = 0; turn < 8; ++turn) {
            g_main_context_iteration(nullptr, FALSE);
        }
        disturb(host, session, now.back());
        client.take_arrived();
    }
    client.end();
    const auto over = [&] {
        client.take_arrived();
        return ended;
    };
    if (!test::spin_until(over, std::chrono::seconds{5})) {
        fail("did not end with its stream");
    }
    if (host.sink.held() != 0) {
        fail("holds keys or buttons after its end");
    }
}

} // namespace
} // namespace gds

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size >= 3 && size < 65536) {
        gds::run({data, size});
    }
    return 0;
}
