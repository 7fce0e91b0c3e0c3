// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/socks_client.h"

#include "base/errors.h"
#include "base/timeout.h"
#include "io/socket_address.h"
#include "io/socks_gssapi.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <netinet/in.h>

namespace gds {

namespace {

constexpr std::uint8_t k_version = 5;
constexpr std::uint8_t k_password_version = 1; // RFC 1929
constexpr std::uint8_t k_connect = 1;
constexpr std::uint8_t k_ipv4 = 1;
constexpr std::uint8_t k_name = 3;
constexpr std::uint8_t k_ipv6 = 4;
constexpr std::size_t k_longest_text = 255;

enum Method : std::uint8_t { none = 0, gssapi = 1, password = 2, no_acceptable = 0xff };

[[noreturn]] void proxy_fails(const std::string& how)
{
    throw CallError{CallFailure::proxy_failed, how};
}

Task<Bytes> methods_for(SocksLogin login, SocksProtection least, WorkerPool& workers)
{
    switch (login) {
    case SocksLogin::none:
        co_return Bytes{Method::none};
    case SocksLogin::password:
        co_return Bytes{Method::password};
    case SocksLogin::gssapi:
        co_return Bytes{Method::gssapi};
    case SocksLogin::automatic:
        break;
    }
    auto look = [] { return GssInitiator::has_credentials(); };
    const bool ticket = co_await workers.run_apart(WaitsFor::proxy, std::move(look));
    if (!ticket) {
        co_return Bytes{Method::none};
    }
    // What is not encrypted by itself is not left to whoever answers "none" in the proxy's place.
    co_return least == SocksProtection::confidentiality ? Bytes{Method::gssapi}
                                                        : Bytes{Method::gssapi, Method::none};
}

Task<std::uint8_t> choose_method(ByteStream& stream, Bytes methods)
{
    StreamWriter greeting;
    greeting.put_u8(k_version);
    greeting.put_u8(static_cast<std::uint8_t>(methods.size()));
    greeting.put_bytes(methods);
    co_await greeting.flush(stream);
    StreamReader reader{stream};
    const auto version = co_await reader.u8();
    const auto method = co_await reader.u8();
    if (version != k_version) {
        proxy_fails("it does not speak SOCKS 5");
    }
    if (method == Method::no_acceptable) {
        throw CallError{CallFailure::proxy_denied, "it wants another kind of login"};
    }
    if (std::ranges::find(methods, method) == methods.end()) {
        proxy_fails("it chose a login that was not offered");
    }
    co_return method;
}

Task<> log_in_by_password(ByteStream& stream, const SocksProxy& proxy)
{
    const std::string_view secret = proxy.password ? proxy.password->view() : std::string_view{};
    if (proxy.user.empty() || proxy.user.size() > k_longest_text || secret.empty() ||
        secret.size() > k_longest_text) {
        throw CallError{CallFailure::proxy_denied, "user name and password have 1 to 255 octets"};
    }
    const auto length = [](std::size_t size) { return std::string(1, static_cast<char>(size)); };
    const auto request =
        joined({"\x01", length(proxy.user.size()), proxy.user, length(secret.size()), secret});
    co_await stream.write(request.bytes());
    StreamReader reader{stream};
    const auto version = co_await reader.u8();
    const auto status = co_await reader.u8();
    if (version != k_password_version) {
        proxy_fails("it does not keep to the protocol of passwords for SOCKS");
    }
    if (status != 0) {
        throw CallError{CallFailure::proxy_denied, "it refuses user name and password"};
    }
}

void put_address(StreamWriter& request, const std::string& host)
{
    const auto numeric = host.find('%') == std::string::npos ? SocketAddress::parse(host)
                                                             : std::optional<SocketAddress>{};
    if (!numeric) {
        if (host.empty() || host.size() > k_longest_text) {
            throw CallError{CallFailure::name_not_found, "the name is too long for SOCKS"};
        }
        request.put_u8(k_name);
        request.put_u8(static_cast<std::uint8_t>(host.size()));
        request.put_text(host);
    } else if (numeric->family() == AF_INET) {
        const auto& v4 = *reinterpret_cast<const sockaddr_in*>(numeric->get());
        request.put_u8(k_ipv4);
        request.put_bytes({reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4});
    } else {
        const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(numeric->get());
        request.put_u8(k_ipv6);
        request.put_bytes({v6.sin6_addr.s6_addr, 16});
    }
}

[[noreturn]] void refuse(std::uint8_t reply)
{
    switch (reply) {
    case 2:
        throw CallError{CallFailure::proxy_denied, "its rules do not allow that"};
    case 3:
    case 4:
        throw CallError{CallFailure::unreachable, "the proxy finds no way there"};
    case 5:
        throw CallError{CallFailure::refused, "the proxy was refused there"};
    case 6:
        throw CallError{CallFailure::timed_out, "the proxy got no answer"};
    case 7:
    case 8:
        proxy_fails("it cannot do what is asked of it");
    default:
        proxy_fails("it says no more than that it failed");
    }
}

Task<> request_connection(ByteStream& stream, std::string host, std::uint16_t port)
{
    StreamWriter request;
    request.put_u8(k_version);
    request.put_u8(k_connect);
    request.put_u8(0);
    put_address(request, host);
    request.put_u16(port);
    co_await request.flush(stream);

    StreamReader reader{stream};
    const auto version = co_await reader.u8();
    const auto reply = co_await reader.u8();
    const auto reserved = co_await reader.u8();
    if (version != k_version || reserved != 0) {
        proxy_fails("its answer is none");
    }
    if (reply != 0) {
        refuse(reply);
    }
    const auto kind = co_await reader.u8();
    std::size_t size = kind == k_ipv4 ? 4 : 16;
    if (kind == k_name) {
        size = co_await reader.u8();
    } else if (kind != k_ipv4 && kind != k_ipv6) {
        proxy_fails("its answer has an address of no kind");
    }
    co_await reader.skip(size + sizeof port); // where it connects from: nothing to us
}

// How far it got, for who drops it.
struct Progress {
    bool in_gssapi_login = false;
};

Task<std::unique_ptr<GssStream>> connect_through(ByteStream& stream, const SocksProxy& proxy,
                                                 std::string host, std::uint16_t port,
                                                 WorkerPool& workers, Progress& progress)
{
    auto methods = co_await methods_for(proxy.login, proxy.least, workers);
    const auto method = co_await choose_method(stream, std::move(methods));
    std::unique_ptr<GssStream> layer;
    if (method == Method::password) {
        co_await log_in_by_password(stream, proxy);
    } else if (method == Method::gssapi) {
        progress.in_gssapi_login = true;
        layer = co_await socks_gssapi_login(stream, proxy, workers);
        progress.in_gssapi_login = false;
    }
    ByteStream& top = layer ? static_cast<ByteStream&>(*layer) : stream;
    co_await request_connection(top, std::move(host), port);
    co_return layer;
}

} // namespace

Task<std::unique_ptr<GssStream>> socks_connect(ByteStream& stream, SocksProxy proxy,
                                               std::string host, std::uint16_t port,
                                               WorkerPool& workers, std::chrono::milliseconds limit)
{
    Progress progress;
    auto connecting = connect_through(stream, proxy, std::move(host), port, workers, progress);
    try {
        co_return co_await with_timeout(std::move(connecting), limit);
    } catch (const TimedOut&) {
        // Below: nothing can be awaited here.
    } catch (const EndOfStream&) {
        throw CallError{CallFailure::proxy_failed, "it hung up"};
    } catch (const ProtocolError& error) {
        throw CallError{CallFailure::proxy_failed, error.what()};
    } catch (const std::system_error& error) {
        throw CallError{CallFailure::proxy_failed, error.what()};
    }
    if (progress.in_gssapi_login) {
        co_await abort_socks_gssapi(stream);
    }
    throw CallError{CallFailure::proxy_failed, "it takes too long"};
}

} // namespace gds
