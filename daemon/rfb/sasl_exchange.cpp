// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/sasl_exchange.h"

#include "base/errors.h"
#include "base/text.h"
#include "rfb/kerberos_acceptor.h"
#include "rfb/offer.h"
#include "rfb/sasl_auxprop.h"
#include "rfb/sasl_callback.h"
#include "rfb/sasl_library.h"
#include "rfb/sasl_names.h"
#include "rfb/user_name.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>

#include <glib.h>

namespace gds {

namespace {

constexpr const char* k_service = "vnc";
// Ours comes second, with a password for those whom it does not know.
constexpr const char* k_sasldb_before_ours = "sasldb gds-credentials";
// More than any mechanism has.
constexpr sasl_ssf_t k_any_ssf = 65535;
// A client that takes less per record would have us seal octet by octet.
constexpr unsigned k_least_record = 1024;
constexpr std::size_t k_most_record = std::size_t{64} * 1024;

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

// Of those that can, GSSAPI has no name for it that clients know.
bool binds_channel(std::string_view mechanism) { return mechanism.starts_with("SCRAM-"); }

} // namespace

struct SaslExchange::Impl {
    explicit Impl(SaslSettings given)
        : settings(std::move(given)),
          mechanism_list(joined(settings.policy.mechanisms)), callbacks{
                                                                  sasl_callback(SASL_CB_LOG,
                                                                                sasl_log),
                                                                  sasl_callback(SASL_CB_GETOPT,
                                                                                option, this),
                                                                  names_callback(name_rules),
                                                                  credentials_callback(lookup),
                                                                  sasl_callbacks_end(),
                                                              }
    {}
    ~Impl() { sasl_dispose(&connection); } // before the keys that it points to
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void check(int result, const char* what) const
    {
        if (result != SASL_OK) {
            throw std::runtime_error{std::string{what} + ": " +
                                     sasl_errstring(result, nullptr, nullptr)};
        }
    }

    bool users_are_of(PasswordSource source) const
    {
        return settings.policy.password_source == source;
    }

