// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/sasl_names.h"

#include "rfb/kerberos_acceptor.h"
#include "rfb/sasl_callback.h"
#include "rfb/user_name.h"

#include <array>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sasl/saslplug.h>

namespace gds {

namespace {

// Nobody acts for somebody else.
int proxy_policy(sasl_conn_t* /*connection*/, void* /*context*/, const char* acts_as,
                 unsigned acts_as_length, const char* is, unsigned is_length, const char* /*realm*/,
                 unsigned /*realm_length*/, propctx* /*properties*/)
{
    return std::string_view{acts_as, acts_as_length} == std::string_view{is, is_length}
               ? SASL_OK
               : SASL_NOAUTHZ;
}

// Null for a connection that is not one of ours.
const NameRules* rules_of(const sasl_server_params_t& parameters)
{
    SaslProc function = nullptr;
    void* context = nullptr;
    const auto& utils = *parameters.utils;
    const int found = utils.getcallback(utils.conn, SASL_CB_PROXY_POLICY, &function, &context);
    const auto ours = sasl_callback(SASL_CB_PROXY_POLICY, proxy_policy).proc;
    return found == SASL_OK && function == ours ? static_cast<const NameRules*>(context) : nullptr;
}

std::optional<std::string> canonical(const NameRules& rules, std::string name)
{
    if (rules.principals) {
        return full_principal(name);
    }
    if (rules.no_realms && name.find('@') != std::string::npos) {
        return std::nullopt;
    }
    return name;
}

// `user` may lie where the answer goes.
int canonical_name(void* /*plugin*/, sasl_server_params_t* parameters, const char* user,
                   unsigned length, unsigned /*flags*/, char* out, unsigned out_max,
                   unsigned* out_length)
{
    try {
        const auto* const rules = rules_of(*parameters);
        const auto name =
            rules != nullptr ? canonical(*rules, std::string{user, length}) : std::nullopt;
        if (!name || !is_user_name(*name) || name->size() >= out_max) {
            return SASL_BADAUTH;
        }
        name->copy(out, name->size());
        out[name->size()] = '\0';
        *out_length = static_cast<unsigned>(name->size());
        return SASL_OK;
    } catch (const std::exception&) {
        return SASL_FAIL;
    }
}

int describe_plugin(const sasl_utils_t* /*utils*/, int max_version, int* out_version,
                    sasl_canonuser_plug_t** plugin, const char* /*name*/)
{
    if (max_version < SASL_CANONUSER_PLUG_VERSION) {
        return SASL_BADVERS;
    }
    static std::array<char, 10> name{"gds-names"};
    static sasl_canonuser_plug_t ours{};
    ours.name = name.data();
    ours.canon_user_server = canonical_name;
    *out_version = SASL_CANONUSER_PLUG_VERSION;
    *plugin = &ours;
    return SASL_OK;
}

} // namespace

int add_names_plugin() { return sasl_canonuser_add_plugin(k_names_plugin, describe_plugin); }

sasl_callback_t names_callback(const NameRules& rules)
{
    // The list has room for pointers to variables only; the callback does not write.
    return sasl_callback(SASL_CB_PROXY_POLICY, proxy_policy, const_cast<NameRules*>(&rules));
}

} // namespace gds
