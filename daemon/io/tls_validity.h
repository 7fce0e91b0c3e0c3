// SPDX-License-Identifier: GPL-2.0-or-later
// From when to when a certificate of ours is good. Included by io/tls_*.cpp only.
#pragma once

#include "io/gnutls_handles.h"

#include <ctime>
#include <string>

namespace gds {

// That soon before it expires it is said.
inline constexpr std::time_t k_warn_before = std::time_t{14} * 24 * 3600;

// "2027-01-31", UTC
std::string day_of(std::time_t time);

// Viewers judge it; those that remember keys may still take it. Empty: all is well.
std::string validity_complaint(gnutls_x509_crt_t certificate, const std::string& path);

} // namespace gds
