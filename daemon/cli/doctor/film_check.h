// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on the encoder for films.
#pragma once

#include "cli/doctor/finding.h"
#include "rfb/h264_encoder.h"

namespace gds::cli {

Findings judge_films(const H264Support& support);

} // namespace gds::cli
