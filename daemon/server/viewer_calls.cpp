// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/viewer_calls.h"

#include "base/errors.h"
#include "base/log.h"
#include "base/source.h"
#include "base/text.h"
#include "io/outgoing_socket.h"
#include "io/stream_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace gds {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t k_most_under_way = 16;
constexpr std::chrono::milliseconds k_longest_pause = 10s;
// What an UltraVNC repeater reads before anything else, whatever it begins with.
constexpr std::size_t k_repeater_greeting = 250;
// The viewer may come to the repeater later than we do.
constexpr std::chrono::milliseconds k_repeater_patience = 15min;

std::string name_of(const ViewerCall& call)
{
    const bool v6 = call.host.find(':') != std::string::npos;
    return (v6 ? "[" + call.host + "]" : call.host) + ":" + std::to_string(call.port);
}

bool may_pass(CallFailure failure)
{
    return failure == CallFailure::refused || failure == CallFailure::unreachable ||
           failure == CallFailure::timed_out || failure == CallFailure::name_not_found;
}

SocksProxy copy_of(const SocksProxy& proxy, SocksProtection least)
{
    SocksProxy copy = proxy;
    copy.least = least;
    return copy;
}

// What the settings are held against; nothing: they have no say in it, since somebody has chosen.
std::optional<SocksProtection> protection_by(const SocksProxy& proxy, const GssStream* layer,
                                             SocksProtection least)
{
    if (proxy.login == SocksLogin::none || proxy.login == SocksLogin::password) {
        return std::nullopt;
    }
    return layer != nullptr ? layer->protection() : least; // as the methods were offered
}

Task<OutgoingSocket> connect_to_proxy(const SocksProxy& proxy)
{
    auto connecting = connect_to(proxy.host, proxy.port);
    try {
        co_return co_await connecting;
    } catch (const CallError& error) {
        throw CallError{CallFailure::proxy_failed, error.what()};
    }
}

Task<> greet_repeater(ByteStream& stream, std::string id)
{
    StreamWriter greeting;
    greeting.put_text("ID:");
    greeting.put_text(id);
    greeting.pad(k_repeater_greeting - greeting.size());
    co_await greeting.flush(stream);
}

} // namespace

unsigned ViewerCalls::start(ViewerCall call, OnCallAnswer answer)
{
    const unsigned number = ++last_number_;
    auto& entry = *under_way_.emplace(number, std::make_unique<UnderWay>()).first->second;
    entry.answer = std::move(answer);
    auto running = run(std::move(call), entry);
    entry.tasks.spawn(std::move(running),
                      [this, number](std::exception_ptr) { under_way_.erase(number); });
    return number;
}

void ViewerCalls::cancel(unsigned number, const CallError& why)
{
    const auto found = under_way_.find(number);
    if (found == under_way_.end() || !found->second->answer) {
        return;
    }
    const auto answer = std::exchange(found->second->answer, {});
    found->second->tasks.cancel_soon([this, number] { under_way_.erase(number); });
    answer({.client = 0, .failure = why.failure, .detail = why.what()});
}

void ViewerCalls::cancel_all(const CallError& why)
{
    std::vector<unsigned> numbers;
    for (const auto& [number, entry] : under_way_) {
        numbers.push_back(number);
    }
    for (const auto number : numbers) {
        cancel(number, why);
    }
}

void ViewerCalls::expect_room() const
{
    std::size_t others = 0;
    std::size_t waiting = 0;
    for (const auto& [number, entry] : under_way_) {
        others += entry->answer ? 1 : 0;
        waiting += entry->answer && entry->waits ? 1 : 0;
    }
    --others; // itself
    if (others >= k_most_under_way) {
        throw CallError{CallFailure::no_room,
                        std::to_string(others) + " other calls are under way, " +
                            std::to_string(waiting) + " of them waiting to be tried again"};
    }
}

Task<> ViewerCalls::run(ViewerCall call, UnderWay& under_way)
{
    const auto until = std::chrono::steady_clock::now() + call.retry_for;
    std::chrono::milliseconds pause = first_pause_;
    CallAnswer answer;
    bool again = true;
    while (again) {
        answer = CallAnswer{};
        auto attempting = attempt(call, under_way);
        try {
            answer.client = co_await attempting;
        } catch (const CallError& error) {
            answer.failure = error.failure;
            answer.detail = error.what();
        } catch (const std::exception& error) { // it ended before it began
            answer.failure = CallFailure::unreachable;
            answer.detail = error.what();
        }
        again = answer.failure && may_pass(*answer.failure) &&
                std::chrono::steady_clock::now() + pause <= until;
        if (again) {
            under_way.waits = true;
            co_await sleep_for(pause);
            under_way.waits = false;
            pause = std::min(pause * 2, k_longest_pause);
        }
    }
    if (answer.failure) {
        log_info("the viewer at " + printable(name_of(call)) +
                 " was called in vain: " + printable(answer.detail));
    }
    if (const auto on_answer = std::exchange(under_way.answer, {})) {
        on_answer(answer);
    }
}

Task<unsigned> ViewerCalls::attempt(const ViewerCall& call, const UnderWay& under_way)
{
    const auto least = check_();
    std::optional<SocksProtection> protection;
    expect_room();
    Arrival arrival;
    arrival.view_only = call.view_only;
    if (call.proxy) {
        auto made = co_await connect_to_proxy(*call.proxy);
        arrival.socket = std::make_unique<SocketStream>(std::move(made.socket));
        auto proxy = copy_of(*call.proxy, least);
        auto layer = co_await socks_connect(*arrival.socket, std::move(proxy), call.host, call.port,
                                            workers_);
        protection = protection_by(*call.proxy, layer.get(), least);
        arrival.layer = std::move(layer);
        arrival.peer = name_of(call);
        arrival.behind_proxy = true;
        const auto numeric = SocketAddress::parse(call.host);
        arrival.address = numeric ? numeric->host() : "";
        arrival.source = numeric ? numeric->source() : "called " + call.host;
    } else {
        auto made = co_await connect_to(call.host, call.port);
        arrival.peer = made.peer->text();
        arrival.address = made.peer->host();
        arrival.source = made.peer->source();
        arrival.socket = std::make_unique<SocketStream>(std::move(made.socket));
    }
    ByteStream& stream = arrival.layer ? *arrival.layer : *arrival.socket;
    if (!call.repeater_id.empty()) {
        co_await greet_repeater(stream, call.repeater_id);
        arrival.more_patience = k_repeater_patience;
    }
    const auto wanted = check_(); // it may have taken long
    if (protection && *protection < wanted) {
        throw CallError{CallFailure::proxy_failed,
                        "the settings want more protection by it than they did"};
    }
    if (!under_way.answer) {
        throw CallError{CallFailure::cancelled, "it was cancelled meanwhile"};
    }
    co_return on_reached_(std::move(arrival));
}

} // namespace gds
