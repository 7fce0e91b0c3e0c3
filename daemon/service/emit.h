// SPDX-License-Identifier: GPL-2.0-or-later
// Emits a D-Bus signal where an exception cannot be let out: in destructors, and where a bus that
// has gone must not keep the rest from being done.
#pragma once

#include "base/log.h"

#include <exception>
#include <string>

namespace gds {

template <typename Emit>
void emit_safely(const char* what, Emit&& emit) noexcept
{
    try {
        emit();
    } catch (const std::exception& error) {
        try {
            log_warning(std::string{"could not signal "} + what + " on D-Bus: " + error.what());
        } catch (...) { // out of memory: nothing more can be said
        }
    }
}

} // namespace gds
