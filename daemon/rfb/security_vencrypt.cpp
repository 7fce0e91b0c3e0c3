// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_vencrypt.h"

#include "base/errors.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"
#include "io/tls_stream.h"
#include "rfb/offer.h"
#include "rfb/security_none.h"
#include "rfb/security_plain.h"
#include "rfb/security_sasl.h"
#include "rfb/security_vnc_auth.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace gds {

namespace {

enum class Tls { certificate, anonymous };

struct SubType {
    std::uint32_t number;
    SecurityWord word;
    Tls below;
    bool (*can_be_had)(const SecuritySetup& setup);
    RunInnerType run;
};

// The community's RFB specification has X509SASL as 264, every implementation has it as 263. Both
// numbers are served with the certificate, the usual one first.
constexpr std::array k_sub_types{
    SubType{263, SecurityWord::x509_sasl, Tls::certificate, sasl_can_be_had, run_sasl},
    SubType{264, SecurityWord::x509_sasl, Tls::certificate, sasl_can_be_had, run_sasl},
    SubType{262, SecurityWord::x509_plain, Tls::certificate, plain_can_be_had, run_plain},
    SubType{261, SecurityWord::x509_vnc, Tls::certificate, vnc_auth_can_be_had, run_vnc_auth},
    SubType{260, SecurityWord::x509_none, Tls::certificate, none_can_be_had, run_none},
    SubType{259, SecurityWord::tls_plain, Tls::anonymous, plain_can_be_had, run_plain},
    SubType{258, SecurityWord::tls_vnc, Tls::anonymous, vnc_auth_can_be_had, run_vnc_auth},
    SubType{257, SecurityWord::tls_none, Tls::anonymous, none_can_be_had, run_none},
};

constexpr std::uint8_t k_version_accepted = 0;
constexpr std::uint8_t k_version_refused = 1;
constexpr std::uint8_t k_sub_type_accepted = 1;
constexpr std::uint8_t k_sub_type_refused = 0;

const TlsCredentialsPtr& credentials_of(const SecuritySetup& setup, const SubType& type)
{
    return type.below == Tls::certificate ? setup.tls : setup.anonymous_tls;
}

bool can_be_had(const SecuritySetup& setup, const SubType& type)
{
    return credentials_of(setup, type) != nullptr && type.can_be_had(setup);
}

std::optional<ClientCertificate> certificate_of(const TlsStream& tls)
{
    if (!tls.peer()) {
        return std::nullopt;
    }
    return ClientCertificate{tls.peer()->subject, tls.peer()->sha256};
}

Task<> answer(ByteStream& stream, std::uint8_t octet)
{
    const std::array message{octet};
    co_await stream.write(message);
}

} // namespace

std::vector<std::uint32_t> vencrypt_offer(const SecuritySetup& setup)
{
    std::vector<std::uint32_t> offer;
    for (const SecurityWord word : setup.offer) {
        for (const SubType& type : k_sub_types) {
            if (type.word == word && can_be_had(setup, type) && !was_offered(offer, type.number)) {
                offer.push_back(type.number);
            }
        }
    }
    return offer;
}

Task<std::uint32_t> agree_on_vencrypt_subtype(ByteStream& stream, std::vector<std::uint32_t> offer)
{
    constexpr std::array<std::uint8_t, 2> version{0, 2};
    co_await stream.write(version);
    std::array<std::uint8_t, 2> theirs{};
    StreamReader reader{stream};
    co_await reader.exactly(theirs);
    if (theirs != version) {
        co_await answer(stream, k_version_refused);
        throw ProtocolError{"VeNCrypt version " + std::to_string(theirs[0]) + "." +
                            std::to_string(theirs[1])};
    }

    StreamWriter message;
    message.put_u8(k_version_accepted);
    message.put_u8(static_cast<std::uint8_t>(offer.size()));
    for (const std::uint32_t number : offer) {
        message.put_u32(number);
    }
    co_await message.flush(stream);

    const std::uint32_t choice = co_await reader.u32();
    if (!was_offered(offer, choice)) {
        co_await answer(stream, k_sub_type_refused);
        throw ProtocolError{"chose VeNCrypt sub-type " + std::to_string(choice) +
                            ", which was not offered"};
    }
    co_await answer(stream, k_sub_type_accepted);
    co_return choice;
}

Task<Authenticated> run_vencrypt(const SecurityContext& context)
{
    context.observer.on_stage("vencrypt");
    auto& connection = context.connection;
    auto offer = vencrypt_offer(context.setup);
    const auto choice = co_await agree_on_vencrypt_subtype(connection.stream(), std::move(offer));
    const auto* const type = std::ranges::find(k_sub_types, choice, &SubType::number);

    // Nothing was read ahead: what the client sent behind its choice is TLS records, or no
    // handshake.
    context.observer.on_stage("tls");
    auto credentials = credentials_of(context.setup, *type);
    auto tls = co_await TlsStream::handshake(connection.stream(), std::move(credentials));
    const Channel channel{type->word, tls->strength(), tls->channel_binding()};
    auto certificate = certificate_of(*tls);
    connection.push_layer(std::move(tls));
    auto who = co_await type->run(context, channel);
    co_return SecurityProof::with_certificate(std::move(who), std::move(certificate));
}

} // namespace gds
