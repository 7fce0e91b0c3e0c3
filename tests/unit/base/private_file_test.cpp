// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/private_file.h"

#include <filesystem>
#include <system_error>

#include <stdlib.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

class PrivateFile : public testing::Test {
protected:
    PrivateFile()
    {
        std::string name = (std::filesystem::temp_directory_path() / "gds-test-XXXXXX").string();
        directory = ::mkdtemp(name.data());
    }
    ~PrivateFile() override { std::filesystem::remove_all(directory); }

    int failure(const std::string& path, std::size_t most = 100)
    {
        try {
            read_private_file(path, most);
        } catch (const std::system_error& error) {
            return error.code().value();
        }
        return 0;
    }

    std::string directory;
};

TEST_F(PrivateFile, KeepsWhatWasWritten)
{
    const auto path = directory + "/secret";
    write_private_file(path, as_bytes("first"));
    write_private_file(path, as_bytes("second"));
    EXPECT_EQ(read_private_file(path, 100).view(), "second");
    struct stat status = {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    // Nothing is left beside it.
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{directory}, {}), 1);
}

TEST_F(PrivateFile, RefusesWhatIsNoSmallFile)
{
    EXPECT_EQ(failure(directory + "/missing"), ENOENT);
    EXPECT_EQ(failure(directory), EISDIR);
    const auto path = directory + "/large";
    write_private_file(path, Bytes(101));
    EXPECT_EQ(failure(path), EFBIG);
    EXPECT_EQ(failure(path, 101), 0);
    const auto fifo = directory + "/fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_EQ(failure(fifo), EINVAL);
}

TEST_F(PrivateFile, LeavesTheOldFileWhenTheNewOneCannotBeWritten)
{
    EXPECT_THROW(write_private_file(directory + "/no/such/place", as_bytes("x")),
                 std::system_error);
}

TEST_F(PrivateFile, ClosesADirectoryToOthers)
{
    const auto path = directory + "/a/b";
    make_private_directory(path);
    ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
    make_private_directory(path);
    struct stat status = {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

} // namespace
} // namespace gds
