// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/connection.h"

#include <utility>

namespace gds {

Connection::Connection(std::unique_ptr<ByteStream> bottom, std::string peer)
    : peer_(std::move(peer))
{
    push_layer(std::move(bottom));
}

Connection::~Connection()
{
    // Each layer refers to the one below.
    next_.reset();
    while (!layers_.empty()) {
        layers_.pop_back();
    }
}

void Connection::result_sent()
{
    if (next_) {
        push_layer(std::move(next_));
    }
}

} // namespace gds
