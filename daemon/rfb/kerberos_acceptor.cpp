// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/kerberos_acceptor.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5/krb5.h>

namespace gds {

namespace {

struct ReleaseName {
    void operator()(gss_name_t name) const
    {
        OM_uint32 minor = 0;
        gss_release_name(&minor, &name);
    }
};
using Name = std::unique_ptr<gss_name_struct, ReleaseName>;

std::string_view component(const krb5_principal_data& principal, int number)
{
    const krb5_data& data = principal.data[number];
    return {data.data, data.length};
}

bool is_ours(const krb5_principal_data& principal, std::string_view service, std::string_view host)
{
    return principal.length == 2 && component(principal, 0) == service &&
           (host.empty() || component(principal, 1) == host);
}

// KRB5_KT_END when none of the keys is ours.
krb5_error_code look_for_key(krb5_context context, krb5_keytab keys, std::string_view service,
                             std::string_view host)
{
    krb5_kt_cursor cursor = nullptr;
    auto code = krb5_kt_start_seq_get(context, keys, &cursor);
    if (code != 0) {
        return code;
    }
    bool found = false;
    krb5_keytab_entry entry{};
    while (!found && (code = krb5_kt_next_entry(context, keys, &entry, &cursor)) == 0) {
        found = is_ours(*entry.principal, service, host);
        krb5_free_keytab_entry_contents(context, &entry);
    }
    krb5_kt_end_seq_get(context, keys, &cursor);
    return code;
}

// GSS-API itself says little of a file that it cannot use (and loses some memory).
void expect_key(const std::string& keytab, std::string_view service, std::string_view host)
{
    krb5_context context = nullptr;
    if (krb5_init_context(&context) != 0) {
        throw std::runtime_error{"Kerberos cannot be set up on this computer"};
    }
    krb5_keytab keys = nullptr;
    auto code = krb5_kt_resolve(context, ("FILE:" + keytab).c_str(), &keys);
    if (code == 0) {
        code = look_for_key(context, keys, service, host);
        krb5_kt_close(context, keys);
    }
    std::string why;
    if (code != 0) {
        const char* const text = krb5_get_error_message(context, code);
        why = text;
        krb5_free_error_message(context, text);
    }
    krb5_free_context(context);
    if (!why.empty()) {
        throw std::runtime_error{"no key of " + std::string{service} + "/" +
                                 (host.empty() ? "*" : std::string{host}) + " in " + keytab + ": " +
                                 why};
    }
}

std::string status_text(OM_uint32 status, int kind)
{
    OM_uint32 minor = 0;
    OM_uint32 more = 0;
    gss_buffer_desc text{};
    if (gss_display_status(&minor, status, kind, GSS_C_NO_OID, &more, &text) != GSS_S_COMPLETE) {
        return std::to_string(status);
    }
    std::string said{static_cast<const char*>(text.value), text.length};
    gss_release_buffer(&minor, &text);
    return said;
}

Name import(std::string_view text, gss_OID kind)
{
    // The library only reads it.
    gss_buffer_desc buffer{text.size(), const_cast<char*>(text.data())};
    gss_name_t name = GSS_C_NO_NAME;
    OM_uint32 minor = 0;
    gss_import_name(&minor, &buffer, kind, &name);
    return Name{name};
}

} // namespace

void KerberosAcceptor::Release::operator()(gss_cred_id_t credentials) const
{
    OM_uint32 minor = 0;
    gss_release_cred(&minor, &credentials);
}

KerberosAcceptor::KerberosAcceptor(const std::string& keytab, const std::string& service,
                                   const std::string& host)
{
    expect_key(keytab, service, host);
    const Name name =
        import(host.empty() ? service : service + "@" + host, GSS_C_NT_HOSTBASED_SERVICE);
    const std::string file = "FILE:" + keytab;
    std::array elements{gss_key_value_element_desc{"keytab", file.c_str()}};
    const gss_key_value_set_desc store{elements.size(), elements.data()};
    gss_OID_set_desc kerberos{1, gss_mech_krb5};
    gss_cred_id_t credentials = GSS_C_NO_CREDENTIAL;
    OM_uint32 minor = 0;
    const OM_uint32 major =
        gss_acquire_cred_from(&minor, name.get(), GSS_C_INDEFINITE, &kerberos, GSS_C_ACCEPT, &store,
                              &credentials, nullptr, nullptr);
    credentials_.reset(credentials);
    if (GSS_ERROR(major) != 0 || !name || credentials == GSS_C_NO_CREDENTIAL) {
        throw std::runtime_error{"the keys in " + keytab +
                                 " cannot be used: " + status_text(major, GSS_C_GSS_CODE) + ": " +
                                 status_text(minor, GSS_C_MECH_CODE)};
    }
}

std::optional<std::string> full_principal(std::string_view name)
{
    if (name.empty() || name.find_first_of(std::string_view{"\\\0", 2}) != std::string_view::npos) {
        return std::nullopt;
    }
    const Name imported = import(name, GSS_C_NT_USER_NAME);
    gss_name_t canonical = GSS_C_NO_NAME;
    OM_uint32 minor = 0;
    if (!imported ||
        GSS_ERROR(gss_canonicalize_name(&minor, imported.get(), gss_mech_krb5, &canonical)) != 0) {
        return std::nullopt;
    }
    const Name owned{canonical};
    gss_buffer_desc text{};
    if (GSS_ERROR(gss_display_name(&minor, owned.get(), &text, nullptr)) != 0) {
        return std::nullopt;
    }
    std::string full{static_cast<const char*>(text.value), text.length};
    gss_release_buffer(&minor, &text);
    if (std::ranges::count(full, '@') != 1 || full.front() == '@' || full.back() == '@' ||
        full.find('\\') != std::string::npos) {
        return std::nullopt;
    }
    return full;
}

} // namespace gds
