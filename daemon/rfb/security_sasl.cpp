// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_sasl.h"

#include "base/errors.h"
#include "base/secret_string.h"
#include "base/translate.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"
#include "rfb/offer.h"
#include "rfb/read_secret.h"
#include "rfb/refusal.h"
#include "rfb/sasl_call.h"
#include "rfb/sasl_exchange.h"
#include "rfb/sasl_library.h"
#include "rfb/sasl_stream.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace gds {

namespace {

constexpr std::uint8_t k_to_be_continued = 0;
constexpr std::uint8_t k_complete = 1;

// SASL data on the wire: none is a length of 0; n octets are a length of n + 1, the octets, and one
// more that is not data.
using ClientData = std::optional<SecretString>;

SaslData view_of(const ClientData& data)
{
    if (!data) {
        return {};
    }
    // Whatever the last octet is, it is not passed on.
    return data->view().substr(0, data->size() - 1);
}

Task<ClientData> read_client_data(ByteStream& stream)
{
    StreamReader reader{stream};
    const auto length = co_await reader.u32();
    if (length > k_max_sasl_data) {
        throw ProtocolError{"SASL data of " + std::to_string(length) + " octets"};
    }
    ClientData data;
    if (length > 0) {
        auto octets = co_await read_secret(stream, length);
        data.emplace(std::move(octets));
    }
    co_return data;
}

Bytes server_message(const std::optional<Bytes>& data, std::uint8_t complete)
{
    StreamWriter message;
    if (data) {
        message.put_u32(static_cast<std::uint32_t>(data->size() + 1));
        message.put_bytes(*data);
        message.put_u8(0);
    } else {
        message.put_u32(0);
    }
    message.put_u8(complete);
    return message.take();
}

// The end of an exchange that failed. SCRAM has a word of its own for it (RFC 5802, 7).
Bytes end_of_exchange(const std::string& mechanism, const SaslReply& reply, unsigned steps)
{
    if (reply.secret_was_wrong && steps > 1 && mechanism.starts_with("SCRAM-")) {
        const ByteView word = as_bytes("e=invalid-proof");
        return server_message(Bytes{word.begin(), word.end()}, k_complete);
    }
    return server_message({}, k_complete);
}

bool is_mechanism_name(std::string_view name)
{
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

Task<> send_mechanisms(ByteStream& stream, const std::vector<std::string>& mechanisms)
{
    std::string list;
    for (const std::string& name : mechanisms) {
        list += (list.empty() ? "" : ",") + name;
    }
    StreamWriter message;
    message.put_u32(static_cast<std::uint32_t>(list.size()));
    message.put_text(list);
    co_await message.flush(stream);
}

Task<std::string> read_mechanism(ByteStream& stream, const std::vector<std::string>& offer)
{
    StreamReader reader{stream};
    const auto length = co_await reader.u32();
    if (length < 1 || length > k_max_sasl_mechanism_name) {
        throw ProtocolError{"SASL mechanism name of " + std::to_string(length) + " octets"};
    }
    const auto octets = co_await reader.bytes(length);
    std::string name{as_text(octets)};
    if (!is_mechanism_name(name) || !was_offered(offer, name)) {
        throw RefusedChoice{"chose a SASL mechanism that was not offered",
                            _("This SASL mechanism is not offered"),
                            server_message({}, k_complete)};
    }
    co_return name;
}

// Every call of the exchange runs on a worker and owns what it touches, the exchange included: a
// client that goes meanwhile takes nothing away from it.
using ExchangePtr = std::shared_ptr<SaslExchange>;

Task<ExchangePtr> open_exchange(const SecurityContext& context, const Channel& channel)
{
    SaslSettings settings{context.setup.credentials, context.setup.sasl, channel.strength,
                          channel.binding, context.setup.peer_is_own_user};
    auto open = [settings] { return std::make_shared<SaslExchange>(settings); };
    auto exchange = co_await context.workers.run(std::move(open));
    if (exchange->mechanisms().empty()) {
        throw ProtocolError{"no SASL mechanism can be offered"};
    }
    co_return exchange;
}

SaslJob start_job(ExchangePtr exchange, std::string mechanism, ClientData data)
{
    const auto held = std::make_shared<const ClientData>(std::move(data));
    return [exchange, mechanism, held] { return exchange->start(mechanism, view_of(*held)); };
}

SaslJob step_job(ExchangePtr exchange, ClientData data)
{
    const auto held = std::make_shared<const ClientData>(std::move(data));
    return [exchange, held] { return exchange->step(view_of(*held)); };
}

} // namespace

// Asked again, it answers the same for this connection. Only a password could be guessed.
static void expect_chance(SecurityObserver& observer, const std::string& mechanism)
{
    if (goes_by_password(mechanism) && !observer.may_judge()) {
        throw TooManyAttempts{server_message({}, k_complete)};
    }
}

bool sasl_can_be_had(const SecuritySetup& setup)
{
    return takes_kerberos(setup.sasl) || takes_passwords(setup.sasl) ||
           (setup.peer_is_own_user && takes_own_user(setup.sasl));
}

bool sasl_layer_can_be_had(const SecuritySetup& setup)
{
    return !layered_sasl_mechanisms(setup.sasl).empty();
}

Task<Authenticated> run_sasl(const SecurityContext& context, Channel channel)
{
    context.observer.on_stage("sasl");
    auto& stream = context.connection.stream();
    const auto exchange = co_await open_exchange(context, channel);
    co_await send_mechanisms(stream, exchange->mechanisms());

    const auto mechanism = co_await read_mechanism(stream, exchange->mechanisms());
    auto data = co_await read_client_data(stream);
    const auto no_data = server_message({}, k_complete);
    const auto& unavailable = context.setup.credentials->unavailable;
    if (!unavailable.empty() && goes_by_password(mechanism)) {
        throw CredentialsUnavailable{unavailable, no_data};
    }
    // The client's first message of SCRAM holds no proof yet: whoever sends that alone is not
    // judged.
    if (mechanism == "PLAIN") {
        expect_chance(context.observer, mechanism);
    }
    unsigned steps = 1;
    auto starting = start_job(exchange, mechanism, std::move(data));
    auto reply = co_await call_sasl(context, mechanism, std::move(starting), no_data);
    while (reply.verdict == SaslReply::Verdict::next) {
        if (steps == k_max_sasl_steps) {
            throw ProtocolError{mechanism + " did not come to an end"};
        }
        const auto message = server_message(reply.data, k_to_be_continued);
        co_await stream.write(message);
        data = co_await read_client_data(stream);
        expect_chance(context.observer, mechanism);
        auto going_on = step_job(exchange, std::move(data));
        reply = co_await call_sasl(context, mechanism, std::move(going_on), no_data);
        ++steps;
    }
    if (reply.verdict == SaslReply::Verdict::refused) {
        throw RefusedLogin{mechanism + ": " + reply.why, _("Authentication failed"),
                           end_of_exchange(mechanism, reply, steps)};
    }
    const auto message = server_message(reply.data, k_complete);
    co_await stream.write(message);
    // What the client sends from here on is records of the layer; we begin behind SecurityResult.
    if (reply.layer_ssf > 0) {
        context.connection.push_layer_after_result(std::make_unique<SaslStream>(stream, exchange));
    }
    const unsigned strength = reply.layer_ssf > 0 ? reply.layer_ssf : channel.strength;
    co_return SecurityProof::make(std::move(reply.who), channel.word, mechanism, strength);
}

} // namespace gds
