// SPDX-License-Identifier: GPL-2.0-or-later
// The viewer that looks: libvncclient's decoders, Fence and ContinuousUpdates beside them. Tells of
// every update when it was there whole.
#pragma once

#include "canvas.h"

#include <functional>
#include <string>

using rfbClient = struct _rfbClient;

namespace gds::bench {

struct ViewerOptions {
    std::string host = "127.0.0.1";
    int port = 5900;
    std::string encodings = "tight copyrect zrle raw";
    int quality = -1; // of JPEG, 0 to 9; with -1 all is lossless
    std::string certificate; // of the authority; TLS when there is one
};

class DecodingViewer {
public:
    // Throws std::runtime_error.
    explicit DecodingViewer(const ViewerOptions& options);
    ~DecodingViewer();
    DecodingViewer(const DecodingViewer&) = delete;
    DecodingViewer& operator=(const DecodingViewer&) = delete;

    // Follows the screen until then, or until on_update, which is called in it, says false.
    void follow_until(std::uint64_t end_us);
    std::function<bool()> on_update;

    void press_key(std::uint32_t keysym);
    Canvas picture() const;
    std::uint64_t octets_received() const; // by TCP

private:
    void open(const ViewerOptions& options);

    rfbClient* client_ = nullptr;
    bool ended_ = false;
};

} // namespace gds::bench
