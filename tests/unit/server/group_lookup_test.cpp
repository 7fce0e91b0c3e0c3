// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/group_lookup.h"

#include "fakes/stream_pair.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

// A directory server that does not answer until it is told to.
class Hanging {
public:
    ~Hanging() { let_go(); }
    AccountGroups read()
    {
        std::unique_lock lock{mutex_};
        waiting_.wait_for(lock, 20s, [this] { return gone_on_; });
        return std::vector<std::string>{"late"};
    }
    void let_go()
    {
        const std::scoped_lock lock{mutex_};
        gone_on_ = true;
        waiting_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable waiting_;
    bool gone_on_ = false;
};

TEST(GroupLookup, ReadsThoseOfAnAccount)
{
    const passwd* const me = ::getpwuid(::getuid());
    ASSERT_NE(me, nullptr);
    const std::string name = me->pw_name;
    const std::string group = ::getgrgid(me->pw_gid)->gr_name;
    const auto groups = read_groups(name);
    ASSERT_TRUE(groups.has_value());
    EXPECT_NE(std::find(groups->begin(), groups->end(), group), groups->end());
}

TEST(GroupLookup, AnAccountThatIsNotThereIsInNone)
{
    EXPECT_EQ(read_groups("no-such-account-here"), AccountGroups{std::in_place});
}

TEST(GroupLookup, AnswersOnTheMainLoop)
{
    const auto main = std::this_thread::get_id();
    std::thread::id reader;
    GroupLookup lookup{[&](const std::string& account) -> AccountGroups {
        reader = std::this_thread::get_id();
        return std::vector<std::string>{account + "s"};
    }};
    const auto groups = test::run_loop(lookup.groups_of("alice"));
    EXPECT_EQ(groups, std::vector<std::string>{"alices"});
    EXPECT_NE(reader, main);
}

TEST(GroupLookup, WhatCannotBeReadIsNotKnown)
{
    GroupLookup lookup{[](const std::string&) -> AccountGroups { throw std::bad_alloc{}; }};
    EXPECT_EQ(test::run_loop(lookup.groups_of("alice")), std::nullopt);
}

TEST(GroupLookup, ADirectoryThatHangsHoldsUpNobody)
{
    const auto hanging = std::make_shared<Hanging>();
    GroupLookup lookup{[hanging](const std::string& account) -> AccountGroups {
                           return account == "slow" ? hanging->read() : AccountGroups{};
                       },
                       100ms};
    std::vector<Task<AccountGroups>> tasks;
    for (int i = 0; i < 4; ++i) {
        tasks.push_back(lookup.groups_of("slow"));
        tasks.back().start();
    }
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(test::run_loop(lookup.groups_of("fifth")), std::nullopt);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 80ms) << "said at once";
    EXPECT_TRUE(test::spin_until(
        [&] { return std::ranges::all_of(tasks, [](auto& task) { return task.done(); }); }));
    for (auto& task : tasks) {
        EXPECT_EQ(task.result(), std::nullopt);
    }
    hanging->let_go();
}

TEST(GroupLookup, MayBeDroppedWhileItWaits)
{
    const auto hanging = std::make_shared<Hanging>();
    {
        GroupLookup lookup{[hanging](const std::string&) { return hanging->read(); }};
        auto task = lookup.groups_of("alice");
        EXPECT_FALSE(task.start());
    }
    hanging->let_go();
    test::spin_ready();
}

} // namespace
} // namespace gds
