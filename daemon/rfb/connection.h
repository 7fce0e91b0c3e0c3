// SPDX-License-Identifier: GPL-2.0-or-later
// Connection: the stack of stream layers under one client, from socket to the topmost. A security
// type can do one thing to it: push a layer, now or behind SecurityResult. Layers are dropped top
// first.
#pragma once

#include "io/byte_stream.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gds {

class Connection {
public:
    // `peer` is printable: "192.0.2.7:51234", "[2001:db8::1]:5900", "unix:".
    Connection(std::unique_ptr<ByteStream> bottom, std::string peer);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // The topmost layer. Read exactly what is asked during the handshake: octets that were read
    // ahead before a layer switch are an injection hole.
    ByteStream& stream() { return *layers_.back(); }
    // Of the line under all layers.
    std::optional<LineState> line_state() const { return layers_.front()->line_state(); }
    void push_layer(std::unique_ptr<ByteStream> layer) { layers_.push_back(std::move(layer)); }

    // A layer that begins behind SecurityResult, which goes in clear, and only after a good one.
    void push_layer_after_result(std::unique_ptr<ByteStream> layer) { next_ = std::move(layer); }
    // SecurityResult, a good one, was written.
    void result_sent();
    const std::string& peer() const { return peer_; }

private:
    std::vector<std::unique_ptr<ByteStream>> layers_;
    std::unique_ptr<ByteStream> next_;
    std::string peer_;
};

} // namespace gds
