// SPDX-License-Identifier: GPL-2.0-or-later
// Both ends of a login in one process: our server over one half of a stream pair, and a viewer made
// of Cyrus SASL and GnuTLS over the other, which notes what it saw.
#pragma once

#include "base/worker_pool.h"
#include "fakes/stream_pair.h"
#include "io/stream_reader.h"
#include "io/stream_writer.h"
#include "quick_verifier.h"
#include "rfb/refusal.h"
#include "rfb/security_handshake.h"
#include "rfb/security_type.h"
#include "rfb/security_vnc_auth.h"
#include "sasl_client.h"
#include "tls_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gds::test {

inline std::vector<ScramVerifier> verifiers_of(std::string_view password)
{
    return {quick_verifier(ScramHash::sha256, password),
            quick_verifier(ScramHash::sha512, password)};
}

inline CredentialsPtr some_credentials()
{
    static const auto made = [] {
        auto credentials = std::make_shared<Credentials>();
        credentials->users["alice"] = verifiers_of("wonderland");
        credentials->users["bob"] = verifiers_of("the builder");
        credentials->decoy_key = Bytes(32, 7);
        return credentials;
    }();
    return made;
}

inline CredentialsPtr locked_credentials()
{
    auto locked = std::make_shared<Credentials>(*some_credentials());
    locked->unavailable = "the keyring is locked";
    return locked;
}

inline CredentialsPtr with_vnc_password(std::string_view password = "rosebud")
{
    auto credentials = std::make_shared<Credentials>(*some_credentials());
    credentials->vnc_password = std::make_shared<const SecretString>(password);
    return credentials;
}

