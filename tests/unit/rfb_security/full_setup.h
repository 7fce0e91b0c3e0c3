// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that a server can offer: with a certificate, with anonymous TLS and with all secrets.
#pragma once

#include "io/tls_anonymous.h"
#include "login.h"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <glib.h>
#include <glib/gstdio.h>

namespace gds::test {

inline TlsCredentialsPtr some_tls()
{
    static const TlsCredentialsPtr made = [] {
        std::string directory = std::filesystem::temp_directory_path() / "gds-tls-XXXXXX";
        if (g_mkdtemp(directory.data()) == nullptr) {
            throw std::runtime_error{"no temporary directory"};
        }
        auto tls = load_or_make_tls_credentials(directory);
        std::filesystem::remove_all(directory);
        return tls;
    }();
    return made;
}

inline SecuritySetup full_setup()
{
    auto setup = some_setup();
    setup.tls = some_tls();
    return setup;
}

// The same, with these types listed and everything there that they need.
inline SecuritySetup setup_for(std::vector<SecurityWord> offer)
{
    auto setup = full_setup();
    setup.offer = std::move(offer);
    setup.anonymous_tls = make_anonymous_tls_credentials();
    setup.credentials = with_vnc_password();
    return setup;
}

inline std::unique_ptr<Login> run_login(SecuritySetup setup, ViewerPlan plan,
                                        Pieces pieces = Pieces::all)
{
    auto login = log_in(std::move(setup), std::move(plan), pieces);
    login->run();
    return login;
}

} // namespace gds::test
