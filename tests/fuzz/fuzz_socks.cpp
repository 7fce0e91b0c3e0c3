// SPDX-License-Identifier: GPL-2.0-or-later
// A SOCKS proxy that says anything, in pieces of any size: what it says comes to an end by the one
// exception, or by a connection, and then not an octet more was read than its answer has.
#include "base/errors.h"
#include "io/socks_client.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include <glib.h>

namespace gds {
namespace {

void require(bool holds, const char* what)
{
    if (!holds) {
        std::cerr << what << '\n';
        std::abort();
    }
}

class LyingProxy final : public ByteStream {
public:
    LyingProxy(ByteView octets, std::size_t piece) : octets_(octets), piece_(piece) {}
    Task<std::size_t> read_some(std::span<std::uint8_t> into) override
    {
        require(!into.empty(), "read into nothing");
        const std::size_t count = std::min({into.size(), octets_.size(), piece_});
        std::copy_n(octets_.begin(), count, into.begin());
        octets_ = octets_.subspan(count);
        read_ += count;
        co_return count;
    }
    Task<> write(ByteView from) override
    {
        written_ += from.size();
        co_return;
    }
    std::size_t read() const { return read_; }
    std::size_t written() const { return written_; }

private:
    ByteView octets_;
    std::size_t piece_;
    std::size_t read_ = 0;
    std::size_t written_ = 0;
};

// The first octet says which login, and the size of the pieces.
void play(ByteView chosen)
{
    if (chosen.empty()) {
        return;
    }
    static WorkerPool workers{1};
    LyingProxy stream{chosen.subspan(1), (chosen[0] >> 1U) + std::size_t{1}};
    SocksProxy proxy;
    proxy.login = (chosen[0] & 1U) != 0 ? SocksLogin::password : SocksLogin::none;
    proxy.user = "alice";
    proxy.password = std::make_shared<const SecretString>("secret");
    auto connecting = socks_connect(stream, proxy, "viewer.example.org", 5500, workers);
    require(connecting.start(), "it waits for something");
    try {
        const auto layer = connecting.result();
        require(!layer, "a layer that nobody asked for");
        const std::size_t login = proxy.login == SocksLogin::password ? 4 : 2;
        require(stream.read() >= login + 7 && stream.read() <= login + 4 + 1 + 255 + 2,
                "read what is not its own");
    } catch (const CallError&) {
        // As it has to be.
    }
    require(stream.written() < 1024, "too much was written");
}

} // namespace
} // namespace gds

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    gds::play({data, size});
    return 0;
}
