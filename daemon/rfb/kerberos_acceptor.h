// SPDX-License-Identifier: GPL-2.0-or-later
// What Kerberos needs of GSS-API beside Cyrus SASL: the keys of a keytab file as credentials to
// accept with, and full names of principals. Everything here may wait for a file system or for name
// servers: call it apart (WorkerPool::run_apart).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gssapi/gssapi.h>

namespace gds {

class KerberosAcceptor {
public:
    // The keys of SERVICE/HOST in `keytab`; with an empty `host`, of SERVICE/ANYTHING. Read anew
    // each time, so that a changed file counts. Throws std::runtime_error.
    KerberosAcceptor(const std::string& keytab, const std::string& service,
                     const std::string& host);

    gss_cred_id_t credentials() const { return credentials_.get(); }

private:
    struct Release {
        void operator()(gss_cred_id_t credentials) const;
    };
    std::unique_ptr<gss_cred_id_struct, Release> credentials_;
};

// A name with its realm, and with the default realm where it has none: "alice" is
// "alice@EXAMPLE.ORG". Nothing for what is no name of a principal, or one that needs quoting.
std::optional<std::string> full_principal(std::string_view name);

} // namespace gds
