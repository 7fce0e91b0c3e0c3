// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/sasl_call.h"

#include "base/errors.h"
#include "base/source.h"
#include "base/timeout.h"
#include "base/translate.h"
#include "rfb/refusal.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace gds {

using namespace std::chrono_literals;

namespace {

constexpr const char* k_plain = "PLAIN";
// Longer than what PAM lets somebody wait who mistyped, and within the time for a login.
constexpr std::chrono::milliseconds k_answer_limit = 15s;
// Of the channel on which the password came; whether that is good enough was judged before.
constexpr unsigned k_any_strength = 256;

// Whom a mechanism may wait for without limit, beside our own reckoning.
std::optional<WaitsFor> waits_for(const SaslPolicy& policy, const std::string& mechanism)
{
    if (mechanism == k_kerberos_mechanism) {
        return WaitsFor::kerberos;
    }
    if (mechanism == k_own_user_mechanism) {
        return std::nullopt;
    }
    switch (policy.password_source) {
    case PasswordSource::saslauthd:
        return WaitsFor::saslauthd;
    case PasswordSource::sasldb:
        return WaitsFor::sasldb;
    case PasswordSource::keyring:
    case PasswordSource::nobody:
        break;
    }
    return std::nullopt;
}

std::string no_answer(PasswordSource source)
{
    // Translators: the end of “Credentials not available: %s”, which a viewer shows.
    return source == PasswordSource::saslauthd ? _("saslauthd does not answer")
                                               : _("the users in sasldb cannot be read");
}

std::chrono::milliseconds rest_of(std::chrono::milliseconds time,
                                  std::chrono::steady_clock::time_point begun)
{
    const auto rest = begun + time - std::chrono::steady_clock::now();
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(rest), 0ms);
}

// Nothing when it takes too long; the job goes on, and its result is dropped.
Task<std::optional<SaslReply>> ask(WorkerPool& workers, WaitsFor whom, SaslJob job)
{
    auto asking = workers.run_apart(whom, std::move(job));
    std::optional<SaslReply> reply;
    try {
        auto answer = co_await with_timeout(std::move(asking), k_answer_limit);
        reply = std::move(answer);
    } catch (const TimedOut&) {
        reply.reset();
    }
    co_return reply;
}

SaslReply judge(const SaslSettings& settings, const std::string& user, const SecretString& password)
{
    SaslExchange exchange{settings};
    SecretString message{user.size() + password.size() + 2};
    const auto octets = message.octets();
    const auto behind = std::ranges::copy(user, octets.begin() + 1).out;
    std::ranges::copy(password.view(), behind + 1);
    return exchange.start(k_plain, message.view());
}

} // namespace

Task<SaslReply> call_sasl(const SecurityContext& context, std::string mechanism, SaslJob job,
                          Bytes before)
{
    const auto& policy = context.setup.sasl;
    const auto whom = waits_for(policy, mechanism);
    if (!whom) {
        co_return co_await context.workers.run(std::move(job));
    }
    if (*whom == WaitsFor::kerberos) {
        co_return co_await context.workers.run_apart(*whom, std::move(job));
    }
    const auto begun = std::chrono::steady_clock::now();
    auto reply = co_await ask(context.workers, *whom, std::move(job));
    if (!reply || (reply->verdict == SaslReply::Verdict::refused && reply->nobody_judged)) {
        throw CredentialsUnavailable{no_answer(policy.password_source), std::move(before)};
    }
    if (reply->verdict == SaslReply::Verdict::refused && *whom == WaitsFor::saslauthd) {
        const auto pause = rest_of(policy.refusal_time, begun);
        co_await sleep_for(pause);
    }
    co_return std::move(*reply);
}

Task<bool> is_password_elsewhere(const SecurityContext& context, std::string user,
                                 SecretString password)
{
    SaslSettings settings{context.setup.credentials, context.setup.sasl, k_any_strength, {}};
    settings.policy.mechanisms = {k_plain};
    const auto secret = std::make_shared<const SecretString>(std::move(password));
    SaslJob job = [settings, user, secret] { return judge(settings, user, *secret); };
    const auto reply = co_await call_sasl(context, k_plain, std::move(job));
    co_return reply.verdict == SaslReply::Verdict::accepted&& reply.who.name == user;
}

} // namespace gds
