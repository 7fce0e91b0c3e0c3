// SPDX-License-Identifier: GPL-2.0-or-later
// One of many viewers of the same pictures.
#pragma once

#include "session_fixture.h"

namespace gds::test {

// A viewer that reads, or does not, and is gone at some time.
class Guest {
public:
    Guest(SessionHost& host, SharedPictures& pictures)
        : session_(connection_,
                   SecurityProof::make({IdentityKind::password, "alice", {}},
                                       SecurityWord::x509_plain, "", 256),
                   host, pictures)
    {
        scope_.spawn(session_.run(), [](const std::exception_ptr&) {});
    }
    void say(const Bytes& octets) { client_->send(octets); }
    void read() { client_->take_arrived(); }
    void picture_changed() { session_.picture_changed(); }
    void stop_reading(std::size_t after) { server_->set_write_capacity(after); }

private:
    StreamPair pair_ = make_stream_pair();
    std::unique_ptr<MemoryStream> client_ = std::move(pair_.client);
    MemoryStream* server_ = pair_.server.get();
    Connection connection_{std::move(pair_.server), "192.0.2.7:51234"};
    Session session_;
    TaskScope scope_;
};

} // namespace gds::test
