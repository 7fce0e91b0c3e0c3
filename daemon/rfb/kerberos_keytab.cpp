// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/kerberos_keytab.h"

#include <algorithm>
#include <stdexcept>

#include <krb5/krb5.h>

namespace gds {

namespace {

void add_principal(krb5_context context, krb5_const_principal principal,
                   std::vector<std::string>& principals)
{
    char* text = nullptr;
    if (krb5_unparse_name(context, principal, &text) != 0) {
        return;
    }
    // A key for each kind of encryption, as a rule.
    if (std::ranges::find(principals, text) == principals.end()) {
        principals.emplace_back(text);
    }
    krb5_free_unparsed_name(context, text);
}

krb5_error_code read_keys(krb5_context context, krb5_keytab keys,
                          std::vector<std::string>& principals)
{
    krb5_kt_cursor cursor = nullptr;
    auto code = krb5_kt_start_seq_get(context, keys, &cursor);
    if (code != 0) {
        return code;
    }
    krb5_keytab_entry entry{};
    while ((code = krb5_kt_next_entry(context, keys, &entry, &cursor)) == 0) {
        add_principal(context, entry.principal, principals);
        krb5_free_keytab_entry_contents(context, &entry);
    }
    krb5_kt_end_seq_get(context, keys, &cursor);
    return code == KRB5_KT_END ? 0 : code;
}

} // namespace

std::vector<std::string> keytab_principals(const std::string& keytab)
{
    krb5_context context = nullptr;
    if (krb5_init_context(&context) != 0) {
        throw std::runtime_error{"Kerberos cannot be set up on this computer"};
    }
    std::vector<std::string> principals;
    krb5_keytab keys = nullptr;
    auto code = krb5_kt_resolve(context, ("FILE:" + keytab).c_str(), &keys);
    if (code == 0) {
        code = read_keys(context, keys, principals);
        krb5_kt_close(context, keys);
    }
    std::string why;
    if (code != 0) {
        const char* const text = krb5_get_error_message(context, code);
        why = text;
        krb5_free_error_message(context, text);
    }
    krb5_free_context(context);
    if (code != 0) {
        throw std::runtime_error{why};
    }
    return principals;
}

} // namespace gds
