// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/command_line.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

ParsedCommandLine parse(std::vector<std::string> words)
{
    words.insert(words.begin(), "gnome-desktop-sharing-daemon");
    return parse_command_line(words);
}

TEST(CommandLine, NothingIsFine)
{
    const auto parsed = parse({});
    EXPECT_FALSE(parsed.exit);
    EXPECT_FALSE(parsed.options.enable);
    EXPECT_FALSE(parsed.options.port);
    EXPECT_TRUE(parsed.options.addresses.empty());
    EXPECT_FALSE(parsed.options.replace);
    EXPECT_FALSE(parsed.options.verbose);
}

TEST(CommandLine, EveryOption)
{
    const auto parsed = parse({"--enable", "--port", "5901", "--address", "127.0.0.1",
                               "--address=unix:/x", "--replace", "--verbose"});
    ASSERT_FALSE(parsed.exit);
    EXPECT_TRUE(parsed.options.enable);
    EXPECT_EQ(parsed.options.port, 5901);
    EXPECT_EQ(parsed.options.addresses, (std::vector<std::string>{"127.0.0.1", "unix:/x"}));
    EXPECT_TRUE(parsed.options.replace);
    EXPECT_TRUE(parsed.options.verbose);
}

TEST(CommandLine, VersionAndHelpAreAnswersNotErrors)
{
    const auto version = parse({"--version"});
    ASSERT_TRUE(version.exit);
    EXPECT_EQ(version.exit->status, 0);
    EXPECT_NE(version.exit->text.find("gnome-desktop-sharing-daemon 0."), std::string::npos);

    const auto help = parse({"--help"});
    ASSERT_TRUE(help.exit);
    EXPECT_EQ(help.exit->status, 0);
    EXPECT_NE(help.exit->text.find("--replace"), std::string::npos);
}

TEST(CommandLine, WrongUsageIsStatusTwo)
{
    const std::vector<std::vector<std::string>> wrong = {
        {"--bogus"},       {"word"},         {"--port"},        {"--port", "0"},
        {"--port", "-1"},  {"--port=65536"}, {"--port", "59x"}, {"--port=99999999999999999999"},
        {"--address", ""}, {"--port="},
    };
    for (const auto& words : wrong) {
        const auto parsed = parse(words);
        ASSERT_TRUE(parsed.exit) << words[0];
        EXPECT_EQ(parsed.exit->status, 2) << words[0];
        EXPECT_NE(parsed.exit->text.find("--help"), std::string::npos);
    }
}

} // namespace
} // namespace gds
