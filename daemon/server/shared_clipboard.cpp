// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/shared_clipboard.h"

#include "base/log.h"
#include "base/timeout.h"
#include "desktop/png_image.h"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <string_view>

namespace gds {

namespace {

struct MimeType {
    ClipKind kind;
    const char* name;
};

constexpr const char* k_png = "image/png";
// In the order of preference, both to read and to offer.
constexpr std::array k_mime_types{
    MimeType{ClipKind::text, "text/plain;charset=utf-8"},
    MimeType{ClipKind::text, "UTF8_STRING"},
    MimeType{ClipKind::text, "text/plain"},
    MimeType{ClipKind::html, "text/html"},
    MimeType{ClipKind::rtf, "text/rtf"},
    MimeType{ClipKind::rtf, "application/rtf"},
    MimeType{ClipKind::image, k_png},
    MimeType{ClipKind::image, "image/bmp"},
};

Bytes checked(std::optional<Bytes> octets, const char* what)
{
    if (!octets) {
        throw ClipboardError{what};
    }
    return std::move(*octets);
}

} // namespace

SharedClipboard::SharedClipboard(DesktopClipboard& desktop, WorkerPool& workers,
                                 ClipboardTimes times)
    : desktop_(desktop), workers_(workers), times_(times)
{
    desktop_.set_observer(this);
}

SharedClipboard::~SharedClipboard() { desktop_.set_observer(nullptr); }

void SharedClipboard::begin(ClipKinds kinds)
{
    kinds_ = kinds;
    owner_ = nullptr;
    of_desktop_ = false;
    mime_types_.clear();
    contents_.clear();
    forget_.clear();
}

void SharedClipboard::tell(const ClipboardPeer* but)
{
    for (auto* peer : peers_) {
        if (peer != but) {
            peer->on_clipboard_changed();
        }
    }
}

ClipKinds SharedClipboard::kinds_for(const ClipboardPeer& peer) const
{
    return owner_ == &peer ? ClipKinds{} : kinds_;
}

// --- what is copied

void SharedClipboard::on_open_changed()
{
    if (!desktop_.open() && of_desktop_) {
        begin({});
    } else if (desktop_.open() && !kinds_.empty() && !of_desktop_) {
        offer_to_desktop();
    }
    for (auto* peer : peers_) {
        peer->on_clipboard_open_changed();
    }
}

void SharedClipboard::on_copied(std::vector<std::string> mime_types)
{
    ClipKinds kinds;
    std::map<ClipKind, std::string> best;
    for (const auto& known : k_mime_types) {
        if (std::ranges::find(mime_types, known.name) != mime_types.end()) {
            kinds.add(known.kind);
            best.emplace(known.kind, known.name);
        }
    }
    begin(kinds);
    of_desktop_ = true;
    mime_types_ = std::move(best);
    tell(nullptr);
}

void SharedClipboard::offer(ClipboardPeer& from, ClipOffer offer)
{
    if (offer.kinds.empty() && owner_ != &from) {
        return; // it had nothing here
    }
    begin(offer.kinds);
    owner_ = &from;
    for (const auto& [kind, content] : offer.contents) {
        const auto result = std::make_shared<ClipResult>();
        result->set(content);
        contents_[kind] = result;
    }
    offer_to_desktop();
    tell(&from);
}

void SharedClipboard::offer_to_desktop()
{
    std::vector<std::string> offered;
    for (const auto& known : k_mime_types) {
        if (kinds_.has(known.kind)) {
            offered.emplace_back(known.name);
        }
    }
    desktop_.offer(std::move(offered));
}

void SharedClipboard::remove(ClipboardPeer& peer)
{
    std::erase(peers_, &peer);
    if (owner_ != &peer) {
        return;
    }
    owner_ = nullptr;
    ClipKinds left;
    for (const auto& [kind, result] : contents_) {
        if (result->has_value()) {
            left.add(kind);
        }
    }
    if (left == kinds_) {
        return;
    }
    kinds_ = left;
    offer_to_desktop();
    tell(nullptr);
}

// --- what is pasted

ClipResultPtr SharedClipboard::read(ClipKind kind)
{
    if (const auto found = contents_.find(kind); found != contents_.end()) {
        return found->second;
    }
    const auto result = std::make_shared<ClipResult>();
    contents_[kind] = result;
    if (!kinds_.has(kind)) {
        contents_.erase(kind);
        result->fail(std::make_exception_ptr(ClipboardError{"it is not there any more"}));
    } else if (of_desktop_) {
        to_read_.emplace_back(kind, result);
        if (!std::exchange(reading_, true)) {
            tasks_.spawn(read_in_turn());
        }
    } else {
        tasks_.spawn(read_from_viewer(kind, result));
    }
    return result;
}

void SharedClipboard::settle(ClipKind kind, const ClipResultPtr& result, ClipDataPtr data,
                             const char* error)
{
    if (data) {
        result->set(std::move(data));
        return;
    }
    log_debug(std::string{"the clipboard could not be read: "} + error);
    result->fail(std::make_exception_ptr(ClipboardError{error}));
    // Whoever asks again and again does not make it worse.
    if (const auto kept = contents_.find(kind); kept != contents_.end() && kept->second == result) {
        forget_[kind] = call_after(times_.failure_kept, [this, kind, result] {
            const auto now = contents_.find(kind);
            if (now != contents_.end() && now->second == result) {
                contents_.erase(now);
            }
        });
    }
}

Task<> SharedClipboard::read_in_turn()
{
    while (!to_read_.empty()) {
        const auto [kind, result] = to_read_.front();
        to_read_.pop_front();
        ClipDataPtr data;
        std::string error;
        const auto wanted = contents_.find(kind);
        if (wanted == contents_.end() || wanted->second != result) {
            error = "it is not there any more";
        } else {
            try {
                data = co_await read_from_desktop(kind);
            } catch (const std::exception& caught) {
                error = caught.what();
            }
        }
        settle(kind, result, data, error.c_str());
    }
    reading_ = false;
}

Task<ClipDataPtr> SharedClipboard::read_from_desktop(ClipKind kind)
{
    const std::string mime_type = mime_types_.at(kind);
    auto data = co_await desktop_.read(mime_type, limit_);
    if (mime_type == k_png) {
        auto job = [data, limit = limit_] {
            auto bmp = checked(bmp_from_png(*data, limit), "it is no PNG, or too large a one");
            return std::make_shared<const Bytes>(std::move(bmp));
        };
        data = co_await workers_.run(std::move(job));
    }
    co_return data;
}

Task<> SharedClipboard::read_from_viewer(ClipKind kind, ClipResultPtr result)
{
    ClipDataPtr data;
    std::string error;
    try {
        data = co_await ask_owner(kind);
    } catch (const std::exception& caught) {
        error = caught.what();
    }
    settle(kind, result, data, error.c_str());
}

Task<ClipDataPtr> SharedClipboard::ask_owner(ClipKind kind)
{
    if (owner_ == nullptr) {
        throw ClipboardError{"the viewer has left"};
    }
    const auto answer = owner_->ask_viewer(kind);
    auto wait = answer->wait();
    co_await with_timeout(std::move(wait), times_.viewer);
    co_return answer->get();
}

Task<ClipDataPtr> SharedClipboard::on_pasted(std::string mime_type)
{
    const auto known = std::ranges::find_if(
        k_mime_types, [&](const auto& each) { return each.name == mime_type; });
    if (known == k_mime_types.end() || of_desktop_) {
        throw ClipboardError{"it was not offered"};
    }
    const auto result = read(known->kind);
    auto wait = result->wait();
    co_await with_timeout(std::move(wait), 2 * times_.viewer);
    auto data = result->get();
    if (mime_type == k_png) {
        auto job = [data] {
            auto png = checked(png_from_bmp(*data), "it is an image that is not understood");
            return std::make_shared<const Bytes>(std::move(png));
        };
        data = co_await workers_.run(std::move(job));
    }
    co_return data;
}

} // namespace gds
