// SPDX-License-Identifier: GPL-2.0-or-later
// What the snapshot of passwords makes of a user whom another program keeps.
#include "credential_test.h"

namespace gds {
namespace {

using test::spin_until;

class FakeForeignLogin final : public ForeignLogin {
public:
    ForeignUser kept;
    bool locked = false;
    unsigned unlock_prompts = 0;
    Bytes key;

    Task<ForeignUser> load(Bytes asked) override
    {
        key = std::move(asked);
        ForeignUser answer;
        answer.locked = locked;
        if (!locked) {
            answer = kept;
        }
        co_return answer;
    }
    Task<bool> unlock() override
    {
        ++unlock_prompts;
        locked = false;
        co_return true;
    }
};

class ForeignLoginTest : public test::CredentialTest {
protected:
    ForeignLoginTest()
    {
        foreign.kept.name = "gnome";
        foreign.kept.verifiers = {make_scram_verifier(ScramHash::sha256, "theirs")};
    }

    FakeForeignLogin foreign;
};

TEST_F(ForeignLoginTest, LogsInAsLongAsItIsThere)
{
    CredentialSource source{store, record(), k_fast};
    source.set_foreign(&foreign);
    ASSERT_TRUE(knows(source, "gnome"));
    EXPECT_EQ(source.snapshot()->unavailable, "");
    EXPECT_EQ(foreign.key, source.snapshot()->decoy_key);
    EXPECT_TRUE(may_log_in(*source.snapshot(), "gnome", "theirs"));
    EXPECT_FALSE(source.snapshot()->vnc_password); // never a secret of VNC Authentication

    source.set_foreign(nullptr);
    EXPECT_TRUE(source.snapshot()->users.empty()); // at once
    EXPECT_FALSE(source.snapshot()->unavailable.empty());
}

TEST_F(ForeignLoginTest, ChangesAreTakenOver)
{
    CredentialSource source{store, record(), k_fast};
    source.set_foreign(&foreign);
    ASSERT_TRUE(knows(source, "gnome"));
    foreign.kept.name = "other";
    store.tell_changed();
    ASSERT_TRUE(knows(source, "other"));
    EXPECT_FALSE(source.snapshot()->users.contains("gnome"));
    foreign.kept = {};
    foreign.kept.complaint = "The password in GNOME Settings is empty.";
    store.tell_changed();
    ASSERT_TRUE(spin_until([&] { return source.snapshot()->users.empty(); }));
    EXPECT_EQ(source.snapshot()->unavailable, foreign.kept.complaint);
}

TEST_F(ForeignLoginTest, OurUserOfThatNameWins)
{
    store.kept.users["gnome"] = {make_scram_verifier(ScramHash::sha256, "ours")};
    CredentialSource source{store, record(), k_fast};
    source.set_foreign(&foreign);
    ASSERT_TRUE(knows(source, "gnome"));
    EXPECT_TRUE(spin_until([&] { return !foreign.key.empty(); }));
    EXPECT_TRUE(may_log_in(*source.snapshot(), "gnome", "ours"));
    EXPECT_FALSE(may_log_in(*source.snapshot(), "gnome", "theirs"));
    source.set_foreign(nullptr);
    EXPECT_TRUE(may_log_in(*source.snapshot(), "gnome", "ours"));
}

TEST_F(ForeignLoginTest, ABrokenStoreLeavesNobody)
{
    CredentialSource source{store, record(), k_fast};
    source.set_foreign(&foreign);
    ASSERT_TRUE(knows(source, "gnome"));
    store.broken = "There is no keyring.";
    store.tell_changed();
    ASSERT_TRUE(spin_until([&] { return source.snapshot()->users.empty(); }));
    source.set_foreign(nullptr);
    EXPECT_EQ(source.snapshot()->unavailable, "There is no keyring.");
}

TEST_F(ForeignLoginTest, IsUnlockedByThePersonWhenSharingIsOn)
{
    foreign.locked = true;
    CredentialSource source{store, record(), k_fast};
    source.set_foreign(&foreign);
    ASSERT_TRUE(says(source, "locked"));
    EXPECT_EQ(foreign.unlock_prompts, 0U);
    source.set_wanted(true);
    EXPECT_TRUE(knows(source, "gnome"));
    EXPECT_EQ(foreign.unlock_prompts, 1U);
}

} // namespace
} // namespace gds
