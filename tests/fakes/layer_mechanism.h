// SPDX-License-Identifier: GPL-2.0-or-later
// A SASL mechanism of the tests' own with a security layer: what it seals can be told from what is
// clear, and no KDC is needed. The client's first message is "NAME" or "NAME,SSF,MAXBUF" and the
// server has then nothing to add: it is complete in the first reply.
#pragma once

#include "base/bytes.h"
#include "rfb/sasl_library.h"

#include <charconv>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sasl/sasl.h>
#include <sasl/saslplug.h>
#include <sys/uio.h>

namespace gds::test {

inline constexpr const char* k_layer_mechanism = "X-LAYER";
inline constexpr unsigned k_layer_ssf = 128;

// A record of the layer.
inline Bytes sealed(std::string_view text)
{
    const std::string token = "SEAL" + std::string{text};
    Bytes record;
    for (int shift = 24; shift >= 0; shift -= 8) {
        record.push_back(static_cast<std::uint8_t>(token.size() >> static_cast<unsigned>(shift)));
    }
    for (const char c : token) {
        record.push_back(static_cast<std::uint8_t>(c) ^ 0x5aU);
    }
    return record;
}

// What one record holds; throws when it is none.
inline std::string unsealed(ByteView token)
{
    std::string text;
    for (const std::uint8_t octet : token) {
        text.push_back(static_cast<char>(octet ^ 0x5aU));
    }
    if (!text.starts_with("SEAL")) {
        throw std::runtime_error{"not sealed"};
    }
    return text.substr(4);
}

namespace layer_mechanism {

struct Context {
    Bytes out;
    std::string in;
};

inline int encode(void* context, const iovec* pieces, unsigned count, const char** out,
                  unsigned* length)
{
    std::string text;
    for (unsigned i = 0; i < count; ++i) {
        text.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    }
    auto& self = *static_cast<Context*>(context);
    self.out = sealed(text);
    *out = reinterpret_cast<const char*>(self.out.data());
    *length = static_cast<unsigned>(self.out.size());
    return SASL_OK;
}

inline int decode(void* context, const char* in, unsigned size, const char** out, unsigned* length)
{
    auto& self = *static_cast<Context*>(context);
    try {
        self.in = unsealed(as_bytes({in, size}).subspan(4));
    } catch (const std::exception&) {
        return SASL_BADMAC;
    }
    *out = self.in.data();
    *length = static_cast<unsigned>(self.in.size());
    return SASL_OK;
}

inline int make(void* /*plugin*/, sasl_server_params_t* /*parameters*/, const char* /*challenge*/,
                unsigned /*length*/, void** context)
{
    *context = std::make_unique<Context>().release();
    return SASL_OK;
}

inline void dispose(void* context, const sasl_utils_t* /*utils*/)
{
    const std::unique_ptr<Context> owned{static_cast<Context*>(context)};
}

inline unsigned number(std::string_view& rest, unsigned otherwise)
{
    if (rest.empty()) {
        return otherwise;
    }
    rest.remove_prefix(1);
    unsigned value = 0;
    const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), value).ptr;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return value;
}

inline int step(void* /*context*/, sasl_server_params_t* parameters, const char* in, unsigned size,
                const char** out, unsigned* length, sasl_out_params_t* result)
{
    std::string_view rest{in, size};
    const std::string name{rest.substr(0, rest.find(','))};
    rest.remove_prefix(name.size());
    const int known = parameters->canon_user(parameters->utils->conn, name.c_str(), 0,
                                             SASL_CU_AUTHID | SASL_CU_AUTHZID, result);
    if (known != SASL_OK) {
        return known;
    }
    result->doneflag = 1;
    result->mech_ssf = number(rest, k_layer_ssf);
    result->maxoutbuf = number(rest, 4096);
    result->encode = result->mech_ssf > 0 ? encode : nullptr;
    result->decode = result->mech_ssf > 0 ? decode : nullptr;
    *out = "done";
    *length = 4;
    return SASL_OK;
}

inline int describe(const sasl_utils_t* /*utils*/, int /*max_version*/, int* version,
                    sasl_server_plug_t** plugins, int* count)
{
    static sasl_server_plug_t plugin{};
    plugin.mech_name = k_layer_mechanism;
    plugin.max_ssf = k_layer_ssf;
    plugin.security_flags = SASL_SEC_NOANONYMOUS | SASL_SEC_NOPLAINTEXT;
    plugin.features = SASL_FEAT_WANT_CLIENT_FIRST;
    plugin.mech_new = make;
    plugin.mech_step = step;
    plugin.mech_dispose = dispose;
    *version = SASL_SERVER_PLUG_VERSION;
    *plugins = &plugin;
    *count = 1;
    return SASL_OK;
}

} // namespace layer_mechanism

// Once per process.
inline void add_layer_mechanism()
{
    static const int added = [] {
        installed_sasl_mechanisms(); // starts the library
        return sasl_server_add_plugin("gds-test-layer", layer_mechanism::describe);
    }();
    if (added != SASL_OK) {
        throw std::runtime_error{"the tests' mechanism cannot be added"};
    }
}

} // namespace gds::test
