// SPDX-License-Identifier: GPL-2.0-or-later
// PictureDrawer: draws what the streams send into frames, one picture at a time: a big one on a
// thread of its own, so that the main loop goes on meanwhile. Owned by PortalCapture; main thread.
#pragma once

#include "base/task_scope.h"
#include "base/worker_pool.h"
#include "portal/buffer_loan.h"
#include "portal/desktop_picture.h"

#include <cstddef>
#include <functional>
#include <memory>

namespace gds {

class PictureDrawer {
public:
    // The frame is null where no pixel changed. After it the next picture can be drawn.
    using OnDrawn = std::function<void(std::size_t stream, FramePtr frame)>;

    // `picture` outlives it.
    PictureDrawer(DesktopPicture& picture, OnDrawn on_drawn);

    // While it is, nothing else may be drawn, nor the picture be begun anew.
    bool busy() const { return busy_; }
    // `content` has pixels, which are in the lent buffer.
    void draw(std::size_t stream, const BufferContent& content, BufferLoan loan);
    // What is being drawn is for nobody. Not from within OnDrawn.
    void cancel();

private:
    Task<> draw_apart(std::shared_ptr<DesktopPicture::Drawing> drawing, BufferLoan loan);
    void finish(DesktopPicture::Drawing& drawing, DesktopPicture::Drawing::Drawn drawn,
                BufferLoan loan);

    DesktopPicture& picture_;
    OnDrawn on_drawn_;
    bool busy_ = false;
    // Not the encoders' workers: the next picture does not wait for the one before to be encoded,
    // and the compositor waits for its buffer.
    WorkerPool worker_{1, 0};
    std::unique_ptr<TaskScope> scope_ = std::make_unique<TaskScope>();
};

} // namespace gds
