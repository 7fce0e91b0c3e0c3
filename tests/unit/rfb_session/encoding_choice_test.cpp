// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/encoding_choice.h"

#include "rfb/desktop_size.h"
#include "rfb/wire.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

EncodingChoice choose(std::vector<std::int32_t> listed) { return choose_encodings(listed); }

TEST(EncodingChoice, TakesTheFirstThatItKnows)
{
    EXPECT_EQ(choose({}).encoder, &raw_encoder());
    EXPECT_EQ(choose({1, 2, 16, 7, 0}).encoder, &zrle_encoder());
    EXPECT_EQ(choose({7, 16, 0}).encoder, &tight_encoder());
    EXPECT_EQ(choose({0, 7}).encoder, &raw_encoder());
    EXPECT_EQ(choose({2, 4, 1}).encoder, &raw_encoder());
    EXPECT_EQ(choose({1, 5, 6, 16, 7}).encoder, &hextile_encoder());
    EXPECT_EQ(choose({2, 6, 5, 0}).encoder, &zlib_encoder());
    EXPECT_EQ(choose({16, 5, 6}).encoder, &zrle_encoder());
}

TEST(EncodingChoice, Names)
{
    for (const auto& [number, name] :
         {std::pair{0, "raw"}, {5, "hextile"}, {6, "zlib"}, {7, "tight"}, {16, "zrle"}}) {
        EXPECT_STREQ(encoding_name(choose({number}).encoder->encoding()), name);
    }
}

TEST(EncodingChoice, FilmsAreForThoseWhoTakeLoss)
{
    EXPECT_TRUE(choose({7, 50, -26, -239}).watches_films());
    EXPECT_TRUE(choose({50, -32, -314}).watches_films());
    EXPECT_FALSE(choose({7, -26, -239}).watches_films());
    EXPECT_FALSE(choose({7, 50, -239}).watches_films());
    EXPECT_TRUE(choose({7, 50, -26}).watches_films());
    // It is no encoding for all that there is.
    EXPECT_EQ(choose({50, 16}).encoder, &zrle_encoder());
    EXPECT_STREQ(encoding_name(50), "h264");
}

TEST(EncodingChoice, Levels)
{
    EXPECT_EQ(choose({7}).quality_level, -1);
    EXPECT_EQ(choose({7}).compress_level, 1);
    EXPECT_EQ(choose({-32}).quality_level, 0);
    EXPECT_EQ(choose({-23, -32}).quality_level, 9);
    EXPECT_EQ(choose({-256}).compress_level, 0);
    EXPECT_EQ(choose({-247, -256}).compress_level, 9);
    EXPECT_EQ(choose({-33, -22, -257, -246}).quality_level, -1);
}

TEST(EncodingChoice, Extensions)
{
    const auto all = choose({-239, -314, -232, -223, -308, -307, -224, -312, -313, -258, -316});
    EXPECT_TRUE(all.cursor && all.cursor_with_alpha && all.pointer_pos && all.desktop_size &&
                all.extended_desktop_size && all.desktop_name && all.last_rect && all.fence &&
                all.continuous_updates && all.qemu_extended_key_event &&
                all.extended_mouse_buttons);
    EXPECT_FALSE(choose({7, 16}).draws_cursor());
    EXPECT_FALSE(choose({7, 16}).fence);
}

TEST(DesktopSize, Layouts)
{
    const Screen whole{1, 0, 0, 800, 600, 0};
    const Screen left{1, 0, 0, 400, 600, 0};
    const Screen right{2, 400, 0, 400, 600, 0};
    EXPECT_TRUE(is_valid_layout(800, 600, {whole}));
    EXPECT_TRUE(is_valid_layout(800, 600, {left, right}));
    EXPECT_FALSE(is_valid_layout(800, 600, {}));
    EXPECT_FALSE(is_valid_layout(0, 600, {whole}));
    EXPECT_FALSE(is_valid_layout(799, 600, {whole}));
    EXPECT_FALSE(is_valid_layout(800, 600, {left, left}));
    EXPECT_FALSE(is_valid_layout(800, 600, {{1, 0, 0, 0, 600, 0}}));
    EXPECT_FALSE(is_valid_layout(800, 600, {{1, 65535, 0, 65535, 600, 0}}));
    EXPECT_TRUE(is_valid_layout(16384, 16384, {{1, 0, 0, 16384, 16384, 0}}));
    EXPECT_FALSE(is_valid_layout(16385, 1, {{1, 0, 0, 16385, 1, 0}}));
    std::vector<Screen> many;
    for (std::uint32_t id = 0; id < 17; ++id) {
        many.push_back({id, 0, 0, 1, 1, 0});
    }
    EXPECT_FALSE(is_valid_layout(800, 600, many));
    many.pop_back();
    EXPECT_TRUE(is_valid_layout(800, 600, many));
}

TEST(DesktopSize, OneScreenOfAUsefulSizeMayBeWished)
{
    const auto judged = judge_wish;
    EXPECT_EQ(judged(800, 600, {}), ResizeStatus::invalid_layout);
    EXPECT_EQ(judged(64, 8192, {{1, 0, 0, 64, 8192, 0}}), ResizeStatus::done);
    EXPECT_EQ(judged(63, 600, {{1, 0, 0, 63, 600, 0}}), ResizeStatus::out_of_resources);
    EXPECT_EQ(judged(800, 8193, {{1, 0, 0, 800, 8193, 0}}), ResizeStatus::out_of_resources);
    EXPECT_EQ(judged(800, 600, {{1, 0, 0, 400, 600, 0}}), ResizeStatus::prohibited);
    EXPECT_EQ(judged(800, 600, {{1, 0, 0, 400, 600, 0}, {2, 400, 0, 400, 600, 0}}),
              ResizeStatus::prohibited);
}

} // namespace
} // namespace gds
