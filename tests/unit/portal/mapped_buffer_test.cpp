// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/mapped_buffer.h"

#include "made_buffer.h"

#include <cstring>
#include <string_view>
#include <system_error>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace gds {
namespace {

class MappedBufferTest : public testing::Test {
protected:
    MappedBufferTest()
    {
        EXPECT_EQ(ftruncate(fd, 20000), 0);
        made.data.type = SPA_DATA_MemFd;
        made.data.fd = fd;
        made.data.data = nullptr;
    }
    ~MappedBufferTest() override { close(fd); }

    int fd = memfd_create("pixels", MFD_CLOEXEC);
    MadeBuffer made{Size{8, 6}};
};

TEST_F(MappedBufferTest, ShowsTheFileAtItsOffset)
{
    constexpr std::string_view k_text = "pixels";
    made.data.mapoffset = 5000;
    ASSERT_EQ(pwrite(fd, k_text.data(), k_text.size(), 5000), 6);
    const auto mapped = map_pixels(made.buffer);
    ASSERT_TRUE(mapped);
    EXPECT_EQ(made.data.data, mapped->data());
    EXPECT_EQ(std::memcmp(made.data.data, k_text.data(), k_text.size()), 0);
}

TEST_F(MappedBufferTest, StaysWhenTheBufferIsGone)
{
    ASSERT_EQ(pwrite(fd, "p", 1, 0), 1);
    const auto mapped = map_pixels(made.buffer);
    close(fd);
    fd = -1;
    EXPECT_EQ(*static_cast<const char*>(mapped->data()), 'p');
}

TEST_F(MappedBufferTest, WhatIsInNoFileIsLeftAlone)
{
    made.data.type = SPA_DATA_MemPtr;
    made.data.data = made.memory.data();
    EXPECT_FALSE(map_pixels(made.buffer));
    EXPECT_EQ(made.data.data, made.memory.data());
    made.buffer.n_datas = 0;
    EXPECT_FALSE(map_pixels(made.buffer));
}

TEST_F(MappedBufferTest, WhatCannotBeMappedIsAnError)
{
    made.data.fd = 1 << 20;
    EXPECT_THROW(map_pixels(made.buffer), std::system_error);
    EXPECT_EQ(made.data.data, nullptr);
    made.data.fd = fd;
    made.data.maxsize = 0;
    EXPECT_THROW(map_pixels(made.buffer), std::system_error);
}

} // namespace
} // namespace gds
