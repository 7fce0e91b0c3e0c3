// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/socks_gssapi.h"

#include "base/timeout.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"

#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace gds {

namespace {

constexpr std::uint8_t k_version = 1;
constexpr std::uint8_t k_authentication = 1;
constexpr std::uint8_t k_protection = 2;
constexpr std::uint8_t k_abort = 0xff;
// Of the proxy. What a Kerberos acceptor answers has some 150 octets.
constexpr std::size_t k_longest_token = 8192;
constexpr std::size_t k_longest_own_token = 65535;
constexpr unsigned k_most_steps = 10;
constexpr std::chrono::milliseconds k_abort_limit{1000};

[[noreturn]] void proxy_fails(const std::string& how)
{
    throw CallError{CallFailure::proxy_failed, how};
}

Task<> send_message(ByteStream& stream, std::uint8_t kind, Bytes token)
{
    if (token.size() > k_longest_own_token) {
        proxy_fails("our token is too long for SOCKS");
    }
    StreamWriter message;
    message.put_u8(k_version);
    message.put_u8(kind);
    message.put_u16(static_cast<std::uint16_t>(token.size()));
    message.put_bytes(token);
    co_await message.flush(stream);
}

Task<Bytes> read_message(ByteStream& stream, std::uint8_t kind)
{
    StreamReader reader{stream};
    const auto version = co_await reader.u8();
    const auto got = co_await reader.u8();
    if (version == k_version && got == k_abort) {
        throw CallError{CallFailure::proxy_denied, "it refuses our Kerberos ticket"};
    }
    if (version != k_version || got != kind) {
        proxy_fails("it does not keep to the GSS-API protocol for SOCKS");
    }
    const auto length = co_await reader.u16();
    if (length > k_longest_token) {
        proxy_fails("its token is too long");
    }
    co_return co_await reader.bytes(length);
}

Task<> authenticate(ByteStream& stream, std::shared_ptr<GssInitiator> context, WorkerPool& workers)
{
    Bytes received;
    for (unsigned steps = 0; steps < k_most_steps; ++steps) {
        auto job = [context, received] { return context->step(received); };
        auto step = co_await workers.run_apart(WaitsFor::proxy, std::move(job));
        const bool complete = step.complete;
        if (step.token.empty()) {
            if (complete) {
                co_return;
            }
            proxy_fails("the login by Kerberos gets nowhere");
        }
        co_await send_message(stream, k_authentication, std::move(step.token));
        received = co_await read_message(stream, k_authentication);
        if (complete && !received.empty()) {
            proxy_fails("it goes on with a login that is over");
        }
        if (complete) {
            co_return;
        }
        if (received.empty()) {
            proxy_fails("it takes the login for complete, and did not prove who it is");
        }
    }
    proxy_fails("the login by Kerberos does not end");
}

// The standard form is a protected octet; what NEC's proxies send is the octet itself.
std::uint8_t level_of(GssInitiator& context, ByteView token)
{
    if (token.size() == 1) {
        return token.front();
    }
    const auto answer = context.unwrap(token);
    if (answer.clear.size() != 1) {
        proxy_fails("its level of protection is none");
    }
    return answer.clear.front();
}

Task<SocksProtection> agree_on_protection(ByteStream& stream, GssInitiator& context,
                                          SocksProtection least)
{
    const auto wanted =
        context.can_encrypt() ? SocksProtection::confidentiality : SocksProtection::integrity;
    const std::array<std::uint8_t, 1> octet{static_cast<std::uint8_t>(wanted)};
    auto token = context.wrap(octet, false);
    co_await send_message(stream, k_protection, std::move(token));
    const auto answer = co_await read_message(stream, k_protection);
    const auto level = level_of(context, answer);
    if (level < static_cast<std::uint8_t>(least) || level > octet[0]) {
        proxy_fails("its level of protection is " + std::to_string(level) +
                    ", which is not enough, or not what there is");
    }
    co_return static_cast<SocksProtection>(level);
}

Task<std::unique_ptr<GssStream>> log_in(ByteStream& stream, const SocksProxy& proxy,
                                        WorkerPool& workers)
{
    auto begin = [service = proxy.service, host = proxy.host] {
        return std::make_shared<GssInitiator>(service, host);
    };
    auto context = co_await workers.run_apart(WaitsFor::proxy, std::move(begin));
    co_await authenticate(stream, context, workers);
    const auto protection = co_await agree_on_protection(stream, *context, proxy.least);
    co_return std::make_unique<GssStream>(stream, std::move(context), protection);
}

} // namespace

Task<std::unique_ptr<GssStream>> socks_gssapi_login(ByteStream& stream, const SocksProxy& proxy,
                                                    WorkerPool& workers)
{
    std::unique_ptr<GssStream> layer;
    std::optional<CallError> failure;
    auto login = log_in(stream, proxy, workers);
    try {
        layer = co_await login;
    } catch (const CallError& error) {
        failure = error;
    } catch (const GssError& error) {
        failure = CallError{CallFailure::proxy_failed, error.what()};
    }
    if (failure && failure->failure != CallFailure::proxy_denied) {
        co_await abort_socks_gssapi(stream);
    }
    if (failure) {
        throw *failure;
    }
    co_return layer;
}

Task<> abort_socks_gssapi(ByteStream& stream)
{
    const Bytes abort{k_version, k_abort};
    auto telling = stream.write(abort);
    try {
        co_await with_timeout(std::move(telling), k_abort_limit);
    } catch (const std::exception&) {
        // It knows already, or does not want to.
    }
}

} // namespace gds
