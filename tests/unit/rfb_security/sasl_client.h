// SPDX-License-Identifier: GPL-2.0-or-later
// The client's side of a SASL authentication, by Cyrus SASL itself.
#pragma once

#include "base/bytes.h"
#include "rfb/sasl_callback.h"
#include "rfb/sasl_library.h"

#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sasl/sasl.h>

namespace gds::test {

struct SaslLogin {
    std::string user;
    std::string password;
    // Whom to act as; empty: oneself.
    std::string acts_as;
    // The channel that it is bound to; without a type, to none.
    std::string binding_type;
    Bytes binding;
};

class SaslClient {
public:
    struct Step {
        // SASL_OK, SASL_CONTINUE, or an error.
        int result = SASL_FAIL;
        std::optional<Bytes> data;
    };

    explicit SaslClient(SaslLogin login) : login_(std::move(login))
    {
        // The server's side first: it sets the locks of the library.
        installed_sasl_mechanisms();
        static const int ready = sasl_client_init(nullptr);
        secret_.resize(sizeof(sasl_secret_t) + login_.password.size() + 1);
        auto* const secret = reinterpret_cast<sasl_secret_t*>(secret_.data());
        secret->len = login_.password.size();
        std::memcpy(secret->data, login_.password.c_str(), login_.password.size() + 1);
        callbacks_ = {
            sasl_callback(SASL_CB_LOG, sasl_log),
            sasl_callback(SASL_CB_USER, give_name, this),
            sasl_callback(SASL_CB_AUTHNAME, give_name, this),
            sasl_callback(SASL_CB_PASS, give_password, this),
            sasl_callbacks_end(),
        };
        if (ready != SASL_OK ||
            sasl_client_new("vnc", "localhost", nullptr, nullptr, callbacks_.data(),
                            SASL_SUCCESS_DATA, &connection_) != SASL_OK) {
            throw std::runtime_error{"no SASL client"};
        }
        if (!login_.binding_type.empty()) {
            binding_ = {login_.binding_type.c_str(), 0, login_.binding.size(),
                        login_.binding.data()};
            sasl_setprop(connection_, SASL_CHANNEL_BINDING, &binding_);
        }
    }
    SaslClient(const SaslClient&) = delete;
    SaslClient& operator=(const SaslClient&) = delete;
    ~SaslClient() { sasl_dispose(&connection_); }

    Step start(const std::string& mechanism)
    {
        const char* out = nullptr;
        unsigned length = 0;
        const char* chosen = nullptr;
        if (mechanism == "EXTERNAL") { // whoever it is to the channel, is for the caller to know
            sasl_setprop(connection_, SASL_AUTH_EXTERNAL, login_.user.c_str());
        }
        const int result =
            sasl_client_start(connection_, mechanism.c_str(), nullptr, &out, &length, &chosen);
        return made(result, out, length);
    }
    Step step(const std::optional<Bytes>& data)
    {
        const char* out = nullptr;
        unsigned length = 0;
        const char* in = data ? reinterpret_cast<const char*>(data->data()) : nullptr;
        const auto size = data ? static_cast<unsigned>(data->size()) : 0U;
        const int result = sasl_client_step(connection_, in, size, nullptr, &out, &length);
        return made(result, out, length);
    }

private:
    static Step made(int result, const char* out, unsigned length)
    {
        Step step;
        step.result = result;
        if (out != nullptr) {
            const ByteView octets = as_bytes({out, length});
            step.data.emplace(octets.begin(), octets.end());
        }
        return step;
    }
    static int give_name(void* context, int id, const char** result, unsigned* length)
    {
        const auto& self = *static_cast<const SaslClient*>(context);
        const auto& name = id == SASL_CB_USER ? self.login_.acts_as : self.login_.user;
        *result = name.c_str();
        if (length != nullptr) {
            *length = static_cast<unsigned>(name.size());
        }
        return SASL_OK;
    }
    static int give_password(sasl_conn_t* /*connection*/, void* context, int /*id*/,
                             sasl_secret_t** secret)
    {
        auto& self = *static_cast<SaslClient*>(context);
        *secret = reinterpret_cast<sasl_secret_t*>(self.secret_.data());
        return SASL_OK;
    }

    SaslLogin login_;
    std::vector<char> secret_;
    std::vector<sasl_callback_t> callbacks_;
    sasl_channel_binding_t binding_{};
    sasl_conn_t* connection_ = nullptr;
};

} // namespace gds::test
