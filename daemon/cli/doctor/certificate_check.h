// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on the certificate that viewers are shown.
#pragma once

#include "cli/doctor/finding.h"
#include "io/tls_inspection.h"

#include <cstdint>

namespace gds::cli {

// `now` in Unix seconds.
Findings judge_certificate(const TlsInspection& inspection, std::int64_t now);

} // namespace gds::cli
