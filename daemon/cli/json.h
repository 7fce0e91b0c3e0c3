// SPDX-License-Identifier: GPL-2.0-or-later
// GVariant -> JSON (RFC 8259), for the types that our D-Bus interfaces use.
#pragma once

#include <string>
#include <string_view>

#include <glib.h>

namespace gds::cli {

std::string json_string(std::string_view text);
// Arrays, dictionaries with string keys, strings, numbers, booleans, and variants of them.
std::string json_value(GVariant* value);

} // namespace gds::cli
