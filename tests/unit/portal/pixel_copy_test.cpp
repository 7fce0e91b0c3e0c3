// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/pixel_copy.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gds {
namespace {

// A picture of letters, one per pixel, as the octets of a buffer with an odd stride.
struct Letters {
    std::vector<std::uint8_t> octets;
    PixelView view;

    Letters(const std::vector<std::string>& rows, PixelOrder order = PixelOrder::bgrx)
    {
        view.size = {static_cast<int>(rows.front().size()), static_cast<int>(rows.size())};
        view.stride = rows.front().size() * 4 + 3;
        view.order = order;
        octets.resize(view.stride * (rows.size() - 1) + rows.front().size() * 4);
        for (std::size_t y = 0; y < rows.size(); ++y) {
            for (std::size_t x = 0; x < rows[y].size(); ++x) {
                auto* pixel = octets.data() + y * view.stride + x * 4;
                // Red is the letter, blue one of its own, the fourth octet nonsense.
                pixel[order == PixelOrder::bgrx ? 2 : 0] = static_cast<std::uint8_t>(rows[y][x]);
                pixel[order == PixelOrder::bgrx ? 0 : 2] = 'b';
                pixel[3] = 0xee;
            }
        }
        view.data = octets.data();
    }
};

std::vector<std::string> rows_of(const Frame& frame)
{
    std::vector<std::string> rows;
    for (int y = 0; y < frame.size.height; ++y) {
        std::string row;
        for (int x = 0; x < frame.size.width; ++x) {
            const auto pixel = frame.row(y)[x] & k_rgb_mask;
            EXPECT_TRUE(pixel == 0 || (pixel & 0xffff) == 'b');
            row += pixel == 0 ? '.' : static_cast<char>(pixel >> 16);
        }
        rows.push_back(row);
    }
    return rows;
}

using Rows = std::vector<std::string>;

TEST(PixelCopy, PutsOctetsInOrder)
{
    for (const auto order : {PixelOrder::bgrx, PixelOrder::rgbx}) {
        const Letters letters{{"abc", "def"}, order};
        Frame frame{{3, 2}};
        copy_pixels(letters.view, Orientation::normal, Rect{0, 0, 3, 2}, frame, {0, 0});
        EXPECT_EQ(rows_of(frame), (Rows{"abc", "def"}));
    }
}

TEST(PixelCopy, CopiesOnlyWhatIsAskedTo)
{
    const Letters letters{{"abc", "def"}};
    Frame frame{{5, 4}};
    Region what{Rect{0, 0, 1, 1}};
    what.add(Rect{1, 1, 2, 1});
    copy_pixels(letters.view, Orientation::normal, what, frame, {2, 1});
    EXPECT_EQ(rows_of(frame), (Rows{".....", "..a..", "...ef", "....."}));
}

TEST(PixelCopy, LeavesOutWhatIsOutsideOfPictureOrFrame)
{
    const Letters letters{{"abc", "def"}};
    Frame frame{{3, 2}};
    copy_pixels(letters.view, Orientation::normal, Rect{-5, -5, 100, 100}, frame, {-1, 1});
    EXPECT_EQ(rows_of(frame), (Rows{"...", "bc."}));
}

// What the compositor did to the picture "abc / def" is undone.
TEST(PixelCopy, TurnsThePictureUpright)
{
    struct Case {
        Orientation orientation;
        Rows buffer;
    };
    const Case cases[] = {
        {Orientation::normal, {"abc", "def"}},      {Orientation::rotated_90, {"cf", "be", "ad"}},
        {Orientation::rotated_180, {"fed", "cba"}}, {Orientation::rotated_270, {"da", "eb", "fc"}},
        {Orientation::flipped, {"cba", "fed"}},     {Orientation::flipped_90, {"ad", "be", "cf"}},
        {Orientation::flipped_180, {"def", "abc"}}, {Orientation::flipped_270, {"fc", "eb", "da"}},
    };
    for (const auto& each : cases) {
        const Letters letters{each.buffer};
        const Size size = upright_size(letters.view.size, each.orientation);
        EXPECT_EQ(size, (Size{3, 2}));
        Frame frame{size};
        copy_pixels(letters.view, each.orientation, Rect::of(size), frame, {0, 0});
        EXPECT_EQ(rows_of(frame), (Rows{"abc", "def"})) << static_cast<int>(each.orientation);
    }
}

} // namespace
} // namespace gds
