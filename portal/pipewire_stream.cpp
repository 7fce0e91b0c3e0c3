// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/pipewire_stream.h"

#include "base/log.h"

#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include <pipewire/keys.h>
#include <spa/param/param.h>

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

void add_cursor(std::optional<CursorUpdate>& sum, const std::optional<CursorUpdate>& next)
{
    if (!next) {
        return;
    }
    const auto shape = next->shape || !sum ? next->shape : sum->shape;
    sum = CursorUpdate{next->position, shape};
}

} // namespace

const pw_stream_events PipeWireStream::k_events = [] {
    pw_stream_events events{};
    events.version = PW_VERSION_STREAM_EVENTS;
    events.state_changed = &PipeWireStream::on_state_changed;
    events.param_changed = &PipeWireStream::on_param_changed;
    events.process = &PipeWireStream::on_process;
    return events;
}();

PipeWireStream::PipeWireStream(const PipeWireRemote& remote, std::uint32_t node_id,
                               std::optional<Size> wish, Events events)
    : events_(std::move(events))
{
    stream_ = pw_stream_new(remote.core(), "gnome-desktop-sharing", stream_properties());
    if (stream_ == nullptr) {
        throw std::system_error{errno, std::generic_category(), "PipeWire stream"};
    }
    pw_stream_add_listener(stream_, &listener_, &k_events, this);
    PodStorage storage;
    auto params = build_format_offers(storage, wish);
    // Without DONT_RECONNECT a stream whose node went away waits for another one, and looks as if
    // it only paused.
    const auto flags = static_cast<pw_stream_flags>(
        PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_DONT_RECONNECT);
    const int result = pw_stream_connect(stream_, PW_DIRECTION_INPUT, node_id, flags, params.data(),
                                         static_cast<std::uint32_t>(params.size()));
    if (result < 0) {
        pw_stream_destroy(stream_);
        throw std::system_error{-result, std::generic_category(), "PipeWire stream"};
    }
}

PipeWireStream::~PipeWireStream()
{
    spa_hook_remove(&listener_);
    pw_stream_destroy(stream_);
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
        break;
    }
    log_debug(std::string{"PipeWire stream: "} + pw_stream_state_as_string(new_state) +
              (error != nullptr ? std::string{": "} + error : std::string{}));
    self->events_.on_state(self->state_);
}

void PipeWireStream::on_param_changed(void* self, std::uint32_t id, const spa_pod* param)
{
    if (id == SPA_PARAM_Format) {
        static_cast<PipeWireStream*>(self)->take_format(param);
    }
}

void PipeWireStream::take_format(const spa_pod* param)
{
    // Until a usable one comes, buffers tell nothing.
    format_.reset();
    if (param == nullptr) {
        return;
    }
    format_ = parse_stream_format(param);
    if (!format_) {
        log_warning(
            "the screen's stream has a format or a size that cannot be used; it is ignored");
        return;
    }
    format_is_new_ = true;
    log_debug("PipeWire stream: " + std::to_string(format_->size.width) + "x" +
              std::to_string(format_->size.height));
    PodStorage storage;
    auto params = build_buffer_wishes(storage);
    pw_stream_update_params(stream_, params.data(), static_cast<std::uint32_t>(params.size()));
}

void PipeWireStream::on_process(void* self)
{
    // No exception may cross PipeWire's frames.
    try {
        static_cast<PipeWireStream*>(self)->take_buffers();
    } catch (const std::exception& error) {
        log_warning(std::string{"a picture was lost: "} + error.what());
    }
}

// True when the damage of the content is relative to the picture that we know.
bool PipeWireStream::is_next(const BufferContent& content)
{
    const auto before = std::exchange(sequence_, content.sequence);
    const bool counted_on = content.sequence == 0 || content.sequence == before + 1;
    return !std::exchange(format_is_new_, false) && counted_on;
}

void PipeWireStream::take_buffers()
{
    pw_buffer* newest = nullptr;
    BufferContent content;
    std::optional<CursorUpdate> cursor;
    while (pw_buffer* buffer = pw_stream_dequeue_buffer(stream_)) {
        if (!format_) {
            pw_stream_queue_buffer(stream_, buffer);
            continue;
        }
        BufferContent next = read_buffer(*buffer->buffer, *format_);
        add_cursor(cursor, next.cursor);
        if (!next.pixels) {
            pw_stream_queue_buffer(stream_, buffer);
            continue;
        }
        if (!is_next(next)) {
            next.damage.reset();
        }
        if (newest != nullptr) {
            add_older(next, content);
            pw_stream_queue_buffer(stream_, newest);
        }
        newest = buffer;
        content = std::move(next);
    }
    content.cursor = cursor;
    if (!content.pixels && !content.cursor) {
        return;
    }
    // The buffer goes back also when the picture is lost to an exception.
    struct GiveBack {
        pw_stream* stream;
        pw_buffer* buffer;
        GiveBack(pw_stream* to, pw_buffer* what) : stream(to), buffer(what) {}
        GiveBack(const GiveBack&) = delete;
        GiveBack& operator=(const GiveBack&) = delete;
        ~GiveBack()
        {
            if (buffer != nullptr) {
                pw_stream_queue_buffer(stream, buffer);
            }
        }
    };
    const GiveBack give_back{stream_, newest};
    events_.on_content(content);
}

} // namespace gds
