// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/picture_sender.h"

#include "rfb/server_message.h"
#include "rfb/wire.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gds {

namespace {

// What is ready goes before what is still being encoded.
constexpr std::size_t k_worth_a_packet = 1200;
// Pieces of an update that may be cut short.
constexpr std::size_t k_long_update = 8;
// RFC 1950: deflate, 32 KiB window. Bodies of Zlib and ZRLE come without it; see rfb/encoder.h.
constexpr std::uint8_t k_zlib_header[] = {0x78, 0x01};

// What is made lossless at a time costs the next picture no more than this on its way.
constexpr std::chrono::milliseconds k_refining{40};
constexpr int k_lossless = -1;
constexpr std::int64_t k_octets_per_pixel = 3;
constexpr std::int64_t k_least_refined = 64 * 64;
constexpr std::int64_t k_most_refined = 1 << 18;

// rfbproto, "Tight Encoding": JpegCompression.
bool is_jpeg(std::int32_t encoding, const Bytes& payload)
{
    return encoding == encoding::k_tight && !payload.empty() && payload[0] >> 4 == 9;
}

// The rectangles from the top that come to about so many pixels.
Region first_pixels(const Region& region, std::int64_t most)
{
    Region first;
    std::int64_t pixels = 0;
    for (Rect rect : region.rects()) {
        const std::int64_t left = most - pixels;
        if (rect.area() > left) {
            rect.height = std::max(1, static_cast<int>(left / rect.width));
        }
        first.add(rect);
        pixels += rect.area();
        if (pixels >= most) {
            break;
        }
    }
    return first;
}

} // namespace

Task<> PictureSender::send(Picture picture, EncodedNews news)
{
    // The whole update in one format and encoding, whatever the client says meanwhile.
    const EncodingChoice choice = state_.choice;
    const Encoder& encoder = *choice.encoder;
    EncodeParams params{state_.format, choice.compress_level, choice.quality_level};
    const Region drawn{picture.overlay.area()};
    const auto begun = Clock::now();
    pictures_.shows(picture.frame);
    Region due = state_.request.due();
    const bool refines = due.empty();
    if (refines) {
        due = to_refine();
        params.quality_level = k_lossless;
    }
    const Region all_due = due;
    if (!refines && watches_films(choice)) {
        film_.begin(picture.frame, state_.request, choice.quality_level, due);
    } else if (!refines) {
        film_.leave();
    }
    FoundMovesPtr search;
    if (choice.copy_rect && !refines) {
        search = begin_search(picture.frame, due);
    }
    // What is asked and what changes from here on is for the next update.
    state_.request.answered(all_due);
    Source forget_shown;
    if (choice.copy_rect) {
        moves_.shows(picture.frame, state_.request.owed());
        moves_.lacks(drawn);
        // Who takes so long to take this costs no memory for it.
        forget_shown = call_after(limits_.shown_kept, [this] { moves_.shows_something_else(); });
    } else {
        moves_.shows_something_else();
    }
    if (search) {
        co_await search->wait();
        Region copied = put_copies(search->get(), news);
        copied.subtract(drawn);
        due.subtract(copied);
    }
    co_await film_.wait(due);
    Region drawn_on_films = drawn;
    drawn_on_films.intersect(film_.area());
    due.add(drawn_on_films);
    const bool filmed = film_.count() > 0;
    auto pieces = plan(picture, due);
    picture = {}; // the pieces hold what they need of it
    const bool counted = !choice.last_rect || pieces.size() < k_long_update;
    auto& out = writer_.out();
    put_update_header(
        out, counted ? static_cast<std::uint16_t>(news.count + film_.count() + pieces.size())
                     : k_rects_until_last);
    out.put_bytes(std::exchange(news.rects, {}));
    put_films(out);
    PiecesAhead ahead{pictures_, std::move(pieces), encoder, params};
    while (!ahead.empty()) {
        if (!ahead.ready()) {
            if (out.size() >= k_worth_a_packet) {
                co_await writer_.flush();
            }
            co_await ahead.wait();
        }
        put_piece(ahead.take(), encoder.encoding());
        if (writer_.full()) {
            co_await writer_.flush();
        }
        if (!counted && overtaken(ahead, begun)) {
            break;
        }
    }
    const Region rest = ahead.rest();
    Region still_late = rest;
    still_late.intersect(late_);
    late_ = still_late.empty() ? rest : still_late;
    if (!counted) {
        give_back(rest);
        put_last_rect(out);
    }
    co_await writer_.flush();
    state_.statistics.encoding = encoding_name(filmed ? encoding::k_open_h264 : encoder.encoding());
    state_.statistics.frames_sent += refines ? 0 : 1;
}

