// SPDX-License-Identifier: GPL-2.0-or-later
// Whose keys a keytab file has. May wait for a file system.
#pragma once

#include <string>
#include <vector>

namespace gds {

// Principals with their realms ("vnc/desk.example.org@EXAMPLE.ORG"), each once. Throws
// std::runtime_error with the library's reason.
std::vector<std::string> keytab_principals(const std::string& keytab);

} // namespace gds