    // Answers every option that decides whom the library asks about a user; the rest have their
    // defaults.
    static int option(void* context, const char* plugin, const char* name, const char** value,
                      unsigned* length)
    {
        const auto& self = *static_cast<const Impl*>(context);
        const bool saslauthd = self.users_are_of(PasswordSource::saslauthd);
        const bool sasldb =
            self.users_are_of(PasswordSource::sasldb) && goes_by_password(self.mechanism);
        const char* const place = self.settings.policy.password_place.c_str();
        const std::array<std::pair<const char*, const char*>, 7> answers{{
            {"mech_list", self.mechanism_list.c_str()},
            {"auxprop_plugin", sasldb ? k_sasldb_before_ours : k_credentials_plugin},
            // Else the checkpass callback has the last word: nobody is asked when it says no.
            {"pwcheck_method", saslauthd ? "saslauthd" : ""},
            {"saslauthd_path", saslauthd ? place : "/nonexistent"},
            {"sasldb_path", sasldb ? place : "/nonexistent"},
            {"canon_user_plugin", k_names_plugin},
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

    bool is_kerberos() const { return mechanism == k_kerberos_mechanism; }
    bool is_own_user() const { return mechanism == k_own_user_mechanism; }
    bool has_tls() const { return settings.external_ssf > 0; }

    void set_up_channel() const
    {
        const sasl_ssf_t external = settings.external_ssf;
        check(sasl_setprop(connection, SASL_SSF_EXTERNAL, &external), "SASL_SSF_EXTERNAL");
        sasl_security_properties_t properties{};
        if (has_tls()) {
            properties.min_ssf = k_least_ssf;
            // What TLS gives is enough: no layer of the mechanism's own.
            properties.max_ssf = std::max<sasl_ssf_t>(k_least_ssf, external);
        } else {
            properties.min_ssf = needed_layer();
            properties.max_ssf = k_any_ssf;
        }
        // Without a size the library takes min_ssf for a contradiction.
        properties.maxbufsize = k_max_sasl_token;
        // The library lets mechanisms that send the password pass when the channel is strong
        // enough.
        properties.security_flags = SASL_SEC_NOANONYMOUS | SASL_SEC_NOPLAINTEXT;
        check(sasl_setprop(connection, SASL_SEC_PROPS, &properties), "SASL_SEC_PROPS");
        if (settings.peer_is_own_user) { // else there is no EXTERNAL to the library either
            check(sasl_setprop(connection, SASL_AUTH_EXTERNAL, g_get_user_name()),
                  "SASL_AUTH_EXTERNAL");
        }
    }

    // Only for the mechanism that was chosen: set earlier, the library's list with the names for
    // bound channels overflows (Cyrus SASL 2.1.28).
    void set_up_binding()
    {
        if (!settings.binding || !binds_channel(mechanism)) {
            return;
        }
        const ChannelBinding& given = *settings.binding;
        binding = {given.type.c_str(), 0, given.data.size(), given.data.data()};
        check(sasl_setprop(connection, SASL_CHANNEL_BINDING, &binding), "SASL_CHANNEL_BINDING");
    }

    unsigned needed_layer() const { return std::max(settings.policy.minimum_ssf, k_least_ssf); }

    // The keys are read only when somebody brings a ticket: who comes with a password does not wait
    // for them.
    void take_keys()
    {
        keys.emplace(settings.policy.keytab, k_service, settings.policy.hostname);
        check(sasl_setprop(connection, SASL_GSS_CREDS, keys->credentials()), "SASL_GSS_CREDS");
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

    unsigned number(int which) const
    {
        const void* value = nullptr;
        if (sasl_getprop(connection, which, &value) != SASL_OK || value == nullptr) {
            return 0;
        }
        return *static_cast<const unsigned*>(value);
    }

    // Of the mechanism's own layer, in bits.
    unsigned layer_ssf() const { return number(SASL_SSF); }

    bool channel_is_sound(std::string& why) const
    {
        if (has_tls()) {
            if (layer_ssf() != 0) {
                why = "the mechanism negotiated a layer of its own";
            } else if (settings.external_ssf < k_least_ssf) {
                why = "the channel is too weak";
            }
        } else if (layer_ssf() < needed_layer()) {
            why = "the client agreed to a layer of " + std::to_string(layer_ssf()) + " bits only";
        } else if (number(SASL_MAXOUTBUF) < k_least_record) {
            why = "the client takes records of " + std::to_string(number(SASL_MAXOUTBUF)) +
                  " octets only";
        }
        return why.empty();
    }

    // A proof only for who is himself, on a channel as strong as was asked for.
    bool is_sound(std::string& why) const
    {
        const std::string user = property(SASL_USERNAME);
        const std::string& realm = settings.policy.realm;
        if (!is_user_name(user) || user != property(SASL_AUTHUSER)) {
            why = "authenticated as one user to act as another";
        } else if (is_own_user() && (!settings.peer_is_own_user || user != g_get_user_name())) {
            why = "is not our own user";
        } else if (is_kerberos() && !realm.empty() && !user.ends_with("@" + realm)) {
            why = user + " is not of the realm " + realm;
        }
        return why.empty() && channel_is_sound(why);
    }

    // Those of our own realm have the account of their name; empty: another realm.
    static std::string local_name(const std::string& principal)
    {
        std::string name = principal.substr(0, principal.rfind('@'));
        return full_principal(name) == principal ? name : std::string{};
    }

    Identity identity() const
    {
        Identity who;
        who.name = property(SASL_USERNAME);
        who.kind = IdentityKind::password;
        if (is_kerberos()) {
            who.kind = IdentityKind::kerberos;
            who.local_name = local_name(who.name);
        } else if (is_own_user()) {
            who.kind = IdentityKind::own_user;
            who.local_name = who.name;
        }
        return who;
    }

    SaslReply reply(int result, const char* data, unsigned length) const
    {
        SaslReply answer;
        if (result != SASL_OK && result != SASL_CONTINUE) {
            const char* detail = sasl_errdetail(connection);
            answer.why = printable(detail != nullptr ? detail : "refused");
            answer.secret_was_wrong = result == SASL_BADAUTH;
            answer.nobody_judged = result == SASL_FAIL || result == SASL_UNAVAIL;
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
            answer.who = identity();
            answer.layer_ssf = layer_ssf();
        }
        return answer;
    }

    // Null: the library's, which is the name of this computer.
    const char* user_realm() const
    {
        const std::string& realm = settings.policy.realm;
        const bool elsewhere =
            users_are_of(PasswordSource::saslauthd) || users_are_of(PasswordSource::sasldb);
        return elsewhere && !realm.empty() ? realm.c_str() : nullptr;
    }

    SaslSettings settings;
    std::string mechanism_list;
    NameRules name_rules{false, !users_are_of(PasswordSource::keyring)};
    UserLookup lookup{*settings.credentials, settings.policy.password_source};
    std::array<sasl_callback_t, 5> callbacks;
    std::optional<KerberosAcceptor> keys;
    sasl_channel_binding_t binding{}; // the library keeps a pointer
    sasl_conn_t* connection = nullptr;
    std::vector<std::string> mechanisms;
    std::string mechanism; // the chosen one
};

SaslExchange::SaslExchange(SaslSettings settings)
    : impl_(std::make_unique<Impl>(std::move(settings)))
{
    if (installed_sasl_mechanisms().empty()) {
        throw std::runtime_error{"no SASL mechanism is installed"};
    }
    // A name is given, because the library would ask DNS for ours.
    const std::string& given = impl_->settings.policy.hostname;
    const char* const host = given.empty() ? g_get_host_name() : given.c_str();
    impl_->check(sasl_server_new(k_service, host, impl_->user_realm(), nullptr, nullptr,
                                 impl_->callbacks.data(), SASL_SUCCESS_DATA, &impl_->connection),
                 "sasl_server_new");
    impl_->set_up_channel();
    const auto listed = impl_->listed();
    const SaslPolicy& policy = impl_->settings.policy;
    for (const std::string& name :
         impl_->has_tls() ? policy.mechanisms : layered_sasl_mechanisms(policy)) {
        const bool is_for_him = impl_->settings.peer_is_own_user || name != k_own_user_mechanism;
        if (!is_for_him || !was_offered(listed, name) || was_offered(impl_->mechanisms, name)) {
            continue;
        }
        // A client of Cyrus SASL answers to either name by the one without -PLUS.
        if (impl_->settings.binding && binds_channel(name)) {
            impl_->mechanisms.push_back(name + "-PLUS");
        }
        impl_->mechanisms.push_back(name);
    }
}

SaslExchange::~SaslExchange() = default;

const std::vector<std::string>& SaslExchange::mechanisms() const { return impl_->mechanisms; }

SaslReply SaslExchange::start(const std::string& mechanism, SaslData data)
{
    impl_->mechanism = mechanism;
    impl_->name_rules.principals = impl_->is_kerberos();
    if (impl_->is_own_user()) {
        impl_->name_rules.no_realms = false; // accounts of a directory may have one in their names
    }
    if (mechanism == "PLAIN" && data && data->ends_with('\0')) {
        SaslReply refused; // some of those whom saslauthd asks take no password for a good one
        refused.secret_was_wrong = true;
        refused.why = "no password";
        return refused;
    }
    impl_->set_up_binding();
    if (mechanism == "PLAIN" && impl_->users_are_of(PasswordSource::sasldb)) {
        impl_->check(request_passwords(impl_->connection), "sasl_auxprop_request");
    }
    if (impl_->is_kerberos()) {
        try {
            impl_->take_keys();
        } catch (const std::runtime_error& error) {
            SaslReply refused;
            refused.why = printable(error.what());
            return refused;
        }
    }
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

std::size_t SaslExchange::most_per_record() const
{
    return std::clamp<std::size_t>(impl_->number(SASL_MAXOUTBUF), 1, k_most_record);
}

ByteView SaslExchange::seal(ByteView clear)
{
    const auto text = as_text(clear);
    const char* out = nullptr;
    unsigned length = 0;
    const int result = sasl_encode(impl_->connection, text.data(),
                                   static_cast<unsigned>(text.size()), &out, &length);
    if (result != SASL_OK) {
        throw ProtocolError{std::string{"SASL layer: "} + sasl_errstring(result, nullptr, nullptr)};
    }
    return as_bytes({out, length});
}

ByteView SaslExchange::open(ByteView record)
{
    const auto text = as_text(record);
    const char* out = nullptr;
    unsigned length = 0;
    const int result = sasl_decode(impl_->connection, text.data(),
                                   static_cast<unsigned>(text.size()), &out, &length);
    if (result != SASL_OK) {
        throw ProtocolError{std::string{"SASL layer: "} + sasl_errstring(result, nullptr, nullptr)};
    }
    return as_bytes({out, length});
}

} // namespace gds
