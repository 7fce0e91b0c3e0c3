// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/session_updater.h"

#include "rfb/encode_cursor.h"
#include "rfb/server_message.h"
#include "rfb/wire.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace gds {

namespace {

bool blocks_before(const Answer& answer)
{
    const auto* fence = std::get_if<FenceAnswer>(&answer);
    return fence != nullptr && (fence->flags & fence::k_block_before) != 0;
}

ResizeReason reason_of(SizeCause cause)
{
    switch (cause) {
    case SizeCause::this_viewer:
        return ResizeReason::this_client;
    case SizeCause::other_viewer:
        return ResizeReason::other_client;
    case SizeCause::desktop:
        break;
    }
    return ResizeReason::server;
}

bool same_shape(const CursorShapePtr& a, const CursorShapePtr& b)
{
    return a == b || (a && b && *a == *b);
}

} // namespace

Task<> SessionUpdater::send_server_init()
{
    frame_size_ = host_.frame()->size;
    screens_ = screens_of(host_.monitors(), frame_size_);
    host_.take_damage(); // all of it is owed anyway
    state_.request.set_size(frame_size_);
    told_name_ = host_.desktop_name();
    put_server_init(writer_.out(), frame_size_, state_.format, told_name_);
    co_await writer_.flush();
}

Task<> SessionUpdater::run()
{
    for (;;) {
        look_at_host();
        const std::size_t count = state_.answers.size() - held_back();
        put_answers(count);
        const bool announced = put_announcements();
        co_await writer_.flush();
        drop_answers(count);

        // What came meanwhile goes before the picture: an answer may be the mark behind which the
        // client expects another pixel format.
        look_at_host();
        const std::size_t held = held_back();
        if (picture_due() && held == state_.answers.size()) {
            co_await send_picture();
            put_answers(held);
            co_await writer_.flush();
            drop_answers(held);
        } else if (count == 0 && !announced && state_.answers.empty()) {
            co_await state_.work.wait();
        }
    }
}

// --- what there is to tell

void SessionUpdater::look_at_host()
{
    const Size size = host_.frame()->size;
    Region damage = host_.take_damage();
    if (size != frame_size_) {
        frame_size_ = size;
        // For the client that cannot be told: also what lies beyond the picture now.
        damage.add(Rect::of(state_.request.size()));
    }
    state_.request.add_damage(damage);
    if (auto screens = screens_of(host_.monitors(), frame_size_); screens != screens_) {
        screens_ = std::move(screens);
        state_.layout_due = true;
    }
    look_at_cursor();
}

void SessionUpdater::look_at_cursor()
{
    const auto& cursor = host_.cursor();
    painted_ = paints_cursor();
    const Rect area = painted_ ? cursor_area(cursor, frame_size_) : Rect{};
    const bool moved = area != drawn_area_ || (painted_ && cursor.position != drawn_position_);
    if (moved || (!area.empty() && !same_shape(cursor.shape, drawn_shape_))) {
        Region damage{drawn_area_};
        damage.add(area);
        state_.request.add_damage(damage);
    }
    drawn_area_ = area;
    drawn_position_ = cursor.position;
    drawn_shape_ = painted_ ? cursor.shape : nullptr;
}

// Into the picture: for who does not draw it, and for who draws it where his own pointer is while
// the desktop's is somewhere else, because he may only look or because somebody else has moved it.
bool SessionUpdater::paints_cursor()
{
    const auto& cursor = host_.cursor();
    if (cursor.shape && (!first_position_ || !state_.choice.draws_cursor())) {
        first_position_ = cursor.position;
    }
    if (!state_.choice.draws_cursor()) {
        return true;
    }
    if (state_.choice.pointer_pos || !cursor.shape || cursor.shape->size.empty()) {
        return false;
    }
    if (!host_.may_control()) {
        return true;
    }
    const auto& own = input_.last_position();
    if (state_.choice.vmware_cursor_position || cursor.position == (own ? own : first_position_)) {
        return false;
    }
    return own_motion_is_over();
}

// Where this client puts the pointer comes back late; taken at once for somebody else's doing it
// would pull the client's own pointer backwards.
bool SessionUpdater::own_motion_is_over()
{
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - input_.last_moved());
    if (!input_.last_position() || since >= limits_.pointer_quiet) {
        return true;
    }
    pointer_quiet_ = call_after(limits_.pointer_quiet - since, [this] { state_.work.set(); });
    return false;
}