// --- films

bool PictureSender::watches_films(const EncodingChoice& choice) const
{
    // Who asks for fewer colours has a reason.
    return choice.watches_films() && state_.format.bits_per_pixel == 32;
}

void PictureSender::put_films(StreamWriter& out)
{
    for (const auto& area : film_.put(out)) {
        lossy_.sent_with_loss(area, Clock::now());
    }
}

// --- what has moved

FoundMovesPtr PictureSender::begin_search(const FramePtr& frame, const Region& due)
{
    if (frame->size != state_.request.size()) {
        return nullptr; // what lies beyond the client's framebuffer cannot be copied from
    }
    const auto job = moves_.begin(frame, due, state_.request.refresh());
    return job ? pictures_.find_moves(*job) : nullptr;
}

Region PictureSender::put_copies(const MovedContent& moved, EncodedNews& news)
{
    moves_.end(moved);
    StreamWriter copies;
    pictures_.films().scrolled(Region::of(moved.to));
    for (const auto& rect : moved.to) {
        put_copy_rect(copies, rect, moved.by);
        lossy_.copied(rect, moved.by);
    }
    news.count += moved.to.size();
    const Bytes rects = copies.take();
    news.rects.insert(news.rects.end(), rects.begin(), rects.end());
    return Region::of(moved.to);
}

// --- pieces

// What was left of an update comes first, and before what was left since, so that nothing is left
// for ever.
std::vector<Piece> PictureSender::plan(const Picture& picture, const Region& due) const
{
    if (late_.empty()) {
        return plan_update(due, picture.frame, picture.overlay);
    }
    Region late = due;
    late.intersect(late_);
    Region other = due;
    other.subtract(late);
    auto pieces = plan_update(late, picture.frame, picture.overlay);
    auto more = plan_update(other, picture.frame, picture.overlay);
    if (pieces.size() + more.size() > k_max_pieces) {
        return plan_update(due, picture.frame, picture.overlay);
    }
    pieces.insert(pieces.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
    return pieces;
}

void PictureSender::put_piece(const PiecesAhead::Next& next, std::int32_t encoding)
{
    const Bytes& octets = next.encoded->get();
    auto& out = writer_.out();
    put_rect_header(out, next.rect, encoding);
    if (encoding == encoding::k_zrle || encoding == encoding::k_zlib) {
        // One zlib stream for the whole session, but one for each (RFC 6143, 7.7.6; rfbproto,
        // "Zlib Encoding").
        bool& started = encoding == encoding::k_zrle ? zrle_started_ : zlib_started_;
        const ByteView header = started ? ByteView{} : ByteView{k_zlib_header};
        started = true;
        out.put_u32(static_cast<std::uint32_t>(header.size() + octets.size()));
        out.put_bytes(header);
    }
    out.put_bytes(octets);
    if (is_jpeg(encoding, octets)) {
        lossy_.sent_with_loss(next.rect, Clock::now());
    } else {
        lossy_.sent_without_loss(next.rect);
    }
}

// Something newer is there for what has not been sent, and the line is slow.
bool PictureSender::overtaken(const PiecesAhead& ahead, Clock::time_point begun)
{
    if (ahead.empty() || Clock::now() - begun < limits_.long_update) {
        return false;
    }
    look_at_host_();
    Region newer = ahead.rest();
    newer.intersect(state_.request.owed());
    return !newer.empty();
}

void PictureSender::give_back(const Region& rest)
{
    state_.request.add_damage(rest);
    moves_.lacks(rest);
}

// --- without loss at rest

Region PictureSender::to_refine()
{
    if (lossy_.empty()) {
        return {};
    }
    lossy_.keep_within(state_.request.size());
    const auto now = Clock::now();
    const Region at_rest = state_.request.wanted(lossy_.since(now - limits_.refined_after));
    if (at_rest.empty()) {
        wake_for_refining(now);
        return {};
    }
    const auto octets = static_cast<std::int64_t>(writer_.taken_within(k_refining));
    return first_pixels(at_rest,
                        std::clamp(octets / k_octets_per_pixel, k_least_refined, k_most_refined));
}

void PictureSender::wake_for_refining(Clock::time_point now)
{
    const auto next = lossy_.next_after(now - limits_.refined_after);
    if (!next) {
        return; // the rest is not asked for; a request wakes, too
    }
    const auto left = *next + limits_.refined_after - now;
    refine_soon_ = call_after(std::chrono::ceil<std::chrono::milliseconds>(left),
                              [this] { state_.work.set(); });
}

} // namespace gds
