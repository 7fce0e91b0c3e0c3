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

int check_password_callback(sasl_conn_t* /*connection*/, void* context, const char* user,
                            const char* password, unsigned password_length, propctx* /*properties*/)
{
    try {
        const auto& credentials = *static_cast<const Credentials*>(context);
        return may_log_in(credentials, user, {password, password_length}) ? SASL_OK : SASL_BADAUTH;
    } catch (const std::exception&) {
        return SASL_FAIL;
    }
}

// Null for a connection that is not one of ours.
const Credentials* credentials_of(const sasl_server_params_t& parameters)
{
    SaslProc function = nullptr;
    void* context = nullptr;
    const auto& utils = *parameters.utils;
    const int found =
        utils.getcallback(utils.conn, SASL_CB_SERVER_USERDB_CHECKPASS, &function, &context);
    const auto ours = sasl_callback(SASL_CB_SERVER_USERDB_CHECKPASS, check_password_callback).proc;
    return found == SASL_OK && function == ours ? static_cast<const Credentials*>(context)
                                                : nullptr;
}

bool is_asked_for(const sasl_server_params_t& parameters, std::string_view property)
{
    const propval* asked = parameters.utils->prop_get(parameters.propctx);
    for (; asked != nullptr && asked->name != nullptr; ++asked) {
        if (asked->name == property) {
            return true;
        }
    }
    return false;
}

// One value per hash; the mechanism takes its own. An unknown user has verifiers like anybody else.
int set_verifiers(const sasl_server_params_t& parameters, const Credentials& credentials,
                  std::string_view user)
{
    for (const ScramHash hash : {ScramHash::sha512, ScramHash::sha256}) {
        bool known = false;
        std::string text = to_text(credentials.verifier_for(user, hash, known));
        const int result = parameters.utils->prop_set(parameters.propctx, k_verifier_property,
                                                      text.c_str(), static_cast<int>(text.size()));
        wipe(text);
        if (result != SASL_OK) {
            return result;
        }
    }
    return SASL_OK;
}

int look_up(void* /*plugin*/, sasl_server_params_t* parameters, unsigned flags, const char* user,
            unsigned user_length)
{
    // The second look-up of a login, for properties of the identity to act as: we have none.
    if ((flags & SASL_AUXPROP_AUTHZID) != 0 || !is_asked_for(*parameters, k_verifier_property)) {
        return SASL_OK;
    }
    const Credentials* credentials = credentials_of(*parameters);
    if (credentials == nullptr) {
        return SASL_NOUSER;
    }
    try {
        return set_verifiers(*parameters, *credentials, {user, user_length});
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

sasl_callback_t credentials_callback(const Credentials& credentials)
{
    // The list has room for pointers to variables only; the callback does not write.
    return sasl_callback(SASL_CB_SERVER_USERDB_CHECKPASS, check_password_callback,
                         const_cast<Credentials*>(&credentials));
}

} // namespace gds
