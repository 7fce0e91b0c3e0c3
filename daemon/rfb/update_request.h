// SPDX-License-Identifier: GPL-2.0-or-later
// What one client asked for and what it still lacks (RFC 6143, 7.5.3): the region arithmetic of
// incremental updates. Requests are merged state, never a queue, so that a client that asks a
// thousand times costs what one costs. Owned by the session; no I/O.
#pragma once

#include "desktop/region.h"

namespace gds {

class UpdateRequest {
public:
    // The framebuffer as the client knows it changed its size: everything in it is owed anew.
    void set_size(Size size);
    Size size() const { return size_; }

    // FramebufferUpdateRequest. While continuous updates are on, incremental ones are ignored
    // (rfbproto, "EnableContinuousUpdates").
    void ask(bool incremental, const Rect& area);
    // EnableContinuousUpdates.
    void enable_continuous(const Rect& area);
    void disable_continuous();
    bool continuous() const { return continuous_; }

    // The picture changed there.
    void add_damage(const Region& damage);

    // The client waits for news, also of an area without pixels.
    bool may_send() const { return asked_ || continuous_; }
    // What of it the client has asked for.
    Region wanted(Region of) const;
    // What may be sent now: asked for and owed. Empty: nothing to send.
    Region due() const { return wanted(owed_); }
    // What the client wants whether it has changed or not, and has not been sent yet: it may have
    // lost it.
    const Region& refresh() const { return refresh_; }
    // What the client lacks, asked for or not.
    const Region& owed() const { return owed_; }
    // `sent` went out as the answer to everything that was asked up to now.
    void answered(const Region& sent);

private:
    Rect clipped(const Rect& area) const { return area.intersected(Rect::of(size_)); }

    Size size_;
    Region owed_;
    Region requested_;
    Region refresh_;
    bool asked_ = false;
    bool continuous_ = false;
    Rect continuous_area_; // as the client said it; clipped where it is used
};

} // namespace gds
