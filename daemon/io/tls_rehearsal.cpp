// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_rehearsal.h"

#include <algorithm>
#include <cerrno>

namespace gds {

namespace {

constexpr int k_most_rounds = 20;

class Actor {
public:
    Actor(unsigned flags, gnutls_certificate_credentials_t credentials, gnutls_priority_t priority)
    {
        gnutls_session_t session = nullptr;
        check_gnutls(gnutls_init(&session, flags | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL),
                     "TLS session");
        session_.reset(session);
        check_gnutls(gnutls_priority_set(session, priority), "TLS priority");
        check_gnutls(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials),
                     "TLS credentials");
        gnutls_handshake_set_timeout(session, GNUTLS_INDEFINITE_TIMEOUT);
        gnutls_transport_set_ptr(session, this);
        gnutls_transport_set_push_function(session, push);
        gnutls_transport_set_pull_function(session, pull);
        gnutls_transport_set_pull_timeout_function(session, pull_timeout);
    }
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;

    void face(Actor& other) { other_ = &other; }
    // Goes on as far as what has come allows.
    void play()
    {
        if (code_ == GNUTLS_E_AGAIN) {
            code_ = gnutls_handshake(session_.get());
        }
    }
    bool done() const { return code_ == GNUTLS_E_SUCCESS; }
    bool failed() const { return gnutls_error_is_fatal(code_) != 0; }
    std::string trouble() const { return gnutls_strerror(code_); }

private:
    static ssize_t push(gnutls_transport_ptr_t self, const void* from, std::size_t size)
    {
        auto& arrived = static_cast<Actor*>(self)->other_->arrived_;
        const auto* const first = static_cast<const std::uint8_t*>(from);
        arrived.insert(arrived.end(), first, first + size);
        return static_cast<ssize_t>(size);
    }
    static ssize_t pull(gnutls_transport_ptr_t self, void* into, std::size_t size)
    {
        auto& actor = *static_cast<Actor*>(self);
        if (actor.arrived_.empty()) {
            gnutls_transport_set_errno(actor.session_.get(), EAGAIN);
            return -1;
        }
        const std::size_t taken = std::min(size, actor.arrived_.size());
        std::copy_n(actor.arrived_.begin(), taken, static_cast<std::uint8_t*>(into));
        actor.arrived_.erase(actor.arrived_.begin(),
                             actor.arrived_.begin() + static_cast<std::ptrdiff_t>(taken));
        return static_cast<ssize_t>(taken);
    }
    static int pull_timeout(gnutls_transport_ptr_t self, unsigned /*milliseconds*/)
    {
        return static_cast<const Actor*>(self)->arrived_.empty() ? 0 : 1;
    }

    SessionHandle session_;
    Actor* other_ = nullptr;
    Bytes arrived_;
    int code_ = GNUTLS_E_AGAIN;
};

} // namespace

std::string rehearse_handshake(gnutls_certificate_credentials_t credentials,
                               gnutls_priority_t priority)
{
    const auto none =
        make_gnutls<CredentialsHandle>(gnutls_certificate_allocate_credentials, "TLS credentials");
    Actor ours{GNUTLS_SERVER | GNUTLS_NO_TICKETS, credentials, priority};
    Actor viewer{GNUTLS_CLIENT, none.get(), priority};
    ours.face(viewer);
    viewer.face(ours);
    for (int round = 0; round < k_most_rounds && !(ours.done() && viewer.done()); ++round) {
        for (Actor* actor : {&viewer, &ours}) {
            actor->play();
            if (actor->failed()) {
                return actor->trouble();
            }
        }
    }
    return ours.done() && viewer.done() ? std::string{} : ours.trouble();
}

} // namespace gds
