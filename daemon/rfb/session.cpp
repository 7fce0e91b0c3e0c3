// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/session.h"

#include "base/task_scope.h"
#include "base/timeout.h"
#include "base/wakeup.h"
#include "rfb/client_input.h"
#include "rfb/session_clipboard.h"
#include "rfb/session_reader.h"
#include "rfb/session_state.h"
#include "rfb/session_updater.h"

#include <exception>
#include <utility>

namespace gds {

struct Session::Impl {
    Impl(Connection& connection, Authenticated proof, SessionHost& session_host,
         SharedPictures& shared_pictures, const SessionLimits& session_limits)
        : who(std::move(proof)), host(session_host), pictures(shared_pictures),
          limits(session_limits), input(host), clipboard(state, host, pictures.workers()),
          stream_reader(connection.stream(), StreamReader::Mode::buffered),
          reader(stream_reader, state, host, input, clipboard, limits),
          updater(connection, state, host, input, pictures, limits)
    {}

    void on_end(std::exception_ptr reason)
    {
        if (!over) {
            over = true;
            error = std::move(reason);
            ended.set();
        }
    }

    const Authenticated who;
    SessionHost& host;
    SharedPictures& pictures;
    const SessionLimits limits;
    SessionState state;
    ClientInput input;
    SessionClipboard clipboard;
    StreamReader stream_reader;
    SessionReader reader;
    SessionUpdater updater;

    Wakeup ended;
    bool over = false;
    std::exception_ptr error;
};

Session::Session(Connection& connection, Authenticated who, SessionHost& host,
                 SharedPictures& pictures, const SessionLimits& limits)
    : impl_(std::make_unique<Impl>(connection, std::move(who), host, pictures, limits))
{}

Session::~Session() = default;

Task<> Session::run()
{
    auto& self = *impl_;
    // RFC 6143, 7.3.1: zero asks to be alone.
    auto client_init = self.stream_reader.u8();
    const auto shared = co_await with_timeout(std::move(client_init), self.limits.client_init);
    self.host.on_client_init(shared == 0);
    co_await self.host.first_picture();
    co_await self.updater.send_server_init();

    // Of this frame, so that dropping it ends both.
    TaskScope tasks;
    const auto on_end = [&self](std::exception_ptr error) { self.on_end(std::move(error)); };
    tasks.spawn(self.reader.run(), on_end);
    tasks.spawn(self.updater.run(), on_end);
    tasks.spawn(self.clipboard.take_in(), on_end);
    tasks.spawn(self.clipboard.give_out(), on_end);
    self.clipboard.begin();
    co_await self.ended.wait();
    self.input.release_all();
    if (self.error) {
        std::rethrow_exception(self.error);
    }
}

void Session::picture_changed()
{
    if (impl_->state.choice.watches_films()) {
        impl_->pictures.films().look(impl_->host.frame());
    }
    impl_->state.work.set();
}

void Session::cursor_changed()
{
    impl_->input.see_cursor(impl_->host.cursor());
    impl_->state.work.set();
}

void Session::lock_keys_changed() { impl_->state.work.set(); }

void Session::name_changed()
{
    impl_->state.name_due = true;
    impl_->state.work.set();
}

void Session::size_failed() { impl_->state.answer(ResizeAnswer{ResizeStatus::out_of_resources}); }

void Session::rights_changed()
{
    if (!impl_->host.may_control()) {
        impl_->input.release_all();
    }
    clipboard_rights_changed();
}

void Session::clipboard_changed() { impl_->clipboard.changed(); }

void Session::clipboard_rights_changed() { impl_->clipboard.rights_changed(); }

ClipResultPtr Session::ask_clipboard(ClipKind kind) { return impl_->clipboard.ask(kind); }

const Authenticated& Session::who() const { return impl_->who; }

const SessionStatistics& Session::statistics() const { return impl_->state.statistics; }

} // namespace gds
