// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/session_clipboard.h"

#include "base/log.h"
#include "base/timeout.h"
#include "rfb/clipboard_formats.h"

#include <chrono>
#include <exception>
#include <string>

namespace gds {

namespace {

// The host has deadlines of its own; this is for those that fail to.
constexpr std::chrono::milliseconds k_host_limit{30'000};

} // namespace

SessionClipboard::~SessionClipboard() { fail_asked("the viewer has left"); }

void SessionClipboard::fail_asked(const char* why)
{
    const auto asked = std::exchange(asked_, {});
    for (const auto& [kind, waited_for] : asked) {
        if (const auto result = waited_for.lock()) {
            result->fail(std::make_exception_ptr(ClipboardError{why}));
        }
    }
}

// --- from the viewer

void SessionClipboard::on_encodings()
{
    if (extended()) {
        caps_due_ = true; // rfbproto: after each SetEncodings that lists it
        news_due_ = true;
    }
    out_work_.set();
}

void SessionClipboard::on_cut_text(const ClientCutText& message)
{
    if (!message.extended) {
        if (message.kept && host_.clipboard_rights().from_viewer) {
            arrived_ = Latin1{message.octets};
            in_work_.set();
        }
    } else if (message.kept) {
        take(parse_clip_message(message.octets));
    } else {
        fail_asked("the viewer sent more than is taken");
    }
}

void SessionClipboard::take(const ClipMessage& message)
{
    const auto rights = host_.clipboard_rights();
    switch (message.action) {
    case clip::k_caps:
        caps_ = message.caps;
        news_due_ = true;
        break;
    case clip::k_request:
        if (rights.to_viewer) {
            asked_for_ |= message.formats;
        }
        break;
    case clip::k_peek:
        news_due_ = true;
        break;
    case clip::k_notify:
        if (rights.from_viewer) {
            host_.on_viewer_copied({clip_kinds(message.formats), {}});
        } else if (!was_open_) {
            early_ = clip_kinds(message.formats);
        }
        break;
    case clip::k_provide:
        if (rights.from_viewer) {
            arrived_ = Packed{message.formats, {message.packed.begin(), message.packed.end()}};
            in_work_.set();
        }
        break;
    default:
        break;
    }
    out_work_.set();
}

Task<> SessionClipboard::take_in()
{
    for (;;) {
        while (!arrived_) {
            co_await in_work_.wait();
        }
        auto arrived = std::move(*arrived_);
        arrived_.reset();
        if (auto* packed = std::get_if<Packed>(&arrived)) {
            co_await unpack(std::move(*packed));
        } else {
            co_await convert(std::get<Latin1>(std::move(arrived)));
        }
    }
}

Task<> SessionClipboard::convert(Latin1 latin1)
{
    auto job = [octets = std::move(latin1.octets)] {
        const std::string text = utf8_from_latin1(octets);
        return Bytes{text.begin(), text.end()};
    };
    auto text = co_await workers_.run(std::move(job));
    if (!host_.clipboard_rights().from_viewer) {
        co_return; // not any more
    }
    ClipOffer offer;
    if (!text.empty()) {
        offer.kinds.add(ClipKind::text);
        offer.contents[ClipKind::text] = std::make_shared<const Bytes>(std::move(text));
    }
    host_.on_viewer_copied(std::move(offer));
}

// Not on this thread: little can be inflated to much.
Task<> SessionClipboard::unpack(Packed packed)
{
    const auto formats = packed.formats;
    const auto limit = host_.clipboard_rights().limit;
    auto job = [octets = std::move(packed.octets), formats, limit] {
        return unpack_clip_contents(octets, formats, limit);
    };
    auto contents = co_await workers_.run(std::move(job));
    take_contents(std::move(contents), clip_kinds(formats));
}

void SessionClipboard::take_contents(std::map<ClipKind, ClipDataPtr> contents, ClipKinds sent)
{
    bool solicited = false;
    for (const auto kind : k_clip_kinds) {
        const auto asked = sent.has(kind) ? asked_.find(kind) : asked_.end();
        if (asked == asked_.end()) {
            continue;
        }
        solicited = true;
        const auto result = asked->second.lock();
        asked_.erase(asked);
        if (!result) {
            continue;
        }
        if (const auto content = contents.find(kind); content != contents.end()) {
            result->set(content->second);
        } else {
            const ClipboardError error{"the viewer sent nothing of use"};
            result->fail(std::make_exception_ptr(error));
        }
    }
    if (!solicited && host_.clipboard_rights().from_viewer) {
        ClipOffer offer;
        for (const auto& [kind, content] : contents) {
            offer.kinds.add(kind);
        }
        offer.contents = std::move(contents);
        host_.on_viewer_copied(std::move(offer));
    }
}

ClipResultPtr SessionClipboard::ask(ClipKind kind)
{
    auto& waited_for = asked_[kind];
    auto result = waited_for.lock();
    if (!result) {
        result = std::make_shared<ClipResult>();
        waited_for = result;
        to_ask_ |= clip_format(kind);
        ask_viewer();
    }
    return result;
}

void SessionClipboard::ask_viewer()
{
    if (question_under_way_ || to_ask_ == 0) {
        return;
    }
    question_under_way_ = true;
    state_.answer(CutText{clip_action_message(clip::k_request, std::exchange(to_ask_, 0)), [this] {
                              question_under_way_ = false;
                              ask_viewer();
                          }});
}

// --- to the viewer

void SessionClipboard::begin()
{
    look_at_rights();
    news_due_ = true;
    out_work_.set();
}

void SessionClipboard::changed()
{
    news_due_ = true;
    old_news_ = false;
    out_work_.set();
}

void SessionClipboard::look_at_rights()
{
    const auto rights = host_.clipboard_rights();
    was_open_ = was_open_ || rights.from_viewer || rights.to_viewer;
    if (const auto early = rights.from_viewer ? std::exchange(early_, {}) : std::nullopt) {
        host_.on_viewer_copied({*early, {}});
    }
}

void SessionClipboard::rights_changed()
{
    look_at_rights();
    if (told_caps_ && extended() && *told_caps_ != own_caps()) {
        caps_due_ = true;
        news_due_ = true;
    }
    out_work_.set();
}

std::uint32_t SessionClipboard::own_caps() const
{
    const auto rights = host_.clipboard_rights();
    std::uint32_t flags = 0;
    if (rights.from_viewer) {
        flags |= clip::k_notify | clip::k_provide;
    }
    if (rights.to_viewer) {
        flags |= clip::k_request | clip::k_peek;
    }
    return flags == 0 ? 0 : flags | clip::k_text | clip::k_rtf | clip::k_html | clip::k_dib;
}

Task<> SessionClipboard::give_out()
{
    for (;;) {
        const bool said = co_await say_next();
        if (!said || under_way_) {
            co_await out_work_.wait();
        }
    }
}

// False: there is nothing to say now.
Task<bool> SessionClipboard::say_next()
{
    if (under_way_) {
        co_return false;
    }
    if (caps_due_) {
        caps_due_ = false;
        told_caps_ = own_caps();
        send(clip_caps_message(*told_caps_));
        co_return true;
    }
    if (!host_.clipboard_rights().to_viewer) {
        asked_for_ = 0;
        co_return false; // news wait for better times
    }
    if (news_due_) {
        news_due_ = false;
        co_await tell_news();
        co_return true;
    }
    if (asked_for_ != 0) {
        const auto formats = std::exchange(asked_for_, 0);
        co_await provide(formats);
        co_return true;
    }
    co_return false;
}

Task<> SessionClipboard::tell_news()
{
    const auto kinds = host_.clipboard_kinds();
    if (extended() && (caps_.flags & clip::k_notify) != 0) {
        send(clip_action_message(clip::k_notify, clip_formats(kinds) & caps_.flags));
        co_return;
    }
    if (old_news_) {
        co_return;
    }
    if (extended() && (caps_.flags & clip::k_provide) != 0) {
        if (kinds.has(ClipKind::text)) {
            co_await provide(clip::k_text);
        }
        co_return;
    }
    if (extended() || !kinds.has(ClipKind::text)) {
        co_return;
    }
    const auto content = co_await content_of(ClipKind::text);
    if (content && host_.clipboard_rights().to_viewer) {
        auto job = [content] {
            return latin1_cut_text_message(
                {reinterpret_cast<const char*>(content->data()), content->size()});
        };
        auto message = co_await workers_.run(std::move(job));
        send(std::move(message));
    }
}

// Also when there is nothing (any more): the viewer waits for an answer.
Task<> SessionClipboard::provide(std::uint32_t formats)
{
    std::map<ClipKind, ClipDataPtr> contents;
    for (const auto kind : k_clip_kinds) {
        if ((formats & clip_format(kind)) != 0 && host_.clipboard_kinds().has(kind)) {
            const auto content = co_await content_of(kind);
            if (content) {
                contents[kind] = content;
            }
        }
    }
    if (!host_.clipboard_rights().to_viewer) {
        co_return; // not any more
    }
    auto job = [contents = std::move(contents)] { return clip_provide_message(contents); };
    auto message = co_await workers_.run(std::move(job));
    send(std::move(message));
}

Task<ClipDataPtr> SessionClipboard::content_of(ClipKind kind)
{
    ClipDataPtr content;
    try {
        const auto result = host_.read_clipboard(kind);
        auto wait = result->wait();
        co_await with_timeout(std::move(wait), k_host_limit);
        content = result->get();
    } catch (const std::exception& error) {
        log_debug(std::string{"the clipboard could not be given: "} + error.what());
    }
    co_return content;
}

void SessionClipboard::send(Bytes message)
{
    under_way_ = true;
    state_.answer(CutText{std::move(message), [this] {
                              under_way_ = false;
                              out_work_.set();
                          }});
}

} // namespace gds
