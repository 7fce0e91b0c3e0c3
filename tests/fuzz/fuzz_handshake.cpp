// SPDX-License-Identifier: GPL-2.0-or-later
// A client that says anything, in pieces of any size, to the handshake: to the whole of it up to
// TLS, and to what runs inside TLS directly. Whatever it says, the handshake comes to an end, by
// one of the exceptions that it names, and lets in nobody but the one user there is.
#include "base/errors.h"
#include "base/worker_pool.h"
#include "fakes/layer_mechanism.h"
#include "io/stream_reader.h"
#include "io/tls_anonymous.h"
#include "io/tls_rsa_key.h"
#include "rfb/ra2_stream.h"
#include "rfb/security_plain.h"
#include "rfb/security_ra2.h"
#include "rfb/security_sasl.h"
#include "rfb/security_vencrypt.h"
#include "rfb/security_vnc_auth.h"
#include "rfb/version_handshake.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <glib.h>
#include <glib/gstdio.h>

namespace gds {
namespace {

void require(bool holds, const char* what)
{
    if (!holds) {
        std::cerr << what << '\n';
        std::abort();
    }
}

// Gives what the fuzzer chose, in pieces, and then ends. What is written to it is counted.
class ChosenStream final : public ByteStream {
public:
    ChosenStream(ByteView octets, std::size_t piece, std::size_t& written)
        : octets_(octets), piece_(piece), written_(written)
    {}
    Task<std::size_t> read_some(std::span<std::uint8_t> into) override
    {
        require(!into.empty(), "read into nothing");
        const std::size_t count = std::min({into.size(), octets_.size(), piece_});
        std::copy_n(octets_.begin(), count, into.begin());
        octets_ = octets_.subspan(count);
        co_return count;
    }
    Task<> write(ByteView from) override
    {
        written_ += from.size();
        require(written_ < std::size_t{1024} * 1024, "too much was written");
        co_return;
    }

private:
    ByteView octets_;
    std::size_t piece_;
    std::size_t& written_;
};

struct SilentObserver final : SecurityObserver {
    void on_stage(const char* /*stage*/) override {}
};

TlsCredentialsPtr make_tls()
{
    std::string directory = std::filesystem::temp_directory_path() / "gds-fuzz-XXXXXX";
    require(g_mkdtemp(directory.data()) != nullptr, "no temporary directory");
    auto tls = load_or_make_tls_credentials(directory);
    std::filesystem::remove_all(directory);
    return tls;
}

const SecuritySetup& setup()
{
    static const SecuritySetup made = [] {
        auto credentials = std::make_shared<Credentials>();
        for (const ScramHash hash : {ScramHash::sha256, ScramHash::sha512}) {
            auto verifier = make_scram_verifier(hash, "a");
            // One round only, for speed; then no password fits, which is as well.
            verifier.iterations = 1;
            credentials->users["a"].push_back(std::move(verifier));
        }
        credentials->decoy_key = Bytes(32, 1);
        SecuritySetup all;
        all.offer = {SecurityWord::x509_sasl, SecurityWord::x509_plain};
        all.tls = make_tls();
        all.credentials = std::move(credentials);
        all.sasl.mechanisms = {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"};
        return all;
    }();
    return made;
}

// The same with every door open that can be.
const SecuritySetup& open_setup()
{
    static const SecuritySetup made = [] {
        SecuritySetup all = setup();
        auto credentials = std::make_shared<Credentials>(*all.credentials);
        credentials->vnc_password = std::make_shared<const SecretString>("a");
        all.credentials = std::move(credentials);
        all.offer.assign(k_security_words.begin(), k_security_words.end());
        all.anonymous_tls = make_anonymous_tls_credentials();
        all.ra2_key = parse_ra2_key(make_rsa_private_key(k_ra2_our_bits));
        return all;
    }();
    return made;
}

// Of the doors that stand open, none lets anybody in as somebody.
Task<> run_open(Connection& connection, WorkerPool& workers)
{
    SilentObserver observer;
    const auto who = co_await security_handshake(connection, open_setup(), observer, workers);
    require(who.identity().kind == IdentityKind::anonymous, "a password was guessed");
    require(who.security_word() == SecurityWord::none, "let in by another door");
}

Task<> run_closed(Connection& connection, WorkerPool& workers, RunInnerType run)
{
    SilentObserver observer;
    const SecurityContext context{connection, open_setup(), observer, workers};
    const Channel channel{SecurityWord::vnc_auth, 0};
    co_await run(context, channel);
    require(false, "somebody was let in");
}

Task<> run_ra2_inside(Connection& connection, WorkerPool& workers)
{
    SilentObserver observer;
    const SecurityContext context{connection, open_setup(), observer, workers};
    const Channel channel{SecurityWord::ra2_256, 0};
    const auto who = co_await run_ra2_login(context, channel, connection.stream());
    require(who.user() == "a", "somebody else was let in");
}

Task<> read_ra2_records(Connection& connection)
{
    const Bytes key(k_ra2_session_key, 1);
    Ra2Stream records{connection.stream(), key, key};
    Bytes octets(100);
    const std::size_t count = co_await records.read_some(octets);
    require(count == 0, "a record was forged");
}

Task<> run_whole(Connection& connection, WorkerPool& workers)
{
    SilentObserver observer;
    const auto who = co_await security_handshake(connection, setup(), observer, workers);
    require(who.user() == "a", "somebody else was let in");
}

Task<> run_inner(Connection& connection, WorkerPool& workers, RunInnerType run)
{
    SilentObserver observer;
    const SecurityContext context{connection, setup(), observer, workers};
    const Channel channel{SecurityWord::x509_sasl, 256};
    const auto who = co_await run(context, channel);
    require(who.user() == "a", "somebody else was let in");
}

// Type 20 with a mechanism that has a layer, and what a session reads through it. Who says a name
// is let in by this one; what counts is where the layer begins and what it takes.
Task<> run_layered(Connection& connection, WorkerPool& workers)
{
    test::add_layer_mechanism();
    auto layered = setup();
    layered.sasl.mechanisms = {test::k_layer_mechanism, "PLAIN"};
    SilentObserver observer;
    const SecurityContext context{connection, layered, observer, workers};
    const Channel channel{SecurityWord::sasl, 0};
    auto& clear = connection.stream();
    const auto who = co_await run_sasl(context, channel);
    require(who.mechanism() == test::k_layer_mechanism, "a mechanism without a layer");
    require(who.ssf() >= 128, "a weak layer");
    require(&connection.stream() == &clear, "the layer begins before the result");
    connection.result_sent();
    require(&connection.stream() != &clear, "no layer");
    StreamReader reader{connection.stream(), StreamReader::Mode::buffered};
    while (true) {
        const auto octet = co_await reader.u8();
        const std::array echo{octet};
        co_await connection.stream().write(echo);
    }
}

Task<> run_vencrypt_choice(Connection& connection)
{
    const auto offer = vencrypt_offer(setup());
    const auto choice = co_await agree_on_vencrypt_subtype(connection.stream(), offer);
    require(choice >= 262 && choice <= 264, "a sub-type that was not offered");
}

void check_texts(ByteView octets)
{
    parse_version(octets);
    if (const auto verifier = parse_scram_verifier(as_text(octets))) {
        require(to_text(*verifier).view() == as_text(octets), "a verifier is not what was read");
    }
}

// How it ended, and what was said until then.
struct Outcome {
    enum class End { let_in, protocol, authentication, stream };
    End end = End::let_in;
    std::size_t written = 0;

    bool operator==(const Outcome&) const = default;
};

Task<> task_of(unsigned what, Connection& connection, WorkerPool& workers)
{
    switch (what) {
    case 0:
        return run_whole(connection, workers);
    case 1:
        return run_inner(connection, workers, run_sasl);
    case 2:
        return run_inner(connection, workers, run_plain);
    case 3:
        return run_vencrypt_choice(connection);
    case 4:
        return run_layered(connection, workers);
    case 5:
        return run_closed(connection, workers, run_vnc_auth);
    case 6:
        return run_closed(connection, workers, run_ra2_256);
    case 7:
        return run_ra2_inside(connection, workers);
    case 8:
        return read_ra2_records(connection);
    default:
        return run_open(connection, workers);
    }
}

Outcome play_in_pieces(unsigned what, ByteView octets, std::size_t piece)
{
    static WorkerPool workers{1, 0};
    Outcome outcome;
    Connection connection{std::make_unique<ChosenStream>(octets, piece, outcome.written), "fuzz"};
    auto task = task_of(what, connection, workers);
    task.start();
    while (!task.done()) {
        g_main_context_iteration(nullptr, TRUE);
    }
    try {
        task.result();
    } catch (const ProtocolError&) {
        outcome.end = Outcome::End::protocol;
    } catch (const AuthenticationError&) {
        outcome.end = Outcome::End::authentication;
    } catch (const EndOfStream&) {
        outcome.end = Outcome::End::stream;
    }
    return outcome;
}

// The fuzzer chooses the size of the pieces; in one piece it comes to the same.
void play(std::uint8_t what, ByteView octets)
{
    const std::size_t piece = octets.empty() ? 1 : std::max<std::size_t>(1, octets[0]);
    octets = octets.subspan(std::min<std::size_t>(1, octets.size()));
    const unsigned kind = what % 10;
    const auto outcome = play_in_pieces(kind, octets, piece);
    // TLS is never twice the same length.
    require(kind == 0 || kind == 9 || outcome == play_in_pieces(kind, octets, octets.size() + 1),
            "pieces make a difference");
}

} // namespace
} // namespace gds

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const gds::ByteView octets{data, size};
    if (size == 0) {
        return 0;
    }
    if (data[0] >= 0xf0) {
        gds::check_texts(octets.subspan(1));
    } else {
        gds::play(data[0], octets.subspan(1));
    }
    return 0;
}
