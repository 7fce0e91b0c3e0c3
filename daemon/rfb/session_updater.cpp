// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/session_updater.h"

#include "base/errors.h"
#include "base/timeout.h"
#include "rfb/encode_cursor.h"
#include "rfb/server_message.h"
#include "rfb/wire.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace gds {

namespace {

// What is handed to the stream at a time: the time limit for a client that takes nothing counts
// anew with each.
constexpr std::size_t k_piece = std::size_t{64} * 1024;
// Encoded pixels that are held back to count their rectangles, for clients without LastRect; and
// never more than a raw picture.
constexpr std::size_t k_most_held = std::size_t{16} << 20;
// RFC 1950: deflate, 32 KiB window. Bodies of Zlib and ZRLE come without it; see rfb/encoder.h.
constexpr std::uint8_t k_zlib_header[] = {0x78, 0x01};

bool blocks_before(const Answer& answer)
{
    const auto* fence = std::get_if<FenceAnswer>(&answer);
    return fence != nullptr && (fence->flags & fence::k_block_before) != 0;
}

bool same_shape(const CursorShapePtr& a, const CursorShapePtr& b)
{
    return a == b || (a && b && *a == *b);
}

} // namespace

Task<> SessionUpdater::send_server_init()
{
    frame_size_ = host_.frame()->size;
    host_.take_damage(); // all of it is owed anyway
    state_.request.set_size(frame_size_);
    told_name_ = host_.desktop_name();
    put_server_init(out_, frame_size_, state_.format, told_name_);
    co_await flush();
}

Task<> SessionUpdater::run()
{
    for (;;) {
        look_at_host();
        const std::size_t count = state_.answers.size() - held_back();
        put_answers(count);
        const bool announced = put_announcements();
        co_await flush();
        drop_answers(count);

        // What came meanwhile goes before the picture: an answer may be the mark behind which the
        // client expects another pixel format.
        look_at_host();
        const std::size_t held = held_back();
        if (picture_due() && held == state_.answers.size()) {
            co_await send_picture();
            put_answers(held);
            co_await flush();
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
    look_at_cursor();
}

void SessionUpdater::look_at_cursor()
{
    const auto& cursor = host_.cursor();
    const bool drawn = !state_.choice.draws_cursor();
    const Rect area = drawn ? cursor_area(cursor, frame_size_) : Rect{};
    const bool moved = area != drawn_area_ || (drawn && cursor.position != drawn_position_);
    if (moved || (!area.empty() && !same_shape(cursor.shape, drawn_shape_))) {
        Region damage{drawn_area_};
        damage.add(area);
        state_.request.add_damage(damage);
    }
    drawn_area_ = area;
    drawn_position_ = cursor.position;
    drawn_shape_ = drawn ? cursor.shape : nullptr;
}

bool SessionUpdater::size_differs() const { return frame_size_ != state_.request.size(); }

bool SessionUpdater::picture_due() const
{
    const auto& choice = state_.choice;
    const bool announced_first =
        size_differs() && (choice.extended_desktop_size || choice.desktop_size);
    return !announced_first && state_.request.may_send() && !state_.request.due().empty();
}

// --- answers

// Fences with BlockBefore at the end of the queue: they wait for the answer to the requests that
// came before them.
std::size_t SessionUpdater::held_back() const
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
        if (auto* fence = std::get_if<FenceAnswer>(&state_.answers[i]); fence && fence->then) {
            const auto then = std::exchange(fence->then, {});
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
            put_server_fence(out_, one.flags, one.payload);
        } else if constexpr (std::is_same_v<Kind, EndOfContinuousUpdates>) {
            put_end_of_continuous_updates(out_);
        } else if constexpr (std::is_same_v<Kind, ResizeAnswer>) {
            const Size size = state_.request.size();
            put_update_header(out_, 1);
            put_extended_desktop_size(out_, ResizeReason::this_client, one.status, size,
                                      single_screen(size));
        } else {
            put_update_header(out_, 1);
            put_acknowledgement(out_, one.encoding);
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
    StreamWriter before = std::exchange(out_, {});
    std::uint16_t count = picture_due() ? std::uint16_t{0} : put_small_news();
    // Last: some clients take nothing behind it.
    count = static_cast<std::uint16_t>(count + (put_size() ? 1 : 0));
    const Bytes rects = out_.take();
    out_ = std::move(before);
    if (count > 0) {
        put_update_header(out_, count);
        out_.put_bytes(rects);
    }
    return count > 0;
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
            put_desktop_name(out_, name);
            ++count;
        }
    }
    count = static_cast<std::uint16_t>(count + (put_cursor() ? 1 : 0));
    count = static_cast<std::uint16_t>(count + (put_pointer_pos_if_moved() ? 1 : 0));
    return count;
}

bool SessionUpdater::put_cursor()
{
    const auto& shape = host_.cursor().shape;
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
    put_rect_header(out_, encoded.rect, encoded.encoding);
    out_.put_bytes(encoded.payload);
    return true;
}

bool SessionUpdater::put_pointer_pos_if_moved()
{
    const auto& cursor = host_.cursor();
    if (!state_.choice.pointer_pos || !cursor.shape || cursor.position == told_position_) {
        return false;
    }
    if (cursor.position == input_.last_position()) {
        told_position_ = cursor.position;
        return false;
    }
    // Where this client puts the pointer comes back late; told at once it would pull the client's
    // own pointer backwards.
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - input_.last_moved());
    if (input_.last_position() && since < limits_.pointer_quiet) {
        pointer_quiet_ = call_after(limits_.pointer_quiet - since, [this] { state_.work.set(); });
        return false;
    }
    told_position_ = cursor.position;
    const Size size = state_.request.size();
    put_pointer_pos(out_, {std::clamp(cursor.position.x, 0, std::max(size.width - 1, 0)),
                           std::clamp(cursor.position.y, 0, std::max(size.height - 1, 0))});
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
        put_extended_desktop_size(out_, ResizeReason::server, ResizeStatus::done, frame_size_,
                                  single_screen(frame_size_));
    } else {
        put_desktop_size(out_, frame_size_);
    }
    return true;
}

