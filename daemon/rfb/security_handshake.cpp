// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_handshake.h"

#include "base/errors.h"
#include "base/translate.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"
#include "rfb/offer.h"
#include "rfb/refusal.h"
#include "rfb/security_none.h"
#include "rfb/security_ra2.h"
#include "rfb/security_sasl.h"
#include "rfb/security_type.h"
#include "rfb/security_vencrypt.h"
#include "rfb/security_vnc_auth.h"
#include "rfb/version_handshake.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace gds {

namespace {

constexpr std::uint8_t k_none = 1;
constexpr std::uint8_t k_vnc_auth = 2;
constexpr std::uint8_t k_vencrypt = 19;
constexpr std::uint8_t k_sasl = 20;
constexpr std::uint8_t k_ra2_256 = 129;

// What is offered beside VeNCrypt.
struct OuterType {
    std::uint8_t number;
    SecurityWord word;
    bool (*can_be_had)(const SecuritySetup& setup);
    RunInnerType run;
};

constexpr std::array k_outer_types{
    OuterType{k_sasl, SecurityWord::sasl, sasl_layer_can_be_had, run_sasl},
    OuterType{k_ra2_256, SecurityWord::ra2_256, ra2_256_can_be_had, run_ra2_256},
    OuterType{k_vnc_auth, SecurityWord::vnc_auth, vnc_auth_can_be_had, run_vnc_auth},
    OuterType{k_none, SecurityWord::none, none_can_be_had, run_none},
};

// VeNCrypt before the rest, since some clients take the first type that they know.
std::vector<std::uint8_t> security_offer(const SecuritySetup& setup, RfbVersion version)
{
    std::vector<std::uint8_t> offer;
    if (!vencrypt_offer(setup).empty()) {
        offer.push_back(k_vencrypt);
    }
    for (const SecurityWord word : setup.offer) {
        for (const OuterType& type : k_outer_types) {
            if (type.word == word && type.can_be_had(setup) && !was_offered(offer, type.number)) {
                offer.push_back(type.number);
            }
        }
    }
    if (version == RfbVersion::v3_3) {
        // It knows these two only (RFC 6143, appendix A), and the server chooses.
        std::erase_if(offer, [](auto type) { return type != k_none && type != k_vnc_auth; });
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
    if (!offer.empty()) {
        return {};
    }
    if (version == RfbVersion::v3_3 && !security_offer(setup, RfbVersion::v3_8).empty()) {
        return _("This server needs a viewer that speaks RFB 3.7 or later, with VeNCrypt");
    }
    return _("No way to log in is available");
}

Task<> send_security_types(ByteStream& stream, const std::vector<std::uint8_t>& offer)
{
    StreamWriter message;
    message.put_u8(static_cast<std::uint8_t>(offer.size()));
    // Not put_bytes(): g++ 12 warns at -O2 of a write past the end that there is not.
    for (const auto type : offer) {
        message.put_u8(type);
    }
    co_await message.flush(stream);
}

Task<std::uint8_t> agree_on_type(ByteStream& stream, RfbVersion version,
                                 const std::vector<std::uint8_t>& offer)
{
    if (version == RfbVersion::v3_3) {
        StreamWriter message;
        message.put_u32(offer.front());
        co_await message.flush(stream);
        co_return offer.front();
    }
    co_await send_security_types(stream, offer);
    StreamReader reader{stream};
    const std::uint8_t choice = co_await reader.u8();
    if (!was_offered(offer, choice)) {
        throw RefusedChoice{"chose security type " + std::to_string(choice) +
                                ", which was not offered",
                            _("This security type is not offered")};
    }
    co_return choice;
}

Task<Authenticated> run_type(const SecurityContext& context, std::uint8_t choice)
{
    if (choice == k_vencrypt) {
        co_return co_await run_vencrypt(context);
    }
    const auto* const type = std::ranges::find(k_outer_types, choice, &OuterType::number);
    const Channel channel{type->word, 0};
    co_return co_await type->run(context, channel);
}

bool is_wrong_secret(const std::exception_ptr& refused)
{
    try {
        std::rethrow_exception(refused);
    } catch (const CredentialsUnavailable&) {
        return false;
    } catch (const AuthenticationError&) {
        return true;
    } catch (...) {
        return false;
    }
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
    const auto offer = security_offer(setup, version);
    const auto reason = reason_for_no_offer(setup, version, offer);
    if (!reason.empty()) {
        auto message = no_security_type(version, reason);
        co_await say_last(connection.stream(), std::move(message));
        throw ProtocolError{"offered nothing: " + reason};
    }

    const SecurityContext context{connection, setup, observer, workers};
    Bytes last_words;
    std::exception_ptr refused;
    // Before 3.8 a client that chose None reads ServerInit next (7.1.3).
    bool result_is_said = true;
    try {
        const auto choice = co_await agree_on_type(connection.stream(), version, offer);
        result_is_said = choice != k_none || version == RfbVersion::v3_8;
        auto who = co_await run_type(context, choice);
        const auto refusal = co_await observer.refusal_of(who);
        if (!refusal.empty()) {
            throw RefusedAccess{refusal};
        }
        observer.on_stage("result");
        const auto message = result_is_said ? security_result_ok() : Bytes{};
        co_await connection.stream().write(message);
        connection.result_sent();
        co_return who;
    } catch (const Refusal& refusal) {
        refused = std::current_exception();
        last_words = refusal.before_result;
        const auto result =
            result_is_said ? security_result_failed(version, refusal.reason) : Bytes{};
        last_words.insert(last_words.end(), result.begin(), result.end());
    }
    // The verdict is known to our side before the client hears of it: nobody gets a free guess by
    // going before he has read all of it.
    if (is_wrong_secret(refused)) {
        observer.on_wrong_secret();
    }
    observer.on_stage("result");
    co_await say_last(connection.stream(), std::move(last_words));
    std::rethrow_exception(refused);
}

} // namespace gds
