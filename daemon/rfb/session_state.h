// SPDX-License-Identifier: GPL-2.0-or-later
// What the two tasks of a session share: the reader puts in what the client said, the updater, the
// only writer, sends what follows from it. Owned by the session; main thread.
#pragma once

#include "base/wakeup.h"
#include "rfb/client_message.h"
#include "rfb/encoding_choice.h"
#include "rfb/server_message.h"
#include "rfb/session.h"
#include "rfb/update_request.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <variant>
#include <vector>

namespace gds {

// A ServerFence: the answer to a ClientFence, or our own announcement.
struct FenceAnswer {
    std::uint32_t flags = 0;
    Bytes payload;
    // SyncNext: takes effect between what precedes the answer and what follows it; may be empty.
    std::function<void()> then;
};
struct EndOfContinuousUpdates {};
struct ResizeAnswer {
    ResizeStatus status = ResizeStatus::done;
};
// A whole ServerCutText.
struct CutText {
    Bytes message;
    std::function<void()> then; // once it is being sent
};
using Answer = std::variant<FenceAnswer, EndOfContinuousUpdates, ResizeAnswer, CutText>;

// While so many answers wait to be sent, the client is not read.
inline constexpr std::size_t k_max_answers = 32;

struct SessionState {
    PixelFormat format;
    EncodingChoice choice;
    NegotiatedExtensions negotiated;
    UpdateRequest request;
    // Extensions that are owed their empty pseudo-rectangle.
    std::vector<std::int32_t> acknowledgements;
    // An ExtendedDesktopSize is owed, whether or not the size changed.
    bool layout_due = false;
    bool name_due = false;
    // As it was told that it is to move the pointer.
    PointerMotion motion = PointerMotion::absolute;
    std::deque<Answer> answers;
    SessionStatistics statistics;

    Wakeup work; // for the updater
    Wakeup answered; // for the reader

    void answer(Answer next)
    {
        answers.push_back(std::move(next));
        work.set();
    }
};

} // namespace gds