bool SessionUpdater::size_differs() const { return frame_size_ != state_.request.size(); }

bool SessionUpdater::picture_due()
{
    const auto& choice = state_.choice;
    const bool announced_first =
        size_differs() && (choice.extended_desktop_size || choice.desktop_size);
    if (announced_first || !state_.request.may_send()) {
        return false;
    }
    return !state_.request.due().empty() || !sender_.to_refine().empty();
}

// --- answers

// Fences with BlockBefore at the end of the queue: they wait for the answer to the requests that
// came before them.
std::size_t SessionUpdater::held_back()
{
    if (!picture_due()) {
        return 0;
    }
    const auto& answers = state_.answers;
    const auto other = std::find_if_not(answers.rbegin(), answers.rend(), blocks_before);
    return static_cast<std::size_t>(other - answers.rbegin());
}

void SessionUpdater::put_answers(std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        put_answer(state_.answers[i]);
        // Now, before anything else is put: what follows the answer in the stream is affected by
        // the message, what precedes it is not.
        std::function<void()> then;
        if (auto* fence = std::get_if<FenceAnswer>(&state_.answers[i])) {
            then = std::exchange(fence->then, {});
        } else if (auto* text = std::get_if<CutText>(&state_.answers[i])) {
            text->message = {};
            then = std::exchange(text->then, {});
        }
        if (then) {
            then();
        }
    }
}

void SessionUpdater::drop_answers(std::size_t count)
{
    for (; count > 0; --count) {
        state_.answers.pop_front();
        state_.answered.set();
    }
}

void SessionUpdater::put_answer(const Answer& answer)
{
    const auto put = [this](const auto& one) {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, FenceAnswer>) {
            put_server_fence(writer_.out(), one.flags, one.payload);
        } else if constexpr (std::is_same_v<Kind, EndOfContinuousUpdates>) {
            put_end_of_continuous_updates(writer_.out());
        } else if constexpr (std::is_same_v<Kind, ResizeAnswer>) {
            const Size size = state_.request.size();
            put_update_header(writer_.out(), 1);
            put_extended_desktop_size(writer_.out(), ResizeReason::this_client, one.status, size,
                                      size_differs() ? single_screen(size) : screens_);
        } else {
            writer_.out().put_bytes(one.message);
        }
    };
    std::visit(put, answer);
}

// --- pseudo-rectangles

// In an update of their own, unless the picture takes them along; without continuous updates a
// client may change its pixel format after one update for each request. A change of size may share
// an update with nothing that changes pixels (rfbproto, "DesktopSize" and "ExtendedDesktopSize
// Pseudo-encoding").
// They do not use the request up: clients exist that ask again only after pixels.
bool SessionUpdater::put_announcements()
{
    if (!state_.request.may_send()) {
        return false;
    }
    StreamWriter before = std::exchange(writer_.out(), {});
    std::uint16_t count = put_acknowledgements();
    if (!picture_due()) {
        count = static_cast<std::uint16_t>(count + put_small_news());
    }
    // Last: some clients take nothing behind it.
    count = static_cast<std::uint16_t>(count + (put_size() ? 1 : 0));
    const Bytes rects = writer_.out().take();
    writer_.out() = std::move(before);
    if (count > 0) {
        put_update_header(writer_.out(), count);
        writer_.out().put_bytes(rects);
    }
    return count > 0;
}

std::uint16_t SessionUpdater::put_acknowledgements()
{
    const auto owed = std::exchange(state_.acknowledgements, {});
    for (const auto encoding : owed) {
        put_acknowledgement(writer_.out(), encoding);
    }
    return static_cast<std::uint16_t>(owed.size());
}

// What may stand in one update with pixels; says how many rectangles that was.
std::uint16_t SessionUpdater::put_small_news()
{
    std::uint16_t count = 0;
    if (state_.name_due && state_.choice.desktop_name) {
        state_.name_due = false;
        const auto name = host_.desktop_name();
        if (name != told_name_) {
            told_name_ = name;
            put_desktop_name(writer_.out(), name);
            ++count;
        }
    }
    count = static_cast<std::uint16_t>(count + (put_cursor() ? 1 : 0));
    count = static_cast<std::uint16_t>(count + (put_pointer_pos_if_moved() ? 1 : 0));
    count = static_cast<std::uint16_t>(count + (put_lock_keys() ? 1 : 0));
    count = static_cast<std::uint16_t>(count + (put_pointer_motion_if_changed() ? 1 : 0));
    return count;
}

