// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_handshake.h"

#include "base/errors.h"
#include "base/translate.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"
#include "rfb/offer.h"
#include "rfb/refusal.h"
#include "rfb/security_type.h"
#include "rfb/security_vencrypt.h"
#include "rfb/version_handshake.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace gds {

namespace {

struct OuterType {
    std::uint8_t number;
    bool (*can_be_had)(const SecuritySetup& setup);
    RunSecurityType run;
};

bool vencrypt_can_be_had(const SecuritySetup& setup) { return !vencrypt_offer(setup).empty(); }

constexpr std::array k_outer_types{
    OuterType{19, vencrypt_can_be_had, run_vencrypt},
};

std::vector<std::uint8_t> security_offer(const SecuritySetup& setup)
{
    std::vector<std::uint8_t> offer;
    for (const OuterType& type : k_outer_types) {
        if (type.can_be_had(setup)) {
            offer.push_back(type.number);
        }
    }
    return offer;
}

// Why this client is offered nothing at all; empty: it is.
std::string reason_for_no_offer(const SecuritySetup& setup, RfbVersion version,
                                const std::vector<std::uint8_t>& offer)
{
    if (!setup.refuse_with.empty()) {
        return setup.refuse_with;
    }
    if (offer.empty()) {
        return _("No way to log in is available");
    }
    // In 3.3 the server chooses, and knows no type that could be chosen here.
    if (version == RfbVersion::v3_3) {
        return _("This server needs a viewer that speaks RFB 3.7 or later, with VeNCrypt");
    }
    return {};
}

Task<> send_security_types(ByteStream& stream, const std::vector<std::uint8_t>& offer)
{
    StreamWriter message;
    message.put_u8(static_cast<std::uint8_t>(offer.size()));
    message.put_bytes(offer);
    co_await message.flush(stream);
}

Task<Authenticated> choose_and_run(const SecurityContext& context,
                                   const std::vector<std::uint8_t>& offer)
{
    auto& stream = context.connection.stream();
    co_await send_security_types(stream, offer);
    StreamReader reader{stream};
    const std::uint8_t choice = co_await reader.u8();
    if (!was_offered(offer, choice)) {
        throw RefusedChoice{"chose security type " + std::to_string(choice) +
                                ", which was not offered",
                            _("This security type is not offered")};
    }
    const auto* const type = std::ranges::find(k_outer_types, choice, &OuterType::number);
    co_return co_await type->run(context);
}

// The client is told if it still listens. However that goes, what ended the handshake stays what it
// is: nobody escapes being counted by not reading his refusal.
Task<> say_last(ByteStream& stream, Bytes message)
{
    try {
        co_await stream.write(message);
    } catch (const std::exception&) {
        co_return;
    }
}

} // namespace

Task<Authenticated> security_handshake(Connection& connection, const SecuritySetup& setup,
                                       SecurityObserver& observer, WorkerPool& workers)
{
    observer.on_stage("version");
    const auto version = co_await exchange_version(connection.stream());

    observer.on_stage("security-type");
    const auto offer = security_offer(setup);
    const auto reason = reason_for_no_offer(setup, version, offer);
    if (!reason.empty()) {
        auto message = no_security_type(version, reason);
        co_await say_last(connection.stream(), std::move(message));
        throw ProtocolError{"offered nothing: " + reason};
    }

    const SecurityContext context{connection, setup, observer, workers};
    Bytes last_words;
    std::exception_ptr refused;
    try {
        auto who = co_await choose_and_run(context, offer);
        const auto refusal = co_await observer.refusal_of(who);
        if (!refusal.empty()) {
            throw RefusedAccess{refusal};
        }
        observer.on_stage("result");
        const auto message = security_result_ok();
        co_await connection.stream().write(message);
        co_return who;
    } catch (const Refusal& refusal) {
        refused = std::current_exception();
        last_words = refusal.before_result;
        const auto result = security_result_failed(version, refusal.reason);
        last_words.insert(last_words.end(), result.begin(), result.end());
    }
    // The verdict is known to our side before the client hears of it.
    observer.on_stage("result");
    co_await say_last(connection.stream(), std::move(last_words));
    std::rethrow_exception(refused);
}

} // namespace gds
