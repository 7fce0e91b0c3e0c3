// SPDX-License-Identifier: GPL-2.0-or-later
// The Plain exchange of VeNCrypt: user name and password, one message, inside TLS only.
#pragma once

#include "rfb/security_type.h"

namespace gds {

inline constexpr unsigned k_max_plain_field = 1024;

bool plain_can_be_had(const SecuritySetup& setup);
Task<Authenticated> run_plain(const SecurityContext& context, Channel channel);

} // namespace gds
