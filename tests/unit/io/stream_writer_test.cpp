// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/stream_writer.h"

#include "fakes/stream_pair.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::make_stream_pair;
using test::run_ready;

TEST(StreamWriter, PutsFieldsInNetworkOrder)
{
    StreamWriter writer;
    writer.put_u8(0x01);
    writer.put_u16(0x0203);
    writer.put_u32(0x04050607);
    writer.put_s32(-2);
    writer.pad(3);
    writer.put_text("ok");
    EXPECT_EQ(writer.take(),
              (Bytes{1, 2, 3, 4, 5, 6, 7, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 'o', 'k'}));
    EXPECT_TRUE(writer.empty());
}

TEST(StreamWriter, OverwritesACountThatWasPutBefore)
{
    StreamWriter writer;
    writer.pad(6);
    writer.set_u16(0, 0x0102);
    writer.set_u32(2, 0x03040506);
    EXPECT_EQ(writer.take(), (Bytes{1, 2, 3, 4, 5, 6}));
    EXPECT_THROW(writer.set_u16(0, 1), std::out_of_range);
}

TEST(StreamWriter, FlushesOnceAndIsEmptyAfterwards)
{
    auto pair = make_stream_pair();
    StreamWriter writer;
    writer.put_text("hello");
    run_ready(writer.flush(*pair.server));
    EXPECT_TRUE(writer.empty());
    run_ready(writer.flush(*pair.server));
    EXPECT_EQ(as_text(pair.client->arrived()), "hello");
}

TEST(StreamWriter, KeepsWhatIsPutWhileAFlushWaits)
{
    auto pair = make_stream_pair();
    pair.server->set_write_capacity(2);
    StreamWriter writer;
    writer.put_text("abcd");
    auto flush = writer.flush(*pair.server);
    EXPECT_FALSE(flush.start());
    writer.put_text("ef");
    EXPECT_EQ(as_text(pair.client->take_arrived()), "ab");
    EXPECT_TRUE(test::spin_until([&flush] { return flush.done(); }));
    EXPECT_EQ(as_text(pair.client->take_arrived()), "cd");
    EXPECT_EQ(as_text(writer.view()), "ef");
}

} // namespace
} // namespace gds
