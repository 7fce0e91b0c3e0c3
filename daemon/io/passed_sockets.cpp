// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/passed_sockets.h"

#include "base/text.h"
#include "base/translate.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gds {

namespace {

// sd_listen_fds(3)
constexpr int k_first = 3;
constexpr int k_most = 64;

std::optional<int> number_in(const char* variable)
{
    const char* const value = std::getenv(variable);
    const std::string_view text = value == nullptr ? "" : value;
    int number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

std::vector<std::string> names_in(const char* variable)
{
    const char* const value = std::getenv(variable);
    std::string_view rest = value == nullptr ? "" : value;
    std::vector<std::string> names;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(':'), rest.size());
        names.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return names;
}

int option_of(int socket, int option)
{
    int value = -1;
    socklen_t size = sizeof(value);
    return ::getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool listens_to_viewers(int socket)
{
    const int domain = option_of(socket, SO_DOMAIN);
    return (domain == AF_INET || domain == AF_INET6 || domain == AF_UNIX) &&
           option_of(socket, SO_TYPE) == SOCK_STREAM && option_of(socket, SO_ACCEPTCONN) == 1;
}

bool make_ours(int socket)
{
    const int flags = ::fcntl(socket, F_GETFL);
    return flags >= 0 && ::fcntl(socket, F_SETFL, flags | O_NONBLOCK) == 0 &&
           ::fcntl(socket, F_SETFD, FD_CLOEXEC) == 0;
}

} // namespace

PassedSockets judge_passed(std::vector<UniqueFd> descriptors, const std::vector<std::string>& names)
{
    PassedSockets passed;
    passed.any = !descriptors.empty();
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
        const std::string name = i < names.size() ? names[i] : "";
        if (name != k_passed_name) {
            passed.complaints.push_back(
                format_text(_("The service manager passed a socket named “%s”, which is not used: "
                              "its unit needs FileDescriptorName=%s."),
                            printable(name).c_str(), k_passed_name));
        } else if (!listens_to_viewers(descriptors[i].get()) || !make_ours(descriptors[i].get())) {
            passed.complaints.push_back(
                _("The service manager passed something that no viewer can connect to. Its unit "
                  "needs ListenStream=, with a port, an address or a path, and Accept=no."));
        } else {
            passed.sockets.push_back(std::move(descriptors[i]));
        }
    }
    return passed;
}

PassedSockets take_passed_sockets()
{
    const auto process = number_in("LISTEN_PID");
    const int count = number_in("LISTEN_FDS").value_or(0);
    const auto names = names_in("LISTEN_FDNAMES");
    for (const char* const variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
        ::unsetenv(variable);
    }
    if (process != ::getpid()) {
        return {};
    }
    std::vector<UniqueFd> descriptors;
    for (int i = 0; i < std::min(count, k_most); ++i) {
        descriptors.emplace_back(k_first + i);
    }
    return judge_passed(std::move(descriptors), names);
}

} // namespace gds
