// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/listening_sockets.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace gds::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_listen = "0A"; // TCP_LISTEN of the kernel's tcp_states.h

// The words of a line, up to the tenth, which is the inode.
std::vector<std::string_view> words_of(std::string_view line)
{
    constexpr std::size_t k_needed = 10;
    std::vector<std::string_view> words;
    while (words.size() < k_needed) {
        const auto begin = line.find_first_not_of(' ');
        if (begin == std::string_view::npos) {
            break;
        }
        line.remove_prefix(begin);
        const auto end = std::min(line.find(' '), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

template <typename Number>
bool read_number(std::string_view text, int base, Number& number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc{} && end == text.data() + text.size();
}

std::string read_file(const fs::path& path)
{
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

bool holds(const fs::path& process, const std::string& socket)
{
    std::error_code error;
    // Of somebody else's process nothing is shown, and one may end meanwhile.
    for (auto each = fs::directory_iterator{process / "fd", error};
         !error && each != fs::directory_iterator{}; each.increment(error)) {
        std::error_code gone;
        if (fs::read_symlink(each->path(), gone) == socket) {
            return true;
        }
    }
    return false;
}

} // namespace

std::vector<ListeningSocket> parse_tcp_table(std::string_view text)
{
    std::vector<ListeningSocket> found;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto words = words_of(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
        if (words.size() < 10 || words[3] != k_listen) {
            continue;
        }
        ListeningSocket socket;
        const auto colon = words[1].rfind(':');
        if (colon != std::string_view::npos &&
            read_number(words[1].substr(colon + 1), 16, socket.port) &&
            read_number(words[9], 10, socket.inode)) {
            found.push_back(socket);
        }
    }
    return found;
}

std::string owner_of_socket(unsigned long inode)
{
    const std::string socket = "socket:[" + std::to_string(inode) + "]";
    std::error_code error;
    for (auto each = fs::directory_iterator{"/proc", error};
         !error && each != fs::directory_iterator{}; each.increment(error)) {
        unsigned number = 0;
        const std::string name = each->path().filename();
        if (!read_number(name, 10, number) || !holds(each->path(), socket)) {
            continue;
        }
        // "comm" has no more than 15 characters of it.
        std::error_code unknown;
        const auto program = fs::read_symlink(each->path() / "exe", unknown);
        return program.filename().string() + " (process " + name + ")";
    }
    return {};
}

PortOwner find_port_owner(std::uint16_t port)
{
    PortOwner found;
    for (const char* table : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
        for (const auto& socket : parse_tcp_table(read_file(table))) {
            if (socket.port == port && found.owner.empty()) {
                found.taken = true;
                found.owner = owner_of_socket(socket.inode);
            }
        }
    }
    return found;
}

} // namespace gds::cli
