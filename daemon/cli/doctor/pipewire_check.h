// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on PipeWire, by which pictures come.
#pragma once

#include "cli/doctor/finding.h"
#include "portal/pipewire_probe.h"

namespace gds::cli {

PipeWireState gather_pipewire();
Findings judge_pipewire(const PipeWireState& state);

} // namespace gds::cli
