// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a new password: from a terminal without echo and twice, else one line of standard input.
#pragma once

#include "base/secret_string.h"

#include <stdexcept>
#include <string>
#include <string_view>

namespace gds::cli {

// what() is a translated sentence.
struct PasswordRefused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// More than the longest password that any of our security types takes.
inline constexpr std::size_t k_longest_password = 255;

// Empty when the password can be used, else why not. Such are the empty one, which must never let
// anybody in, and those that viewers could not send.
std::string password_complaint(std::string_view password);

// One line of `fd`, without its end. Reads nothing beyond it. Throws PasswordRefused when too long
// or when there is no line at all.
SecretString read_secret_line(int fd);

// Empty when a password can be used, else why not.
using PasswordRule = std::string (*)(std::string_view password);

// Asks with `question` where there is somebody to be asked. Throws PasswordRefused.
SecretString read_new_password(const std::string& question, PasswordRule rule);

} // namespace gds::cli
