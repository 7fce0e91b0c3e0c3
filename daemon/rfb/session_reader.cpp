// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/session_reader.h"

#include "base/errors.h"
#include "base/source.h"
#include "rfb/wire.h"

#include <cstdlib>
#include <utility>

namespace gds {

namespace {

constexpr std::chrono::milliseconds k_next_turn{0};
constexpr int k_no_motion = 0x7fff;
constexpr int k_longest_motion = 0x2000;
constexpr std::uint32_t k_fence_modes =
    fence::k_block_before | fence::k_block_after | fence::k_sync_next;

} // namespace

Task<> SessionReader::run()
{
    unsigned in_turn = 0;
    std::optional<ClientMessage> next;
    for (;;) {
        if (!next) {
            const bool more = co_await message_follows();
            if (!more) {
                co_return;
            }
            next = co_await next_message();
        }
        const ClientMessage message = std::move(*next);
        next.reset();
        if (const auto* fence = std::get_if<ClientFence>(&message)) {
            next = co_await take_fence(*fence);
        } else {
            apply(message);
        }
        while (state_.answers.size() >= k_max_answers) {
            co_await state_.answered.wait();
        }
        if (++in_turn >= limits_.messages_per_turn) {
            in_turn = 0;
            input_.flush_motion();
            co_await sleep_for(k_next_turn);
        }
    }
}

Task<ClientMessage> SessionReader::next_message()
{
    // Nothing is kept of what nobody may have.
    const auto clipboard = host_.clipboard_rights();
    const std::size_t limit = clipboard.from_viewer ? clipboard.limit : 0;
    state_.negotiated.most_cut_text = static_cast<std::uint32_t>(limit);
    state_.negotiated.most_extended_cut_text =
        limit == 0 ? 0 : static_cast<std::uint32_t>(most_packed_octets(limit));
    return read_client_message(reader_, state_.negotiated);
}

Task<bool> SessionReader::message_follows()
{
    // All that came is handled; what is merged must not wait with us.
    if (reader_.buffered() == 0) {
        input_.flush_motion();
    }
    bool more = true;
    try {
        co_await reader_.need(1);
    } catch (const EndOfStream&) {
        more = false;
    }
    co_return more;
}

// rfbproto, "ClientFence". Messages take effect as they are read, and the updater sends answers in
// order, so BlockBefore needs only what is merged to be let go. Gives the message after a SyncNext
// back when it could not be handled with the fence.
Task<std::optional<ClientMessage>> SessionReader::take_fence(ClientFence fence)
{
    std::optional<ClientMessage> next;
    if ((fence.flags & fence::k_request) == 0) {
        co_return next; // the answer to our announcement
    }
    input_.flush_motion();
    FenceAnswer answer{fence.flags & k_fence_modes, std::move(fence.payload), {}};
    if ((fence.flags & fence::k_sync_next) != 0) {
        next = co_await next_message();
        if (!std::holds_alternative<ClientFence>(*next)) {
            answer.then = [this, message = std::move(*next)] { apply(message); };
            next.reset();
        }
    }
    const bool waits = (fence.flags & (fence::k_sync_next | fence::k_block_after)) != 0;
    state_.answer(std::move(answer));
    if (waits) {
        co_await all_answered();
    }
    co_return next;
}

Task<> SessionReader::all_answered()
{
    while (!state_.answers.empty()) {
        co_await state_.answered.wait();
    }
}

void SessionReader::apply(const ClientMessage& message)
{
    std::visit([this](const auto& one) { on(one); }, message);
}

void SessionReader::on(const SetPixelFormat& message) { state_.format = message.format; }

void SessionReader::on(const SetEncodings& message)
{
    const auto before = std::exchange(state_.choice, choose_encodings(message.encodings));
    const auto& now = state_.choice;
    auto& known = state_.negotiated;
    // What the client listed once it may use from then on; each is confirmed the first time.
    // The two that are messages come before any update: TigerVNC settles at the end of its first
    // one whether the server can fence and update continuously. There it also settles whether it
    // may choose the desktop's size, so that the other confirmations come with the screens.
    if (now.fence && !std::exchange(known.fence, true)) {
        state_.answer(FenceAnswer{fence::k_request, {}, {}});
    }
    if (now.continuous_updates && !std::exchange(known.continuous_updates, true)) {
        state_.answer(EndOfContinuousUpdates{});
    }
    if (now.qemu_extended_key_event && !std::exchange(known.qemu_extended_key_event, true)) {
        state_.acknowledgements.push_back(encoding::k_qemu_extended_key_event);
    }
    if (now.extended_mouse_buttons && !std::exchange(known.extended_mouse_buttons, true)) {
        state_.acknowledgements.push_back(encoding::k_extended_mouse_buttons);
    }
    if (now.extended_desktop_size && !before.extended_desktop_size) {
        known.extended_desktop_size = true;
        state_.layout_due = true;
    }
    if (now.desktop_name && !before.desktop_name) {
        state_.name_due = true;
    }
    known.extended_clipboard = known.extended_clipboard || now.extended_clipboard;
    clipboard_.on_encodings();
    state_.work.set();
}

void SessionReader::on(const FramebufferUpdateRequest& message)
{
    host_.on_activity();
    state_.request.ask(message.incremental, message.area);
    if (!message.incremental && state_.choice.extended_desktop_size) {
        // rfbproto, "ExtendedDesktopSize Pseudo-encoding": how the client learns the screens.
        state_.layout_due = true;
    }
    state_.work.set();
}

void SessionReader::on(const KeyEvent& message)
{
    host_.on_activity();
    input_.key_event(message.keysym, message.state);
}

void SessionReader::on(const PointerEvent& message)
{
    host_.on_activity();
    // rfbproto, "QEMU Pointer Motion Change Pseudo-encoding". What was on its way while the mode
    // changed is told by its size: no framebuffer reaches there.
    const Point by{message.position.x - k_no_motion, message.position.y - k_no_motion};
    if (state_.motion == PointerMotion::relative && std::abs(by.x) <= k_longest_motion &&
        std::abs(by.y) <= k_longest_motion) {
        input_.relative_pointer_event(by, message.buttons);
    } else {
        input_.pointer_event(message.position, message.buttons);
    }
}

void SessionReader::on(const EnableContinuousUpdates& message)
{
    if (message.enable) {
        state_.request.enable_continuous(message.area);
        state_.work.set();
    } else {
        state_.request.disable_continuous();
        state_.answer(EndOfContinuousUpdates{});
    }
}

void SessionReader::on(const SetDesktopSize& message)
{
    auto status = judge_wish(message.width, message.height, message.screens);
    if (status == ResizeStatus::done) {
        switch (host_.ask_size({message.width, message.height})) {
        case SizeAnswer::there:
            break;
        case SizeAnswer::coming:
            return; // the new size is the answer
        case SizeAnswer::refused:
            status = ResizeStatus::prohibited;
            break;
        }
    }
    state_.answer(ResizeAnswer{status});
}

void SessionReader::on(const QemuExtendedKeyEvent& message)
{
    host_.on_activity();
    input_.extended_key_event(message.keysym, message.keycode, message.state);
}

} // namespace gds
