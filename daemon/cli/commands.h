// SPDX-License-Identifier: GPL-2.0-or-later
// What each verb of the control does. Results go to standard output, one line of complaint to
// standard error; the return value is the exit status.
#pragma once

#include "cli/arguments.h"

namespace gds::cli {

int run_command(const Arguments& arguments);

} // namespace gds::cli
