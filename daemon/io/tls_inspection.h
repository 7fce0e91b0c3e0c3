// SPDX-License-Identifier: GPL-2.0-or-later
// A look at the certificate that viewers are shown, or would be, from outside of the daemon: makes
// nothing, changes nothing, and tells nothing of the key.
#pragma once

#include "io/tls_settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gds {

struct TlsInspection {
    std::string certificate_file;
    bool own = false; // self-made
    bool missing = false; // self-made, at the first start, which has not been
    bool usable = false; // certificate and key go together, and can be read
    std::int64_t valid_from = 0; // Unix; 0 when not usable
    std::int64_t valid_until = 0;
    std::string last_day; // that of valid_until, as people write it
    std::vector<std::string> complaints; // of load_tls(), but for those about these times
};

// `own_directory` is where the self-made certificate lies. Blocks on files.
TlsInspection inspect_tls(TlsSettings settings, const std::string& own_directory);

} // namespace gds
