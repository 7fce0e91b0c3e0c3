// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/sasl_auxprop.h"

#include "base/secret_string.h"
#include "rfb/sasl_callback.h"

#include <array>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include <sasl/saslplug.h>

namespace gds {

namespace {

// As the SCRAM plug-in asks for it: the star stands for the user who authenticates.
constexpr const char* k_verifier_property = "*authPassword";
// As sasldb has it: the password itself.
constexpr const char* k_password_property = SASL_AUX_PASSWORD;

// Whether the password that was looked up with the name is the given one.
bool fits_looked_up(propctx* properties, std::string_view password)
{
    std::array<const char*, 2> names{k_password_property, nullptr};
    std::array<propval, 2> found{};
    if (prop_getnames(properties, names.data(), found.data()) < 1 || found[0].values == nullptr ||
        found[0].values[0] == nullptr) {
        return false;
    }
    return SecretString{std::string_view{found[0].values[0]}}.equals(as_bytes(password));
}

int check_password_callback(sasl_conn_t* /*connection*/, void* context, const char* user,
                            const char* password, unsigned password_length, propctx* properties)
{
    try {
        const auto& lookup = *static_cast<const UserLookup*>(context);
        const std::string_view given{password, password_length};
        switch (lookup.source) {
        case PasswordSource::keyring:
            return may_log_in(lookup.credentials, user, given) ? SASL_OK : SASL_BADAUTH;
        case PasswordSource::sasldb:
            return fits_looked_up(properties, given) ? SASL_OK : SASL_BADAUTH;
        case PasswordSource::saslauthd: // the library asks it after us
        case PasswordSource::nobody:
            break;
        }
        return SASL_NOUSER;
    } catch (const std::exception&) {
        return SASL_FAIL;
    }
}

// Null for a connection that is not one of ours.
const UserLookup* lookup_of(const sasl_server_params_t& parameters)
{
    SaslProc function = nullptr;
    void* context = nullptr;
    const auto& utils = *parameters.utils;
    const int found =
        utils.getcallback(utils.conn, SASL_CB_SERVER_USERDB_CHECKPASS, &function, &context);
    const auto ours = sasl_callback(SASL_CB_SERVER_USERDB_CHECKPASS, check_password_callback).proc;
    return found == SASL_OK && function == ours ? static_cast<const UserLookup*>(context) : nullptr;
}

// Asked for, and not answered yet.
bool is_wanted(const sasl_server_params_t& parameters, std::string_view property)
{
    const propval* asked = parameters.utils->prop_get(parameters.propctx);
    for (; asked != nullptr && asked->name != nullptr; ++asked) {
        if (asked->name == property) {
            return asked->values == nullptr;
        }
    }
    return false;
}

int set_property(const sasl_server_params_t& parameters, const char* name, const char* value,
                 std::size_t size)
{
    return parameters.utils->prop_set(parameters.propctx, name, value, static_cast<int>(size));
}

// One value per hash; the mechanism takes its own. An unknown user has verifiers like anybody else.
int set_verifiers(const sasl_server_params_t& parameters, const Credentials& credentials,
                  std::string_view user)
{
    for (const ScramHash hash : {ScramHash::sha512, ScramHash::sha256}) {
        bool known = false;
        const SecretString text = to_text(credentials.verifier_for(user, hash, known));
        const int result = set_property(parameters, k_verifier_property, text.c_str(), text.size());
        if (result != SASL_OK) {
            return result;
        }
    }
    return SASL_OK;
}

// For somebody whom sasldb, which was asked before us, does not know.
int set_decoy(const sasl_server_params_t& parameters, const Credentials& credentials,
              std::string_view user)
{
    const SecretString password = decoy_password(credentials, user);
    return set_property(parameters, k_password_property, password.c_str(), password.size());
}

int look_up(void* /*plugin*/, sasl_server_params_t* parameters, unsigned flags, const char* user,
            unsigned user_length)
{
    // The second look-up of a login, for properties of the identity to act as: we have none.
    if ((flags & SASL_AUXPROP_AUTHZID) != 0) {
        return SASL_OK;
    }
    const UserLookup* lookup = lookup_of(*parameters);
    if (lookup == nullptr) {
        return SASL_NOUSER;
    }
    try {
        const std::string_view name{user, user_length};
        const auto& credentials = lookup->credentials;
        switch (lookup->source) {
        case PasswordSource::keyring:
            return is_wanted(*parameters, k_verifier_property)
                       ? set_verifiers(*parameters, credentials, name)
                       : SASL_OK;
        case PasswordSource::sasldb:
            return is_wanted(*parameters, k_password_property)
                       ? set_decoy(*parameters, credentials, name)
                       : SASL_OK;
        case PasswordSource::saslauthd:
        case PasswordSource::nobody:
            break;
        }
        return SASL_OK;
    } catch (const std::bad_alloc&) {
        return SASL_NOMEM;
    } catch (const std::exception&) {
        return SASL_FAIL;
    }
}

int describe_plugin(const sasl_utils_t* /*utils*/, int max_version, int* out_version,
                    sasl_auxprop_plug_t** plugin, const char* /*name*/)
{
    if (max_version < SASL_AUXPROP_PLUG_VERSION) {
        return SASL_BADVERS;
    }
    static std::array<char, 16> name{"gds-credentials"};
    static sasl_auxprop_plug_t ours{0, 0, nullptr, nullptr, look_up, name.data(), nullptr};
    *out_version = SASL_AUXPROP_PLUG_VERSION;
    *plugin = &ours;
    return SASL_OK;
}

} // namespace

int add_credentials_plugin()
{
    return sasl_auxprop_add_plugin(k_credentials_plugin, describe_plugin);
}

int request_passwords(sasl_conn_t* connection)
{
    std::array<const char*, 2> names{k_password_property, nullptr};
    return sasl_auxprop_request(connection, names.data());
}

sasl_callback_t credentials_callback(const UserLookup& lookup)
{
    // The list has room for pointers to variables only; the callback does not write.
    return sasl_callback(SASL_CB_SERVER_USERDB_CHECKPASS, check_password_callback,
                         const_cast<UserLookup*>(&lookup));
}

} // namespace gds
