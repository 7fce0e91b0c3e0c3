// SPDX-License-Identifier: GPL-2.0-or-later
// The calls to listening viewers that are under way. Owned by the server; main thread.
#pragma once

#include "base/task_scope.h"
#include "server/arrival.h"
#include "server/viewer_call.h"

#include <functional>
#include <map>
#include <memory>

namespace gds {

class ViewerCalls {
public:
    // What a proxy on the way has to protect at least. Throws CallError when nobody may be called
    // now.
    using Check = std::function<SocksProtection()>;
    // Makes it a client, and gives the number of that.
    using OnReached = std::function<unsigned(Arrival)>;

    ViewerCalls(WorkerPool& workers, Check check, OnReached on_reached,
                std::chrono::milliseconds first_pause = std::chrono::seconds{1})
        : workers_(workers), check_(std::move(check)), on_reached_(std::move(on_reached)),
          first_pause_(first_pause)
    {}

    // Gives a number to cancel it by. `answer` is called once, unless this is dropped first.
    unsigned start(ViewerCall call, OnCallAnswer answer);
    // The answer to it is `why`, at once; one that is over is over.
    void cancel(unsigned number, const CallError& why);
    void cancel_all(const CallError& why);

private:
    struct UnderWay {
        OnCallAnswer answer; // none: it was given
        bool waits = false; // to be tried again
        TaskScope tasks;
    };
    Task<> run(ViewerCall call, UnderWay& under_way);
    Task<unsigned> attempt(const ViewerCall& call, const UnderWay& under_way);
    // Throws CallError.
    void expect_room() const;

    WorkerPool& workers_;
    Check check_;
    OnReached on_reached_;
    std::chrono::milliseconds first_pause_;
    unsigned last_number_ = 0;
    std::map<unsigned, std::unique_ptr<UnderWay>> under_way_;
};

} // namespace gds
