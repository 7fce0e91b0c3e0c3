// SPDX-License-Identifier: GPL-2.0-or-later
// Security type 1 (None), and VeNCrypt's X509None and TLSNone: nobody is asked anything. Offered
// only when listed by name.
#pragma once

#include "rfb/security_type.h"

namespace gds {

bool none_can_be_had(const SecuritySetup& setup);
Task<Authenticated> run_none(const SecurityContext& context, Channel channel);

} // namespace gds
