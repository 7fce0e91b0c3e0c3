// SPDX-License-Identifier: GPL-2.0-or-later
// A running Session over memory, with a viewer at the other end.
#pragma once

#include "base/task_scope.h"
#include "fakes/fake_session_host.h"
#include "fakes/stream_pair.h"
#include "rfb/session.h"
#include "rfb/update_plan.h"
#include "viewer.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace gds::test {

class SessionTest : public ::testing::Test {
protected:
    static constexpr Size k_size{40, 30};
    static constexpr Rect k_all{0, 0, 40, 30};

    ~SessionTest() override
    {
        scope.reset();
        session.reset();
    }

    void start()
    {
        session =
            std::make_unique<Session>(connection,
                                      SecurityProof::make({IdentityKind::password, "alice", {}},
                                                          SecurityWord::x509_plain, "", 256),
                                      host, pictures, limits);
        scope = std::make_unique<TaskScope>();
        scope->spawn(session->run(), [this](std::exception_ptr error) {
            ended = true;
            end = std::move(error);
        });
    }
    // Through ClientInit and ServerInit.
    void admit()
    {
        start();
        say(client_init());
        const auto init = next();
        ASSERT_TRUE(init);
        ASSERT_EQ(init->type, -1);
    }
    void say(const Bytes& octets) { client->send(octets); }

    // The server's next message, waited for.
    std::optional<Seen> next(std::chrono::milliseconds limit = std::chrono::seconds{5})
    {
        std::optional<Seen> seen;
        const auto has_come = [&] {
            if (!seen) {
                seen = look();
            }
            return seen.has_value();
        };
        spin_until(has_come, limit);
        return seen;
    }
    // The next update with pixels; what comes before it is forgotten.
    std::optional<Seen> next_picture()
    {
        for (;;) {
            auto seen = next();
            if (!seen || (seen->type == 0 && seen->pixels() > 0)) {
                return seen;
            }
        }
    }
    std::optional<Seen> look()
    {
        const Bytes more = client->take_arrived();
        if (more.empty() && incomplete) {
            return std::nullopt;
        }
        inbox.insert(inbox.end(), more.begin(), more.end());
        std::size_t length = 0;
        auto seen = viewer.next(inbox, length);
        incomplete = !seen;
        inbox.erase(inbox.begin(), inbox.begin() + static_cast<std::ptrdiff_t>(length));
        return seen;
    }
    // Gives the session the time to do what it has to do: it waits for its reader, for the one
    // worker, and for a turn now and then.
    void settle()
    {
        for (int i = 0; i < 4; ++i) {
            spin_until([] { return false; }, std::chrono::milliseconds{1});
            auto nothing = [] {};
            run_loop(pool.run(std::move(nothing)));
        }
        spin_ready();
    }
    // True when the server has nothing to say.
    bool silent()
    {
        settle();
        return !look();
    }

    // How the session ended, in one word; waits for it.
    std::string outcome()
    {
        if (!spin_until([this] { return ended; })) {
            return "still running";
        }
        if (!end) {
            return "left";
        }
        try {
            std::rethrow_exception(end);
        } catch (const ProtocolError&) {
            return "protocol error";
        } catch (const EndOfStream&) {
            return "end of stream";
        } catch (const TimedOut&) {
            return "timed out";
        } catch (const std::exception& other) {
            return other.what();
        }
    }

    // Of the host, with the pointer drawn in where the server draws it.
    void expect_picture(const Overlay& drawn = {})
    {
        auto frame = std::make_shared<Frame>(*host.frame());
        ASSERT_EQ(viewer.size, frame->size);
        const Rect area = drawn.area();
        for (int y = 0; y < area.height; ++y) {
            std::copy_n(drawn.picture->row(y), area.width, frame->row(area.y + y) + area.x);
        }
        for (int y = 0; y < frame->size.height; ++y) {
            const std::uint32_t* const row = frame->row(y);
            for (int x = 0; x < frame->size.width; ++x) {
                if (viewer.at(x, y) != (row[x] & k_rgb_mask)) {
                    FAIL() << x << "," << y << ": " << viewer.at(x, y);
                }
            }
        }
    }

    FakeSessionHost host{k_size};
    WorkerPool pool{1};
    SharedPictures pictures{pool, std::chrono::milliseconds{50}};
    SessionLimits limits;
    StreamPair pair = make_stream_pair();
    std::unique_ptr<MemoryStream> client = std::move(pair.client);
    MemoryStream* server = pair.server.get();
    Connection connection{std::move(pair.server), "192.0.2.7:51234"};
    std::unique_ptr<Session> session;
    std::unique_ptr<TaskScope> scope;
    Viewer viewer;
    bool ended = false;
    std::exception_ptr end;

private:
    Bytes inbox; // arrived and not yet a whole message
    bool incomplete = false;
};

} // namespace gds::test
