// SPDX-License-Identifier: GPL-2.0-or-later
// The calls to listening viewers that are under way. Owned by the server; main thread.
#pragma once

#include "base/task_scope.h"
#include "server/arrival.h"
#include "server/viewer_call.h"

#include <functional>

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

    // `answer` is called once, from the main loop, unless this is dropped first.
    void start(ViewerCall call, OnCallAnswer answer);

private:
    Task<> run(ViewerCall call, OnCallAnswer answer);
    Task<unsigned> attempt(const ViewerCall& call);

    WorkerPool& workers_;
    Check check_;
    OnReached on_reached_;
    std::chrono::milliseconds first_pause_;
    std::size_t under_way_ = 0;
    TaskScope tasks_;
};

} // namespace gds
