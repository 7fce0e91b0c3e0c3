// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/password_input.h"

#include "base/translate.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include <glib.h>
#include <termios.h>
#include <unistd.h>

namespace gds::cli {

namespace {

termios terminal_before;
constexpr std::array k_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// Leaves a terminal that echoes behind, then lets the signal do what it does.
void restore_and_end(int signal_number)
{
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
    ::signal(signal_number, SIG_DFL);
    ::raise(signal_number);
}

class QuietTerminal {
public:
    QuietTerminal()
    {
        if (::tcgetattr(STDIN_FILENO, &terminal_before) != 0) {
            throw PasswordRefused{_("The terminal cannot be told to hide the password. Give it on "
                                    "standard input instead.")};
        }
        for (std::size_t i = 0; i < k_signals.size(); ++i) {
            struct sigaction action = {};
            action.sa_handler = restore_and_end;
            ::sigaction(k_signals[i], &action, &before_[i]);
        }
        termios quiet = terminal_before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        quiet.c_lflag |= ECHONL | ICANON;
        if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0) {
            restore();
            throw PasswordRefused{_("The terminal cannot be told to hide the password. Give it on "
                                    "standard input instead.")};
        }
    }
    ~QuietTerminal() { restore(); }
    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;

private:
    void restore() noexcept
    {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
        for (std::size_t i = 0; i < k_signals.size(); ++i) {
            ::sigaction(k_signals[i], &before_[i], nullptr);
        }
    }
    std::array<struct sigaction, k_signals.size()> before_{};
};

void prompt(const std::string& text)
{
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
}

} // namespace

std::string password_complaint(std::string_view password)
{
    if (password.empty()) {
        // Translators: security-relevant.
        return _("An empty password would let everybody in; choose another.");
    }
    if (password.size() > k_longest_password) {
        return _("The password is too long; at most 255 bytes can be used.");
    }
    if (password.find('\0') != std::string_view::npos ||
        g_utf8_validate_len(password.data(), password.size(), nullptr) == FALSE) {
        return _("The password must be valid UTF-8 text.");
    }
    return {};
}

SecretString read_secret_line(int fd)
{
    // One octet at a time: what follows the line is not ours, and no buffer keeps a copy.
    SecretString buffer{k_longest_password + 1};
    std::size_t length = 0;
    for (;;) {
        char octet = 0;
        const ssize_t got = ::read(fd, &octet, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 || (got == 0 && length == 0)) {
            throw PasswordRefused{_("No password was given.")};
        }
        if (got == 0 || octet == '\n') {
            break;
        }
        if (length == buffer.size()) {
            throw PasswordRefused{_("The password is too long; at most 255 bytes can be used.")};
        }
        buffer.octets()[length++] = static_cast<std::uint8_t>(octet);
    }
    return SecretString{buffer.view().substr(0, length)};
}

SecretString read_new_password(const std::string& question, PasswordRule rule)
{
    SecretString password;
    if (::isatty(STDIN_FILENO) == 0) {
        password = read_secret_line(STDIN_FILENO);
    } else {
        const QuietTerminal quiet;
        prompt(question);
        password = read_secret_line(STDIN_FILENO);
        if (rule(password.view()).empty()) {
            prompt(_("Once more: "));
            const SecretString again = read_secret_line(STDIN_FILENO);
            if (!again.equals(password.bytes())) {
                throw PasswordRefused{_("The two passwords differ; nothing was changed.")};
            }
        }
    }
    if (const auto complaint = rule(password.view()); !complaint.empty()) {
        throw PasswordRefused{complaint};
    }
    return password;
}

} // namespace gds::cli
