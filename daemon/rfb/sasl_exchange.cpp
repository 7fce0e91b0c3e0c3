// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/sasl_exchange.h"

#include "base/text.h"
#include "rfb/offer.h"
#include "rfb/sasl_auxprop.h"
#include "rfb/sasl_callback.h"
#include "rfb/sasl_library.h"
#include "rfb/user_name.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <glib.h>

namespace gds {

namespace {

constexpr const char* k_service = "vnc";
// Below this a channel counts as clear.
constexpr sasl_ssf_t k_min_ssf = 112;

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

// Nobody acts for somebody else.
int proxy_policy(sasl_conn_t* /*connection*/, void* /*context*/, const char* acts_as,
                 unsigned acts_as_length, const char* is, unsigned is_length, const char* /*realm*/,
                 unsigned /*realm_length*/, propctx* /*properties*/)
{
    return std::string_view{acts_as, acts_as_length} == std::string_view{is, is_length}
               ? SASL_OK
               : SASL_NOAUTHZ;
}

// Keeps a name as it is, or refuses it. Without this the library would trim it.
int canonical_user(sasl_conn_t* /*connection*/, void* /*context*/, const char* user,
                   unsigned user_length, unsigned /*flags*/, const char* /*realm*/, char* out,
                   unsigned out_max, unsigned* out_length)
{
    const std::string_view name{user, user_length};
    if (!is_user_name(name) || name.size() >= out_max) {
        return SASL_BADAUTH;
    }
    // `out` may be where `user` lies.
    std::memmove(out, name.data(), name.size());
    out[name.size()] = '\0';
    *out_length = user_length;
    return SASL_OK;
}

} // namespace

struct SaslExchange::Impl {
    explicit Impl(SaslSettings given)
        : settings(std::move(given)), mechanism_list(joined(settings.mechanisms)),
          callbacks{
              sasl_callback(SASL_CB_LOG, sasl_log),
              sasl_callback(SASL_CB_GETOPT, option, this),
              sasl_callback(SASL_CB_PROXY_POLICY, proxy_policy),
              sasl_callback(SASL_CB_CANON_USER, canonical_user),
              credentials_callback(*settings.credentials),
              sasl_callbacks_end(),
          }
    {}
    ~Impl() { sasl_dispose(&connection); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void check(int result, const char* what) const
    {
        if (result != SASL_OK) {
            throw std::runtime_error{std::string{what} + ": " +
                                     sasl_errstring(result, nullptr, nullptr)};
        }
    }

    // Answers every option that decides whom the library asks about a user; the rest have their
    // defaults.
    static int option(void* context, const char* plugin, const char* name, const char** value,
                      unsigned* length)
    {
        const auto& self = *static_cast<const Impl*>(context);
        const std::array<std::pair<const char*, const char*>, 5> answers{{
            {"mech_list", self.mechanism_list.c_str()},
            {"auxprop_plugin", k_credentials_plugin},
            // The checkpass callback has the last word: nobody else is asked when it says no.
            {"pwcheck_method", ""},
            {"canon_user_plugin", "INTERNAL"},
            {"auto_transition", "no"},
        }};
        if (plugin != nullptr) {
            return SASL_FAIL;
        }
        for (const auto& [known, answer] : answers) {
            if (std::strcmp(known, name) == 0) {
                *value = answer;
                if (length != nullptr) {
                    *length = static_cast<unsigned>(std::strlen(answer));
                }
                return SASL_OK;
            }
        }
        return SASL_FAIL;
    }

    void set_up_channel() const
    {
        const sasl_ssf_t external = settings.external_ssf;
        check(sasl_setprop(connection, SASL_SSF_EXTERNAL, &external), "SASL_SSF_EXTERNAL");
        sasl_security_properties_t properties{};
        properties.min_ssf = k_min_ssf;
        // What TLS gives is enough: no layer of the mechanism's own.
        properties.max_ssf = std::max(k_min_ssf, external);
        // Without a size the library takes min_ssf for a contradiction.
        properties.maxbufsize = 8192;
        // The library lets mechanisms that send the password pass when the channel is strong
        // enough.
        properties.security_flags = SASL_SEC_NOANONYMOUS | SASL_SEC_NOPLAINTEXT;
        check(sasl_setprop(connection, SASL_SEC_PROPS, &properties), "SASL_SEC_PROPS");
    }

    std::vector<std::string> listed() const
    {
        const char* list = nullptr;
        unsigned length = 0;
        int count = 0;
        const int result = sasl_listmech(connection, nullptr, "", " ", "", &list, &length, &count);
        std::vector<std::string> names;
        if (result != SASL_OK || list == nullptr) {
            return names;
        }
        std::string_view rest{list, length};
        while (!rest.empty()) {
            const auto end = std::min(rest.find(' '), rest.size());
            if (end > 0) {
                names.emplace_back(rest.substr(0, end));
            }
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return names;
    }

    std::string property(int number) const
    {
        const void* value = nullptr;
        if (sasl_getprop(connection, number, &value) != SASL_OK || value == nullptr) {
            return {};
        }
        return static_cast<const char*>(value);
    }

    // A proof only for who is himself, on a channel as strong as was asked for.
    bool is_sound(std::string& why) const
    {
        const void* ssf = nullptr;
        if (sasl_getprop(connection, SASL_SSF, &ssf) != SASL_OK || ssf == nullptr ||
            *static_cast<const sasl_ssf_t*>(ssf) != 0) {
            why = "the mechanism negotiated a layer of its own";
            return false;
        }
        if (settings.external_ssf < k_min_ssf) {
            why = "the channel is too weak";
            return false;
        }
        const std::string user = property(SASL_USERNAME);
        if (!is_user_name(user) || user != property(SASL_AUTHUSER)) {
            why = "authenticated as one user to act as another";
            return false;
        }
        return true;
    }

    SaslReply reply(int result, const char* data, unsigned length) const
    {
        SaslReply answer;
        if (result != SASL_OK && result != SASL_CONTINUE) {
            const char* detail = sasl_errdetail(connection);
            answer.why = printable(detail != nullptr ? detail : "refused");
            answer.secret_was_wrong = result == SASL_BADAUTH;
            return answer;
        }
        if (result == SASL_OK && !is_sound(answer.why)) {
            return answer;
        }
        if (data != nullptr) {
            const ByteView octets = as_bytes({data, length});
            answer.data.emplace(octets.begin(), octets.end());
        }
        answer.verdict = SaslReply::Verdict::next;
        if (result == SASL_OK) {
            answer.verdict = SaslReply::Verdict::accepted;
            answer.user = property(SASL_USERNAME);
        }
        return answer;
    }

    SaslSettings settings;
    std::string mechanism_list;
    std::array<sasl_callback_t, 6> callbacks;
    sasl_conn_t* connection = nullptr;
    std::vector<std::string> mechanisms;
};

SaslExchange::SaslExchange(SaslSettings settings)
    : impl_(std::make_unique<Impl>(std::move(settings)))
{
    if (installed_sasl_mechanisms().empty()) {
        throw std::runtime_error{"no SASL mechanism is installed"};
    }
    // A name is given, because the library would ask DNS for ours.
    impl_->check(sasl_server_new(k_service, g_get_host_name(), nullptr, nullptr, nullptr,
                                 impl_->callbacks.data(), SASL_SUCCESS_DATA, &impl_->connection),
                 "sasl_server_new");
    impl_->set_up_channel();
    const auto listed = impl_->listed();
    for (const std::string& name : impl_->settings.mechanisms) {
        if (was_offered(listed, name) && !was_offered(impl_->mechanisms, name)) {
            impl_->mechanisms.push_back(name);
        }
    }
}

SaslExchange::~SaslExchange() = default;

const std::vector<std::string>& SaslExchange::mechanisms() const { return impl_->mechanisms; }

SaslReply SaslExchange::start(const std::string& mechanism, SaslData data)
{
    const char* out = nullptr;
    unsigned length = 0;
    const int result =
        sasl_server_start(impl_->connection, mechanism.c_str(), data ? data->data() : nullptr,
                          data ? static_cast<unsigned>(data->size()) : 0, &out, &length);
    return impl_->reply(result, out, length);
}

SaslReply SaslExchange::step(SaslData data)
{
    const char* out = nullptr;
    unsigned length = 0;
    const int result =
        sasl_server_step(impl_->connection, data ? data->data() : nullptr,
                         data ? static_cast<unsigned>(data->size()) : 0, &out, &length);
    return impl_->reply(result, out, length);
}

} // namespace gds
