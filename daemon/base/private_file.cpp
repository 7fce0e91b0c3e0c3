// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/private_file.h"

#include "base/unique_fd.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

#include <glib.h>
#include <glib/gstdio.h>

namespace gds {

namespace {

[[noreturn]] void fail(int error, const std::string& path)
{
    throw std::system_error{error, std::generic_category(), path};
}

void write_all(int fd, ByteView content, const std::string& path)
{
    while (!content.empty()) {
        const auto put = ::write(fd, content.data(), content.size());
        if (put < 0 && errno != EINTR) {
            fail(errno, path);
        }
        content = content.subspan(put > 0 ? static_cast<std::size_t>(put) : 0);
    }
}

// Goes again unless it was renamed into place.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& target)
        : path_(target + "." + std::to_string(::getpid()) + ".new")
    {
        // One of the same name can only be left from a crash of a process of the same number.
        ::unlink(path_.c_str());
        fd_.reset(
            ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!fd_) {
            fail(errno, path_);
        }
    }
    ~TemporaryFile()
    {
        if (!path_.empty()) {
            ::unlink(path_.c_str());
        }
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    int fd() const { return fd_.get(); }
    void rename_to(const std::string& target)
    {
        if (::rename(path_.c_str(), target.c_str()) != 0) {
            fail(errno, target);
        }
        path_.clear();
    }

private:
    std::string path_;
    UniqueFd fd_;
};

} // namespace

SecretString read_private_file(const std::string& path, std::size_t most)
{
    // O_NONBLOCK: what turns out to be a fifo must not hold us up.
    const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (!fd) {
        fail(errno, path);
    }
    struct stat status = {};
    if (::fstat(fd.get(), &status) != 0) {
        fail(errno, path);
    }
    if (!S_ISREG(status.st_mode)) {
        fail(S_ISDIR(status.st_mode) ? EISDIR : EINVAL, path);
    }
    if (static_cast<std::uint64_t>(status.st_size) > most) {
        fail(EFBIG, path);
    }
    SecretString content{static_cast<std::size_t>(status.st_size)};
    auto rest = content.octets();
    while (!rest.empty()) {
        const auto got = ::read(fd.get(), rest.data(), rest.size());
        if (got == 0) {
            fail(EIO, path); // it shrank meanwhile
        }
        if (got < 0 && errno != EINTR) {
            fail(errno, path);
        }
        rest = rest.subspan(got > 0 ? static_cast<std::size_t>(got) : 0);
    }
    return content;
}

void write_private_file(const std::string& path, ByteView content)
{
    TemporaryFile file{path};
    write_all(file.fd(), content, path);
    // Without it a power cut may leave an empty file under the final name.
    if (::fsync(file.fd()) != 0) {
        fail(errno, path);
    }
    file.rename_to(path);
}

void make_private_directory(const std::string& path)
{
    if (g_mkdir_with_parents(path.c_str(), 0700) != 0) {
        fail(errno, path);
    }
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0) {
        fail(errno, path);
    }
    const bool open_to_others = (status.st_mode & 0077U) != 0;
    if (open_to_others && ::chmod(path.c_str(), 0700) != 0) {
        fail(errno, path);
    }
}

} // namespace gds