inline SecuritySetup some_setup()
{
    SecuritySetup setup;
    setup.offer = {SecurityWord::x509_sasl, SecurityWord::x509_plain};
    setup.credentials = some_credentials();
    setup.sasl.mechanisms = {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"};
    return setup;
}

// Ends before the program does: OpenSSL, which is behind SCRAM, must outlive the threads that used
// it.
class WorkersOfTheTests final : public testing::Environment {
public:
    static WorkerPool& pool()
    {
        if (pool_ == nullptr) {
            pool_ = std::make_unique<WorkerPool>(2, 0);
        }
        return *pool_;
    }
    void TearDown() override { pool_.reset(); }

private:
    static inline std::unique_ptr<WorkerPool> pool_;
};
inline const testing::Environment* const k_workers_of_the_tests =
    testing::AddGlobalTestEnvironment(std::make_unique<WorkersOfTheTests>().release());

inline WorkerPool& some_workers() { return WorkersOfTheTests::pool(); }

struct StageLog final : SecurityObserver {
    std::vector<std::string> stages;
    bool judge = true;
    int asked_to_judge = 0;
    int wrong_secrets = 0;
    std::string wrong_secret_in; // the stage when it was said
    std::string refuse_access; // with this sentence
    void on_stage(const char* stage) override { stages.emplace_back(stage); }
    bool may_judge() override
    {
        ++asked_to_judge;
        return judge;
    }
    void on_wrong_secret() override
    {
        ++wrong_secrets;
        wrong_secret_in = stages.back();
    }
    Task<std::string> refusal_of(const Authenticated& /*who*/) override { co_return refuse_access; }
};

// --- the server's end

struct ServerEnd {
    std::optional<Authenticated> who;
    std::exception_ptr error;
    StageLog log;
    bool ended = false;

    template <typename Error>
    bool ended_by() const
    {
        return !error_text<Error>().empty();
    }
    template <typename Error>
    std::string error_text() const
    {
        if (error == nullptr) {
            return {};
        }
        try {
            std::rethrow_exception(error);
        } catch (const Error& caught) {
            return caught.what();
        } catch (...) {
            return {};
        }
    }
};

// Runs one security type without TLS below it, as if it were there. A refusal is told as far as it
// belongs to the type; the result is the handshake's.
inline Task<> serve_inner(std::unique_ptr<ByteStream> stream, SecuritySetup setup, RunInnerType run,
                          ServerEnd& end)
{
    {
        Connection connection{std::move(stream), "test:1"};
        const SecurityContext context{connection, setup, end.log, some_workers()};
        const Channel channel{SecurityWord::x509_sasl, 256};
        Bytes last_words;
        try {
            auto who = co_await run(context, channel);
            end.who = std::move(who);
        } catch (const Refusal& refusal) {
            end.error = std::current_exception();
            last_words = refusal.before_result;
        } catch (...) {
            end.error = std::current_exception();
        }
        co_await connection.stream().write(last_words);
    }
    end.ended = true;
}

// `end.log` may be set up before it starts.
inline Task<> serve(std::unique_ptr<ByteStream> stream, SecuritySetup setup, ServerEnd& end)
{
    {
        Connection connection{std::move(stream), "test:1"};
        try {
            auto who = co_await security_handshake(connection, setup, end.log, some_workers());
            end.who = std::move(who);
        } catch (...) {
            end.error = std::current_exception();
        }
    }
    end.ended = true;
}

// --- the viewer's end

struct ViewerPlan {
    std::string version = "RFB 003.008\n";
    std::uint8_t type = 19;
    std::uint32_t sub_type = 263;
    std::string mechanism = "SCRAM-SHA-256";
    std::string said_mechanism; // on the wire; empty: the same
    SaslLogin login{"alice", "wonderland", "", "", {}}; // a binding that is empty is that of TLS
    std::string vnc_password = "rosebud";
    const char* tls_priority = nullptr; // that of the sub-type
    // Sent in clear behind the choice of the sub-type, together with it.
    std::string clear_before_tls;
};

struct ViewerEnd {
    std::string version;
    Bytes types;
    std::vector<std::uint32_t> sub_types;
    std::string mechanisms;
    // Lengths as they stood on the wire of the server's SASL data, one per answer.
    std::vector<std::uint32_t> data_lengths;
    bool complete = false;
    int sasl_result = SASL_FAIL;
    std::optional<std::uint32_t> result;
    std::string reason;
    std::optional<std::uint32_t> type_of_3_3;
    bool tls_was_anonymous = false;
    Bytes challenge;
    Bytes behind_it; // what came where nothing must
    std::exception_ptr error;
    bool ended = false;
};

inline void put_data(StreamWriter& message, const std::optional<Bytes>& data)
{
    if (!data) {
        message.put_u32(0);
        return;
    }
    message.put_u32(static_cast<std::uint32_t>(data->size() + 1));
    message.put_bytes(*data);
    message.put_u8(0);
}

inline Task<std::string> read_text(ByteStream& stream)
{
    StreamReader reader{stream};
    const auto length = co_await reader.u32();
    const auto octets = co_await reader.bytes(length);
    co_return std::string{as_text(octets)};
}

inline Task<> play_sasl(ByteStream& stream, const ViewerPlan& plan, ViewerEnd& end)
{
    StreamReader reader{stream};
    end.mechanisms = co_await read_text(stream);
    SaslClient client{plan.login};
    auto step = client.start(plan.mechanism);
    const std::string& said = plan.said_mechanism.empty() ? plan.mechanism : plan.said_mechanism;
    StreamWriter message;
    message.put_u32(static_cast<std::uint32_t>(said.size()));
    message.put_text(said);
    put_data(message, step.data);
    co_await message.flush(stream);
    while (true) {
        const auto length = co_await reader.u32();
        end.data_lengths.push_back(length);
        std::optional<Bytes> data;
        if (length > 0) {
            auto octets = co_await reader.bytes(length);
            EXPECT_EQ(octets.back(), 0);
            octets.pop_back();
            data = std::move(octets);
        }
        const auto complete = co_await reader.u8();
        if (step.result == SASL_CONTINUE) {
            step = client.step(data);
        }
        end.sasl_result = step.result;
        end.complete = complete == 1;
        if (end.complete || (step.result != SASL_OK && step.result != SASL_CONTINUE)) {
            co_return;
        }
        put_data(message, step.data);
        co_await message.flush(stream);
    }
}

inline Task<> play_plain(ByteStream& stream, const ViewerPlan& plan, ViewerEnd& /*end*/)
{
    StreamWriter message;
    message.put_u32(static_cast<std::uint32_t>(plan.login.user.size()));
    message.put_u32(static_cast<std::uint32_t>(plan.login.password.size()));
    message.put_text(plan.login.user);
    message.put_text(plan.login.password);
    co_await message.flush(stream);
}

inline Task<> play_vnc(ByteStream& stream, const ViewerPlan& plan, ViewerEnd& end)
{
    StreamReader reader{stream};
    end.challenge = co_await reader.bytes(k_vnc_challenge);
    const auto response = vnc_response(end.challenge, as_bytes(plan.vnc_password));
    const auto octets = response.bytes();
    co_await stream.write(octets);
}

// Before 3.8 no result follows None: the next octet is the client's.
inline Task<> expect_silence(ByteStream& stream, ViewerEnd& end)
{
    std::array<std::uint8_t, 1> octet{};
    const std::size_t count = co_await stream.read_some(octet);
    end.behind_it.assign(octet.begin(), octet.begin() + static_cast<std::ptrdiff_t>(count));
}

inline Task<> read_result(ByteStream& stream, const ViewerPlan& plan, ViewerEnd& end)
{
    StreamReader reader{stream};
    end.result = co_await reader.u32();
    if (end.result != 0U && plan.version == "RFB 003.008\n") {
        end.reason = co_await read_text(stream);
    }
}

inline Task<> play_outer_type(ByteStream& raw, std::uint8_t type, const ViewerPlan& plan,
                              ViewerEnd& end)
{
    if (type == 1 && plan.version != "RFB 003.008\n") {
        co_await expect_silence(raw, end);
        co_return;
    }
    if (type == 2) {
        co_await play_vnc(raw, plan, end);
    }
    co_await read_result(raw, plan, end);
}

inline Task<> play_inner_type(ByteStream& tls, const ViewerPlan& plan, ViewerEnd& end)
{
    switch (plan.sub_type) {
    case 263:
    case 264:
        co_await play_sasl(tls, plan, end);
        break;
    case 262:
    case 259:
        co_await play_plain(tls, plan, end);
        break;
    case 261:
    case 258:
        co_await play_vnc(tls, plan, end);
        break;
    default: // None
        break;
    }
    co_await read_result(tls, plan, end);
}

inline Task<> play_handshake(ByteStream& raw, const ViewerPlan& plan, ViewerEnd& end)
{
    StreamReader reader{raw};
    const auto version = co_await reader.bytes(12);
    end.version = as_text(version);
    StreamWriter message;
    message.put_text(plan.version);
    co_await message.flush(raw);
    if (plan.version == "RFB 003.003\n") {
        end.type_of_3_3 = co_await reader.u32();
        if (end.type_of_3_3 == 0U) {
            end.reason = co_await read_text(raw);
        } else {
            const auto type = static_cast<std::uint8_t>(*end.type_of_3_3);
            co_await play_outer_type(raw, type, plan, end);
        }
        co_return;
    }
    const auto count = co_await reader.u8();
    end.types = co_await reader.bytes(count);
    if (count == 0) {
        end.reason = co_await read_text(raw);
        co_return;
    }
    message.put_u8(plan.type);
    co_await message.flush(raw);
    if (plan.type != 19) {
        const bool offered = std::ranges::find(end.types, plan.type) != end.types.end();
        if (offered) {
            co_await play_outer_type(raw, plan.type, plan, end);
        } else {
            co_await read_result(raw, plan, end);
        }
        co_return;
    }
    const auto vencrypt = co_await reader.u16();
    EXPECT_EQ(vencrypt, 2);
    message.put_u16(2);
    co_await message.flush(raw);
    const auto accepted = co_await reader.u8();
    EXPECT_EQ(accepted, 0);
    const auto sub_types = co_await reader.u8();
    for (unsigned i = 0; i < sub_types; ++i) {
        const auto number = co_await reader.u32();
        end.sub_types.push_back(number);
    }
    message.put_u32(plan.sub_type);
    message.put_text(plan.clear_before_tls);
    co_await message.flush(raw);
    const auto agreed = co_await reader.u8();
    if (agreed != 1) {
        co_return;
    }
    const bool anonymous = plan.sub_type >= 257 && plan.sub_type <= 259;
    const char* const usual = anonymous ? k_anonymous_tls : "NORMAL";
    TlsClient tls{raw, plan.tls_priority != nullptr ? plan.tls_priority : usual};
    co_await tls.handshake();
    end.tls_was_anonymous = tls.is_anonymous();
    auto inner = plan;
    if (plan.login.binding_type == "tls-exporter" && plan.login.binding.empty()) {
        inner.login.binding = tls.channel_binding(GNUTLS_CB_TLS_EXPORTER);
    } else if (!plan.login.binding_type.empty() && plan.login.binding.empty()) {
        inner.login.binding = tls.channel_binding(GNUTLS_CB_TLS_SERVER_END_POINT);
    }
    co_await play_inner_type(tls, inner, end);
}

using PlayViewer = Task<> (*)(ByteStream& stream, const ViewerPlan& plan, ViewerEnd& end);

inline Task<> view(std::unique_ptr<MemoryStream> stream, ViewerPlan plan, PlayViewer play,
                   ViewerEnd& end)
{
    try {
        co_await play(*stream, plan, end);
    } catch (...) {
        end.error = std::current_exception();
    }
    stream.reset();
    end.ended = true;
}

// --- both

struct Login {
    ServerEnd server;
    ViewerEnd viewer;
    Task<> serving;
    Task<> viewing;

    void run()
    {
        start();
        EXPECT_TRUE(spin_until([this] { return ended(); }));
    }
    void start()
    {
        serving.start();
        viewing.start();
    }
    bool ended() const { return server.ended && viewer.ended; }
};

enum class Pieces { all, one_octet };

inline StreamPair paired(Pieces pieces)
{
    auto pair = make_stream_pair();
    if (pieces == Pieces::one_octet) {
        pair.server->set_read_limit(1);
        pair.client->set_read_limit(1);
    }
    return pair;
}

inline std::unique_ptr<Login> log_in(SecuritySetup setup, ViewerPlan plan,
                                     Pieces pieces = Pieces::all)
{
    auto login = std::make_unique<Login>();
    auto pair = paired(pieces);
    login->serving = serve(std::move(pair.server), std::move(setup), login->server);
    login->viewing = view(std::move(pair.client), std::move(plan), play_handshake, login->viewer);
    return login;
}

inline std::unique_ptr<Login> log_in_inner(RunInnerType run, PlayViewer play, SecuritySetup setup,
                                           ViewerPlan plan, Pieces pieces = Pieces::all)
{
    auto login = std::make_unique<Login>();
    auto pair = paired(pieces);
    login->serving = serve_inner(std::move(pair.server), std::move(setup), run, login->server);
    login->viewing = view(std::move(pair.client), std::move(plan), play, login->viewer);
    return login;
}

// A server's page against octets that a test made, without a viewer. Ends with the page, or when it
// waits for more than came.
struct Answer {
    ServerEnd server;
    Bytes octets;
};

inline std::unique_ptr<Answer> feed_inner(RunInnerType run, ByteView octets,
                                          SecuritySetup setup = some_setup(),
                                          Pieces pieces = Pieces::all)
{
    auto answer = std::make_unique<Answer>();
    auto pair = paired(pieces);
    pair.client->send(octets);
    auto serving = serve_inner(std::move(pair.server), std::move(setup), run, answer->server);
    serving.start();
    spin_until([&] { return answer->server.ended || pair.client->awaited(); });
    answer->octets = pair.client->take_arrived();
    return answer;
}

} // namespace gds::test
