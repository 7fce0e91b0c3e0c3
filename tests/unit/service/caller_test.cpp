// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/caller.h"

#include "service/sandbox.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace gds {
namespace {

namespace fs = std::filesystem;

// A procfs with one process, 7, beside ourselves; both have the same root and user namespace.
class Sandbox : public testing::Test {
protected:
    Sandbox()
    {
        const char* const tmp = std::getenv("TMPDIR");
        std::string pattern = std::string{tmp != nullptr ? tmp : "/tmp"} + "/gds-proc-XXXXXX";
        proc = mkdtemp(pattern.data());
        fs::create_directories(proc / "their-root/run/host");
        fs::create_directories(proc / "our-root");
        for (const char* process : {"7", "self"}) {
            fs::create_directories(proc / process / "attr");
            fs::create_directories(proc / process / "ns");
            fs::create_symlink("/proc/self/ns/user", proc / process / "ns/user");
            write(fs::path{process} / "attr/current", "unconfined\n");
            write(fs::path{process} / "cgroup", "0::/user.slice/app.scope\n");
        }
        fs::create_directory_symlink(proc / "their-root", proc / "7/root");
        fs::create_directory_symlink(proc / "our-root", proc / "self/root");
    }
    ~Sandbox() override { fs::remove_all(proc); }

    void write(const fs::path& file, const std::string& text) const
    {
        std::ofstream{proc / file} << text;
    }
    std::string found() const { return sandbox_of(7, proc.string()); }

    fs::path proc;
};

TEST_F(Sandbox, AnOrdinaryProcessIsInNone) { EXPECT_EQ(found(), ""); }

TEST_F(Sandbox, WeOurselvesAreInNone) { EXPECT_EQ(sandbox_of(getpid()), ""); }

TEST_F(Sandbox, FlatpakIsToldByItsFile)
{
    write("their-root/.flatpak-info", "[Application]\n");
    EXPECT_EQ(found(), "Flatpak");
}

TEST_F(Sandbox, EvenADeadLinkOfThatNameCounts)
{
    fs::create_symlink("/nonexistent", proc / "their-root/.flatpak-info");
    EXPECT_EQ(found(), "Flatpak");
}

TEST_F(Sandbox, ContainersAreToldByTheirMarks)
{
    for (const char* mark : {".dockerenv", "run/.containerenv", "run/host/container-manager"}) {
        write(fs::path{"their-root"} / mark, "");
        EXPECT_EQ(found(), "a container") << mark;
        fs::remove(proc / "their-root" / mark);
    }
    EXPECT_EQ(found(), "");
}

TEST_F(Sandbox, TheContainerThatWeAreInOurselvesIsNone)
{
    write("our-root/.dockerenv", "");
    fs::remove(proc / "7/root");
    fs::create_directory_symlink(proc / "our-root", proc / "7/root");
    EXPECT_EQ(found(), "");
}

TEST_F(Sandbox, SnapsAreToldByTheirProfile)
{
    write("7/attr/current", "snap.app.app (enforce)\n");
    EXPECT_EQ(found(), "Snap");
    write("7/attr/current", "snap.classic.classic (complain)\n");
    EXPECT_EQ(found(), "");
}

TEST_F(Sandbox, SnapsAreToldByTheirControlGroupWhereThereIsNoAppArmor)
{
    write("7/attr/current", "");
    write("7/cgroup", "0::/user.slice/user@1000.service/app.slice/snap.app.app-1.scope\n");
    EXPECT_EQ(found(), "Snap");
}

TEST_F(Sandbox, WhatCannotBeLookedAtCountsAsOne)
{
    EXPECT_NE(sandbox_of(8, proc.string()), "");
    EXPECT_NE(sandbox_of(0, proc.string()), "");
    EXPECT_NE(sandbox_of(-1, proc.string()), "");
    fs::remove(proc / "7/ns/user");
    EXPECT_NE(found(), "");
}

class CallersTest : public testing::Test {
protected:
    bool welcome(const std::string& sender, std::optional<BusCall::Credentials> who)
    {
        const auto refusal = callers.judge(sender, who);
        if (refusal) {
            EXPECT_EQ(refusal->name, "org.freedesktop.DBus.Error.AccessDenied");
        }
        return !refusal;
    }

    std::string sandbox;
    Callers callers{1000, [this](pid_t) { return sandbox; }};
};

TEST_F(CallersTest, OurOwnUserIsWelcome)
{
    EXPECT_TRUE(welcome(":1.1", BusCall::Credentials{1000, 7}));
}

TEST_F(CallersTest, OthersAreNot)
{
    EXPECT_FALSE(welcome(":1.1", BusCall::Credentials{1001, 7}));
    EXPECT_FALSE(welcome(":1.2", BusCall::Credentials{0, 7}));
    EXPECT_FALSE(welcome(":1.3", std::nullopt));
}

TEST_F(CallersTest, NeitherIsASandbox)
{
    sandbox = "Flatpak";
    EXPECT_FALSE(welcome(":1.1", BusCall::Credentials{1000, 7}));
    sandbox.clear();
    EXPECT_TRUE(welcome(":1.2", BusCall::Credentials{1000, 7}));
}

} // namespace
} // namespace gds
