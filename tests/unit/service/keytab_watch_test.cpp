// SPDX-License-Identifier: GPL-2.0-or-later
// A keytab on a file system that answers late, not at all, and again.
#include "service/keytab_watch.h"

#include "fakes/stream_pair.h"

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

class KeytabWatchTest : public testing::Test {
protected:
    KeytabWatchTest()
    {
        std::string pattern = std::filesystem::temp_directory_path() / "gds-keytab-XXXXXX";
        directory = g_mkdtemp(pattern.data());
        path = directory + "/keytab";
    }
    ~KeytabWatchTest() override
    {
        gate->hangs = false;
        std::filesystem::remove_all(directory);
    }

    // Shared with the threads.
    struct Gate {
        std::atomic<bool> hangs = false;
        std::atomic<std::thread::id> looked_on;
    };

    std::string directory;
    std::string path;
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    int changes = 0;
    WorkerPool workers{1};
    KeytabWatch watch{workers,
                      [this] { ++changes; },
                      [gate = gate](const std::string& file) {
                          gate->looked_on = std::this_thread::get_id();
                          while (gate->hangs) {
                              std::this_thread::sleep_for(1ms);
                          }
                          return look_at_keytab(file);
                      },
                      {100ms, 50ms}};
    const Source tick = call_every(2ms, [] {});
};

TEST_F(KeytabWatchTest, NothingIsLookedAtOnTheMainThread)
{
    std::ofstream{path} << "keys";
    watch.set(path);
    EXPECT_EQ(watch.answer(), std::nullopt);
    EXPECT_EQ(changes, 0);
    EXPECT_TRUE(test::spin_until([this] { return watch.answer().has_value(); }));
    EXPECT_EQ(watch.answer(), 0);
    EXPECT_EQ(changes, 1);
    EXPECT_NE(gate->looked_on.load(), std::this_thread::get_id());
}

TEST_F(KeytabWatchTest, FollowsTheFile)
{
    watch.set(path);
    EXPECT_TRUE(test::spin_until([this] { return watch.answer() == ENOENT; }));
    std::ofstream{path} << "keys";
    EXPECT_TRUE(test::spin_until([this] { return watch.answer() == 0; }));
    std::filesystem::remove(path);
    EXPECT_TRUE(test::spin_until([this] { return watch.answer() == ENOENT; }));
    EXPECT_EQ(changes, 3);
}

TEST_F(KeytabWatchTest, AFileSystemThatHangsIsSaidAndAskedAgain)
{
    std::ofstream{path} << "keys";
    gate->hangs = true;
    const auto begin = std::chrono::steady_clock::now();
    watch.set(path);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 80ms);
    EXPECT_TRUE(test::spin_until([this] { return watch.answer() == ETIMEDOUT; }));
    gate->hangs = false;
    EXPECT_TRUE(test::spin_until([this] { return watch.answer() == 0; }));
}

TEST_F(KeytabWatchTest, AnotherFileIsLookedAtWhileTheFirstHangs)
{
    std::ofstream{path} << "keys";
    gate->hangs = true;
    watch.set(directory + "/other");
    watch.set(path);
    gate->hangs = false;
    EXPECT_TRUE(test::spin_until([this] { return watch.answer() == 0; }));
    EXPECT_EQ(changes, 1);
    watch.set("");
    EXPECT_EQ(watch.answer(), std::nullopt);
    EXPECT_EQ(changes, 1);
}

} // namespace
} // namespace gds
