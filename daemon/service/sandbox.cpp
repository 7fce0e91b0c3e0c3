// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/sandbox.h"

#include "base/unique_fd.h"

#include <array>

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gds {

namespace {

// What container engines leave in the root directory that they make (podman, toolbox, docker,
// systemd-nspawn).
constexpr std::array k_container_marks{"run/.containerenv", ".dockerenv",
                                       "run/host/container-manager"};
// Namespaces can be nested that deep (kernel/user_namespace.c).
constexpr int k_deepest = 33;

bool same_file(int a, int b)
{
    struct stat one = {};
    struct stat other = {};
    return fstat(a, &one) == 0 && fstat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

bool has(int directory, const char* name)
{
    struct stat found = {};
    return fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0;
}

// Its beginning; nothing when it cannot be read, which the kernel says of some where it could say
// that there is nothing.
std::string text_of(const std::string& path)
{
    const UniqueFd file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    std::array<char, 4096> text{};
    const auto count = read(file.get(), text.data(), text.size());
    return {text.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

// Asked upwards from theirs, as far as the kernel lets us look: who is outside of a namespace that
// we are in ourselves is in no sandbox for it.
bool below_our_user_namespace(const std::string& process, const std::string& ourselves)
{
    const UniqueFd ours{open((ourselves + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC)};
    if (!ours) {
        return false; // the kernel has none
    }
    UniqueFd theirs{open((process + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC)};
    if (!theirs) {
        return true;
    }
    if (same_file(ours.get(), theirs.get())) {
        return false;
    }
    for (int depth = 0; depth < k_deepest; ++depth) {
        theirs = UniqueFd{ioctl(theirs.get(), NS_GET_PARENT)};
        if (!theirs) {
            return false;
        }
        if (same_file(ours.get(), theirs.get())) {
            return true;
        }
    }
    return true;
}

// A snap is told by its AppArmor profile, "snap.NAME.APP (enforce)"; where there is no AppArmor by
// its control group.
bool is_confined_snap(const std::string& process)
{
    const std::string profile = text_of(process + "/attr/current");
    if (profile.starts_with("snap.")) {
        return profile.find("(complain)") == std::string::npos; // classic ones are not confined
    }
    return profile.empty() && text_of(process + "/cgroup").find("/snap.") != std::string::npos;
}

} // namespace

std::string sandbox_of(pid_t pid, const std::string& proc)
{
    const std::string process = proc + "/" + std::to_string(pid);
    const std::string ourselves = proc + "/self";
    const UniqueFd root{
        open((process + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)};
    if (pid <= 0 || !root) {
        return "a process that cannot be looked at";
    }
    if (has(root.get(), ".flatpak-info")) {
        return "Flatpak";
    }
    const UniqueFd our_root{open((ourselves + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    // In the container that we are in ourselves everybody has these marks.
    if (!our_root || !same_file(root.get(), our_root.get())) {
        for (const char* mark : k_container_marks) {
            if (has(root.get(), mark)) {
                return "a container";
            }
        }
    }
    if (is_confined_snap(process)) {
        return "Snap";
    }
    if (below_our_user_namespace(process, ourselves)) {
        return "a user namespace of its own";
    }
    return {};
}

} // namespace gds