bool SessionUpdater::put_cursor()
{
    static const auto k_nothing = std::make_shared<const CursorShape>();
    const auto& shape = painted_ ? k_nothing : host_.cursor().shape; // not twice
    if (!state_.choice.draws_cursor()) {
        told_shape_.reset();
        return false;
    }
    const auto as =
        state_.choice.cursor_with_alpha ? encoding::k_cursor_with_alpha : encoding::k_cursor;
    if (!shape || (as == told_shape_as_ && same_shape(shape, told_shape_))) {
        return false;
    }
    told_shape_ = shape;
    told_shape_as_ = as;
    const auto encoded = state_.choice.cursor_with_alpha ? encode_cursor_with_alpha(*shape)
                                                         : encode_cursor(*shape, state_.format);
    put_rect_header(writer_.out(), encoded.rect, encoded.encoding);
    writer_.out().put_bytes(encoded.payload);
    return true;
}

bool SessionUpdater::put_pointer_pos_if_moved()
{
    const auto& cursor = host_.cursor();
    const bool can = state_.choice.pointer_pos || state_.choice.vmware_cursor_position;
    if (!can || !cursor.shape || cursor.position == told_position_) {
        return false;
    }
    if (cursor.position == input_.last_position()) {
        told_position_ = cursor.position;
        return false;
    }
    if (!own_motion_is_over()) {
        return false;
    }
    told_position_ = cursor.position;
    const Size size = state_.request.size();
    put_pointer_pos(writer_.out(),
                    {std::clamp(cursor.position.x, 0, std::max(size.width - 1, 0)),
                     std::clamp(cursor.position.y, 0, std::max(size.height - 1, 0))},
                    state_.choice.pointer_pos ? encoding::k_pointer_pos
                                              : encoding::k_vmware_cursor_position);
    return true;
}

bool SessionUpdater::put_lock_keys()
{
    const auto locks = host_.lock_keys();
    const bool qemu = state_.choice.qemu_led_state;
    if (!locks || !(qemu || state_.choice.vmware_led_state) || locks == told_locks_) {
        return false;
    }
    told_locks_ = locks;
    put_led_state(writer_.out(), *locks,
                  qemu ? encoding::k_qemu_led_state : encoding::k_vmware_led_state);
    return true;
}

bool SessionUpdater::put_pointer_motion_if_changed()
{
    if (!state_.choice.qemu_pointer_motion_change) {
        state_.motion = PointerMotion::absolute; // who takes it no more cannot be told
        return false;
    }
    const auto motion = input_.pointer_locked() ? PointerMotion::relative : PointerMotion::absolute;
    if (motion == state_.motion) {
        return false;
    }
    state_.motion = motion;
    put_pointer_motion(writer_.out(), motion);
    return true;
}

bool SessionUpdater::put_size()
{
    const auto& choice = state_.choice;
    const bool differs = size_differs();
    const bool extended = choice.extended_desktop_size && (differs || state_.layout_due);
    state_.layout_due = false;
    if (!extended && !(differs && choice.desktop_size)) {
        return false;
    }
    if (differs) {
        state_.request.set_size(frame_size_);
    }
    if (extended) {
        const auto reason = differs ? reason_of(host_.size_cause()) : ResizeReason::server;
        put_extended_desktop_size(writer_.out(), reason, ResizeStatus::done, frame_size_, screens_);
    } else {
        put_desktop_size(writer_.out(), frame_size_);
    }
    return true;
}

// --- pixels

Task<> SessionUpdater::send_picture()
{
    EncodedNews news;
    // Of the first update: in the format of its pixels.
    news.count = put_small_news();
    news.rects = writer_.out().take();
    Picture picture{host_.frame(), {}};
    if (painted_) {
        picture.overlay = draw_cursor(*picture.frame, host_.cursor());
    }
    co_await sender_.send(std::move(picture), std::move(news));
}

} // namespace gds
