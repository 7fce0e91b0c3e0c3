// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/group_lookup.h"

#include "fakes/stream_pair.h"
#include "server/wildcard.h"

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
        return {{"late"}, {}, false};
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

bool has(const std::vector<std::string>& names, const std::string& name)
{
    return std::ranges::count(names, name) > 0;
}

TEST(GroupLookup, ReadsThoseOfAnAccount)
{
    const passwd* const me = ::getpwuid(::getuid());
    ASSERT_NE(me, nullptr);
    const std::string name = me->pw_name;
    const std::string group = ::getgrgid(me->pw_gid)->gr_name;
    const auto groups = read_groups({name, {group}});
    EXPECT_TRUE(has(groups.in, group));
    EXPECT_FALSE(has(groups.not_in, group));
    const auto some = read_groups({name, {to_wildcard(group.substr(0, 1) + "*")}});
    EXPECT_TRUE(has(some.in, group));
}

// getgrouplist() would say nothing of a directory that is away.
TEST(GroupLookup, BelievesOnlyOfAGroupThatThereIsThatSomebodyIsOutside)
{
    const auto groups = read_groups({"no-such-account-here", {"daemon", "no-such-group-here"}});
    EXPECT_EQ(groups.in, std::vector<std::string>{});
    EXPECT_EQ(groups.not_in, std::vector<std::string>{"daemon"});
    EXPECT_EQ(membership("no-such-group-here", groups), Membership::unknown);
    const auto some =
        read_groups({"no-such-account-here", {to_wildcard("daemo?"), to_wildcard("no-such-*")}});
    EXPECT_EQ(some.in, std::vector<std::string>{});
    EXPECT_EQ(some.not_in, std::vector<std::string>{"daemon"});
}

TEST(GroupLookup, AnswersOnTheMainLoop)
{
    WorkerPool workers{1};
    const auto main = std::this_thread::get_id();
    std::thread::id reader;
    GroupLookup lookup{[&](const GroupQuestion& question) {
        reader = std::this_thread::get_id();
        return AccountGroups{{question.account + "s"}, question.groups, false};
    }};
    const auto groups = test::run_loop(lookup.ask(workers, {"alice", {"guests"}}));
    EXPECT_EQ(groups, (AccountGroups{{"alices"}, {"guests"}, false}));
    EXPECT_NE(reader, main);
}

TEST(GroupLookup, WhatCannotBeReadIsNotKnown)
{
    WorkerPool workers{1};
    GroupLookup lookup{[](const GroupQuestion&) -> AccountGroups { throw std::bad_alloc{}; }};
    EXPECT_EQ(test::run_loop(lookup.ask(workers, {"alice", {}})), AccountGroups{});
}

TEST(GroupLookup, ADirectoryThatHangsHoldsUpNobody)
{
    WorkerPool workers{1};
    const auto hanging = std::make_shared<Hanging>();
    GroupLookup lookup{[hanging](const GroupQuestion&) { return hanging->read(); },
                       {100ms, 1000ms}};
    std::vector<Task<AccountGroups>> tasks;
    for (int i = 0; i < 50; ++i) {
        tasks.push_back(lookup.ask(workers, {"slow", {}}));
        tasks.back().start();
    }
    EXPECT_EQ(test::run_loop(workers.run([] { return 5; })), 5);
    EXPECT_TRUE(test::spin_until(
        [&] { return std::ranges::all_of(tasks, [](auto& task) { return task.done(); }); }));
    for (auto& task : tasks) {
        EXPECT_EQ(task.result(), AccountGroups{});
    }
    hanging->let_go();
}

TEST(GroupLookup, MayBeDroppedWhileItWaits)
{
    WorkerPool workers{1};
    const auto hanging = std::make_shared<Hanging>();
    {
        GroupLookup lookup{[hanging](const GroupQuestion&) { return hanging->read(); }};
        auto task = lookup.ask(workers, {"alice", {}});
        EXPECT_FALSE(task.start());
    }
    hanging->let_go();
    test::spin_ready();
}

} // namespace
} // namespace gds