// --- pixels

SessionUpdater::Picture SessionUpdater::take_picture()
{
    Picture picture;
    picture.frame = host_.frame();
    picture.due = state_.request.due();
    if (!state_.choice.draws_cursor()) {
        picture.overlay = draw_cursor(*picture.frame, host_.cursor());
    }
    return picture;
}

Task<MovedContent> SessionUpdater::find_moved(MoveSearch::Job job)
{
    auto search = [job = std::move(job)] { return job.run(); };
    auto found = co_await pool_.run(std::move(search));
    moves_.end(found);
    co_return found;
}

Task<> SessionUpdater::send_picture()
{
    // Of the first update: in the format of its pixels.
    std::uint16_t news = put_small_news();
    Bytes news_rects = out_.take();
    // The whole update in one format and encoding, whatever the client says meanwhile.
    const EncodingChoice choice = state_.choice;
    const Encoder* encoder = choice.encoder;
    const EncodeParams params{state_.format, choice.compress_level, choice.quality_level};
    auto picture = take_picture();
    std::optional<MoveSearch::Job> search;
    Source forget_shown;
    if (choice.copy_rect && choice.draws_cursor()) {
        search = moves_.begin(picture.frame, picture.due, state_.request.refresh());
    }
    // What is asked and what changes from here on is for the next update.
    state_.request.answered(picture.due);
    if (choice.copy_rect && choice.draws_cursor()) {
        moves_.shows(picture.frame, state_.request.owed());
        // Who takes so long to take this costs no memory for it.
        forget_shown = call_after(limits_.shown_kept, [this] { moves_.shows_something_else(); });
    } else {
        moves_.shows_something_else();
    }
    if (search) {
        const auto moved = co_await find_moved(std::move(*search));
        for (const auto& rect : moved.to) {
            put_copy_rect(out_, rect, moved.by);
        }
        news = static_cast<std::uint16_t>(news + moved.to.size());
        const Bytes copies = out_.take();
        news_rects.insert(news_rects.end(), copies.begin(), copies.end());
        picture.due.subtract(Region::of(moved.to));
    }
    auto parts = plan_update(picture.due, picture.frame, picture.overlay,
                             choice.last_rect ? k_streamed_part_pixels : k_part_pixels);
    picture = {}; // the parts hold what they need of it
    const auto raw_picture = static_cast<std::size_t>(Rect::of(state_.request.size()).area()) * 4;
    const std::size_t most_held = std::min(k_most_held, raw_picture);
    const bool streamed = parts.size() > 1 && choice.last_rect;
    // The update's first octets; of one that is counted when its rectangles are known.
    const auto put_start = [&](std::size_t rects) {
        const auto count = streamed ? std::size_t{k_rects_until_last} : rects + news;
        put_update_header(out_, static_cast<std::uint16_t>(count));
        out_.put_bytes(std::exchange(news_rects, {}));
        news = 0;
    };
    if (streamed) {
        put_start(0);
    }
    std::vector<EncodedRect> held;
    std::size_t held_octets = 0;
    for (auto& part : parts) {
        auto job = [part = std::move(part), encoder, params] {
            return encode_part(part, *encoder, params);
        };
        auto rects = co_await pool_.run(std::move(job));
        if (streamed) {
            put_encoded(std::move(rects));
            co_await flush();
            continue;
        }
        for (auto& rect : rects) {
            held_octets += rect.payload.size();
            held.push_back(std::move(rect));
        }
        if (held_octets > most_held) {
            put_start(held.size());
            put_encoded(std::exchange(held, {}));
            held_octets = 0;
            co_await flush();
        }
    }
    if (streamed) {
        put_last_rect(out_);
    } else if (!held.empty() || news > 0) {
        put_start(held.size());
        put_encoded(std::exchange(held, {}));
    }
    co_await flush();
    state_.statistics.encoding = encoding_name(encoder->encoding());
    ++state_.statistics.frames_sent;
}

void SessionUpdater::put_encoded(std::vector<EncodedRect>&& rects)
{
    for (auto& one : rects) {
        put_rect_header(out_, one.rect, one.encoding);
        if (one.encoding == encoding::k_zrle || one.encoding == encoding::k_zlib) {
            // One zlib stream for the whole session, but one for each (RFC 6143, 7.7.6; rfbproto,
            // "Zlib Encoding").
            bool& started = one.encoding == encoding::k_zrle ? zrle_started_ : zlib_started_;
            const ByteView header = started ? ByteView{} : ByteView{k_zlib_header};
            started = true;
            out_.put_u32(static_cast<std::uint32_t>(header.size() + one.payload.size()));
            out_.put_bytes(header);
        }
        out_.put_bytes(std::exchange(one.payload, {}));
    }
    rects.clear();
}

// --- the only place that writes

Task<> SessionUpdater::flush()
{
    const Bytes going = out_.take();
    ByteView rest{going};
    try {
        while (!rest.empty()) {
            const ByteView piece = rest.first(std::min(rest.size(), k_piece));
            auto writing = stream_.write(piece);
            co_await with_timeout(std::move(writing), limits_.no_progress);
            rest = rest.subspan(piece.size());
        }
    } catch (const TimedOut&) {
        throw TimedOut{"took no data for too long"};
    }
}

} // namespace gds
