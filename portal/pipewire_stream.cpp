// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/pipewire_stream.h"

#include "base/log.h"

#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include <pipewire/keys.h>
#include <spa/param/param.h>

// In older versions of PipeWire some functions are macros, written in C.
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"

namespace gds {
namespace {

pw_properties* stream_properties()
{
    return pw_properties_new(PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY, "Capture",
                             PW_KEY_MEDIA_ROLE, "Screen", nullptr);
}

// What the newer buffer tells on top of the older one that is skipped for it.
void add_older(BufferContent& newer, const BufferContent& older)
{
    if (older.pixels && newer.damage) {
        if (older.damage && older.pixels->size == newer.pixels->size) {
            newer.damage->add(*older.damage);
        } else {
            newer.damage.reset();
        }
    }
}

// The newer one keeps the older's shape where it has none.
void add_cursor(std::optional<CursorUpdate>& newer, const std::optional<CursorUpdate>& older)
{
    if (!newer) {
        newer = older;
    } else if (!newer->shape && older) {
        newer->shape = older->shape;
    }
}

// Gives a buffer back when dropped.
struct ReturnedBuffer {
    BufferReturns& returns;
    pw_buffer* buffer;
    ReturnedBuffer(BufferReturns& to, pw_buffer* what) : returns(to), buffer(what) {}
    ReturnedBuffer(const ReturnedBuffer&) = delete;
    ReturnedBuffer& operator=(const ReturnedBuffer&) = delete;
    ~ReturnedBuffer()
    {
        if (buffer != nullptr) {
            returns.give_back(buffer);
        }
    }
};

} // namespace

const pw_stream_events PipeWireStream::k_events = [] {
    pw_stream_events events{};
    events.version = PW_VERSION_STREAM_EVENTS;
    events.state_changed = &PipeWireStream::on_state_changed;
    events.param_changed = &PipeWireStream::on_param_changed;
    events.add_buffer = &PipeWireStream::on_add_buffer;
    events.remove_buffer = &PipeWireStream::on_remove_buffer;
    events.process = &PipeWireStream::on_process;
    return events;
}();

PipeWireStream::PipeWireStream(PipeWireLoop& loop, const PipeWireRemote& remote,
                               std::uint32_t node_id, std::optional<Size> wish, Events events)
    : remote_(remote), node_id_(node_id), events_(std::move(events)),
      second_look_({[this](bool active) {
                        if (comes_from_mutter()) {
                            pw_stream_set_active(stream_, active);
                        }
                    },
                    [this] { events_.on_starved(); }}),
      size_wish_([this](Size size) { ask_size(size); }), loop_(loop.loop())
{
    stream_ = pw_stream_new(remote.core(), "gnome-desktop-sharing", stream_properties());
    if (stream_ == nullptr) {
        throw std::system_error{errno, std::generic_category(), "PipeWire stream"};
    }
    returns_ = std::make_shared<BufferReturns>(
        [stream = stream_](pw_buffer* buffer) { pw_stream_queue_buffer(stream, buffer); });
    mail_ = pw_loop_add_event(loop_, &PipeWireStream::on_mail, this);
    pw_stream_add_listener(stream_, &listener_, &k_events, this);
    PodStorage storage;
    auto params = build_format_offers(storage, wish);
    // Without DONT_RECONNECT a stream whose node went away waits for another one, and looks as if
    // it only paused.
    const auto flags = static_cast<pw_stream_flags>(
        PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_RT_PROCESS | PW_STREAM_FLAG_DONT_RECONNECT);
    const int result = pw_stream_connect(stream_, PW_DIRECTION_INPUT, node_id, flags, params.data(),
                                         static_cast<std::uint32_t>(params.size()));
    if (result < 0) {
        end();
        throw std::system_error{-result, std::generic_category(), "PipeWire stream"};
    }
}

PipeWireStream::~PipeWireStream() { end(); }

void PipeWireStream::end()
{
    // First the data thread is stopped; what is told meanwhile is for nobody.
    events_ = {[](const BufferContent&, std::optional<BufferLoan>) {}, [] { return false; },
               [](StreamState) {}, [] {}};
    if (lease_) {
        lease_->end();
    }
    returns_->close();
    pw_stream_disconnect(stream_);
    spa_hook_remove(&listener_);
    pw_stream_destroy(stream_);
    pw_loop_destroy_source(loop_, mail_);
}

void PipeWireStream::ask_size(Size size)
{
    PodStorage storage;
    auto params = build_format_offers(storage, size);
    pw_stream_update_params(stream_, params.data(), static_cast<std::uint32_t>(params.size()));
}

void PipeWireStream::on_state_changed(void* data, pw_stream_state, pw_stream_state new_state,
                                      const char* error)
{
    auto* self = static_cast<PipeWireStream*>(data);
    switch (new_state) {
    case PW_STREAM_STATE_ERROR:
    case PW_STREAM_STATE_UNCONNECTED:
        self->state_ = StreamState::ended;
        self->error_ = error != nullptr ? error : "the stream was disconnected";
        break;
    case PW_STREAM_STATE_CONNECTING:
        self->state_ = StreamState::connecting;
        break;
    case PW_STREAM_STATE_PAUSED:
        self->state_ = StreamState::paused;
        break;
    case PW_STREAM_STATE_STREAMING:
        self->state_ = StreamState::streaming;
        if (!std::exchange(self->began_, true)) {
            self->second_look_.begin();
        }
        break;
    }
    log_debug(std::string{"PipeWire stream: "} + pw_stream_state_as_string(new_state) +
              (error != nullptr ? std::string{": "} + error : std::string{}));
    self->events_.on_state(self->state_);
}

// Only there: the wlroots portal loses a buffer with every pause and then stands still.
bool PipeWireStream::comes_from_mutter()
{
    if (!from_mutter_) {
        const std::string name = remote_.node_name(node_id_);
        if (name.empty()) {
            return false;
        }
        from_mutter_ = name == "mutter" || name == "gnome-shell";
    }
    return *from_mutter_;
}

void PipeWireStream::on_param_changed(void* self, std::uint32_t id, const spa_pod* param)
{
    if (id == SPA_PARAM_Format) {
        static_cast<PipeWireStream*>(self)->take_format(param);
    }
}

void PipeWireStream::take_format(const spa_pod* param)
{
    const auto format = parse_stream_format(param);
    {
        // Without a usable one, buffers tell nothing.
        const std::lock_guard guard{mailbox_.lock};
        mailbox_.format = format;
        mailbox_.fresh = true;
    }
    if (param == nullptr) {
        return;
    }
    if (!format) {
        log_warning(
            "the screen's stream has a format or a size that cannot be used; it is ignored");
        return;
    }
    log_debug("PipeWire stream: " + std::to_string(format->size.width) + "x" +
              std::to_string(format->size.height));
    second_look_.format_came();
    size_wish_.came(format->size);
    PodStorage storage;
    auto params = build_buffer_wishes(storage);
    pw_stream_update_params(stream_, params.data(), static_cast<std::uint32_t>(params.size()));
}

void PipeWireStream::on_add_buffer(void* data, pw_buffer* buffer)
{
    auto* self = static_cast<PipeWireStream*>(data);
    self->returns_->add(buffer);
    // No exception may cross PipeWire's frames.
    try {
        self->mapped_[buffer] = map_pixels(*buffer->buffer);
    } catch (const std::exception& error) {
        log_warning(std::string{"a buffer of the screen's stream cannot be used: "} + error.what());
    }
}

void PipeWireStream::on_remove_buffer(void* data, pw_buffer* buffer)
{
    auto* self = static_cast<PipeWireStream*>(data);
    self->returns_->remove(buffer);
    auto& mailbox = self->mailbox_;
    if (self->lent_ == buffer) {
        std::exchange(self->lease_, nullptr)->end();
        self->lent_ = nullptr;
        const std::lock_guard guard{mailbox.lock};
        mailbox.fresh = true;
        mailbox.content.damage.reset();
    }
    const std::lock_guard guard{mailbox.lock};
    if (mailbox.buffer == buffer) {
        mailbox.buffer = nullptr;
        mailbox.content.pixels.reset();
        mailbox.fresh = true;
    }
    self->mapped_.erase(buffer);
}

// On the data thread.
void PipeWireStream::on_process(void* data)
{
    auto* self = static_cast<PipeWireStream*>(data);
    // No exception may cross PipeWire's frames.
    try {
        self->take_buffers();
    } catch (const std::exception& error) {
        log_warning(std::string{"a picture was lost: "} + error.what());
    }
    pw_loop_signal_event(self->loop_, self->mail_);
}

void PipeWireStream::take_buffers()
{
    const std::lock_guard guard{mailbox_.lock};
    while (pw_buffer* buffer = pw_stream_dequeue_buffer(stream_)) {
        // Given back at the end of this turn, unless it is kept.
        ReturnedBuffer returned{*returns_, buffer};
        if (!mailbox_.format) {
            continue;
        }
        BufferContent next = read_buffer(*buffer->buffer, *mailbox_.format);
        add_cursor(next.cursor, mailbox_.content.cursor);
        if (!next.pixels) {
            mailbox_.content.cursor = next.cursor;
            mailbox_.pointers += next.pointer_only ? 1 : 0;
            continue;
        }
        const auto before = std::exchange(mailbox_.sequence, next.sequence);
        const bool counts_on = next.sequence == 0 || next.sequence == before + 1;
        if (std::exchange(mailbox_.fresh, false) || !counts_on) {
            next.damage.reset();
        }
        add_older(next, mailbox_.content);
        mailbox_.content = std::move(next);
        returned.buffer = std::exchange(mailbox_.buffer, buffer);
    }
}

void PipeWireStream::on_mail(void* data, std::uint64_t)
{
    static_cast<PipeWireStream*>(data)->collect();
}

void PipeWireStream::collect()
{
    if (lent_ != nullptr || !events_.ready()) {
        return;
    }
    try {
        deliver();
    } catch (const std::exception& error) {
        log_warning(std::string{"a picture was lost: "} + error.what());
    }
}

void PipeWireStream::deliver()
{
    BufferContent content;
    pw_buffer* buffer = nullptr;
    int pointers = 0;
    {
        const std::lock_guard guard{mailbox_.lock};
        content = std::exchange(mailbox_.content, {});
        buffer = std::exchange(mailbox_.buffer, nullptr);
        pointers = std::exchange(mailbox_.pointers, 0);
    }
    if (comes_from_mutter()) {
        second_look_.pointers_came(pointers);
    }
    if (!content.pixels) {
        if (content.cursor) {
            events_.on_content(content, std::nullopt);
        }
        return;
    }
    second_look_.picture_came();
    events_.on_content(content, lend(buffer));
}

BufferLoan PipeWireStream::lend(pw_buffer* buffer)
{
    lent_ = buffer;
    lent_is_held_ = false;
    lease_ = std::make_shared<BufferLease>();
    return BufferLoan{lease_, [this](bool drawn) { take_back(drawn); },
                      [this] { return hold_lent(); }};
}

std::shared_ptr<const void> PipeWireStream::hold_lent()
{
    const auto mapped = mapped_.find(lent_);
    if (lent_ == nullptr || mapped == mapped_.end() || !mapped->second) {
        return nullptr;
    }
    auto held = returns_->hold(lent_, mapped->second);
    lent_is_held_ = held != nullptr;
    return held;
}

void PipeWireStream::take_back(bool drawn)
{
    lease_.reset();
    if (!drawn) {
        // What it changed is in no frame.
        const std::lock_guard guard{mailbox_.lock};
        mailbox_.fresh = true;
        mailbox_.content.damage.reset();
    }
    pw_buffer* buffer = std::exchange(lent_, nullptr);
    if (!lent_is_held_) {
        returns_->give_back(buffer);
    }
}

} // namespace gds
