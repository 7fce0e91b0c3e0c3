// SPDX-License-Identifier: GPL-2.0-or-later
#include "credential_test.h"

namespace gds {
namespace {

using namespace std::chrono_literals;
using test::spin_for;
using test::spin_until;

class CredentialSourceTest : public test::CredentialTest {
protected:
    void keep(const std::string& user)
    {
        store.kept.users[user] = {make_scram_verifier(ScramHash::sha256, "secret")};
    }
};

TEST_F(CredentialSourceTest, NobodyCanLogInBeforeTheFirstLoad)
{
    keep("alice");
    const CredentialSource source{store, record(), k_fast};
    ASSERT_NE(source.snapshot(), nullptr);
    EXPECT_FALSE(source.snapshot()->unavailable.empty());
    EXPECT_TRUE(source.snapshot()->users.empty());
    EXPECT_FALSE(source.snapshot()->decoy_key.empty());
}

TEST_F(CredentialSourceTest, UsersAreLoadedAtStart)
{
    keep("alice");
    const CredentialSource source{store, record(), k_fast};
    ASSERT_TRUE(usable(source));
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(source.snapshot(), told.back());
    EXPECT_TRUE(source.snapshot()->users.contains("alice"));
}

TEST_F(CredentialSourceTest, AChangeIsTakenOverAtOnceAndManyAsOne)
{
    keep("alice");
    store.kept.decoy_key = Bytes(32, 1);
    const CredentialSource source{store, record(), k_fast};
    ASSERT_TRUE(usable(source));
    spin_for(20ms);
    const unsigned before = store.loads;
    keep("bob");
    store.tell_changed();
    store.tell_changed();
    store.tell_changed();
    EXPECT_TRUE(knows(source, "bob"));
    spin_for(20ms);
    EXPECT_EQ(store.loads, before + 1);
    store.kept.users.clear();
    store.tell_changed();
    EXPECT_TRUE(says(source, "set-password"));
    EXPECT_TRUE(source.snapshot()->users.empty());
}

TEST_F(CredentialSourceTest, TheVncPasswordIsASecretOfItsOwn)
{
    keep("alice");
    CredentialSource source{store, record(), k_fast};
    EXPECT_FALSE(source.snapshot()->vnc_unavailable.empty());
    ASSERT_TRUE(usable(source));
    EXPECT_FALSE(source.snapshot()->vnc_password);
    EXPECT_NE(source.snapshot()->vnc_unavailable.find("--vnc"), std::string::npos);

    store.kept.vnc_password = std::make_shared<const SecretString>("rosebud");
    store.tell_changed();
    ASSERT_TRUE(spin_until([&] { return source.snapshot()->vnc_password != nullptr; }));
    EXPECT_EQ(source.snapshot()->vnc_unavailable, "");

    store.kept.vnc_password = std::make_shared<const SecretString>("other");
    store.tell_changed();
    ASSERT_TRUE(spin_until([&] { return source.snapshot()->vnc_password->view() == "other"; }));

    store.locked = true;
    store.tell_changed();
    ASSERT_TRUE(spin_until([&] { return source.snapshot()->vnc_password == nullptr; }));
    EXPECT_NE(source.snapshot()->vnc_unavailable.find("locked"), std::string::npos);

    store.locked = false;
    store.kept.users.clear();
    store.tell_changed();
    ASSERT_TRUE(spin_until([&] { return source.snapshot()->vnc_password != nullptr; }));
    EXPECT_NE(source.snapshot()->unavailable.find("No user"), std::string::npos);
}

TEST_F(CredentialSourceTest, NothingNewIsNotTold)
{
    keep("alice");
    const CredentialSource source{store, record(), k_fast};
    ASSERT_TRUE(usable(source));
    spin_for(30ms);
    const auto count = told.size();
    const auto loads = store.loads;
    store.tell_changed();
    EXPECT_TRUE(spin_until([&] { return store.loads > loads; }));
    spin_for(10ms);
    EXPECT_EQ(told.size(), count);
}

TEST_F(CredentialSourceTest, LockedIsSaidAndEndsWhenUnlocked)
{
    keep("alice");
    store.locked = true;
    CredentialSource source{store, record(), k_fast};
    EXPECT_TRUE(says(source, "locked"));
    EXPECT_TRUE(source.snapshot()->users.empty());
    spin_for(20ms);
    EXPECT_EQ(store.unlock_prompts, 0U); // nobody shares: nobody is asked
    store.locked = false;
    store.tell_changed();
    EXPECT_TRUE(usable(source));
    EXPECT_TRUE(source.snapshot()->users.contains("alice"));
}

TEST_F(CredentialSourceTest, ThePersonIsAskedToUnlockOnceOnly)
{
    keep("alice");
    store.locked = true;
    store.person_unlocks = false;
    CredentialSource source{store, record(), k_fast};
    source.set_wanted(true);
    EXPECT_TRUE(spin_until([&] { return store.unlock_prompts == 1; }));
    for (int i = 0; i < 3; ++i) {
        store.tell_changed();
        spin_for(20ms);
    }
    source.set_wanted(false);
    source.set_wanted(true);
    spin_for(20ms);
    EXPECT_EQ(store.unlock_prompts, 1U);
    EXPECT_FALSE(source.snapshot()->unavailable.empty());
}

TEST_F(CredentialSourceTest, UnlockingByPromptLoads)
{
    keep("alice");
    store.locked = true;
    CredentialSource source{store, record(), k_fast};
    EXPECT_TRUE(says(source, "locked"));
    source.set_wanted(true);
    EXPECT_TRUE(usable(source));
    EXPECT_EQ(store.unlock_prompts, 1U);
    EXPECT_TRUE(source.snapshot()->users.contains("alice"));
}

TEST_F(CredentialSourceTest, ASilentStoreIsGivenUpAndTriedAgain)
{
    keep("alice");
    store.silent = true;
    const CredentialSource source{store, record(), k_fast};
    EXPECT_TRUE(says(source, "not answer"));
    store.silent = false;
    EXPECT_TRUE(usable(source));
}

TEST_F(CredentialSourceTest, ABrokenStoreIsSaidAndTriedAgain)
{
    keep("alice");
    const CredentialSource source{store, record(), k_fast};
    ASSERT_TRUE(usable(source));
    store.broken = "There is no keyring.";
    store.tell_changed();
    EXPECT_TRUE(says(source, "There is no keyring."));
    EXPECT_TRUE(source.snapshot()->users.empty());
    store.broken.clear();
    EXPECT_TRUE(usable(source));
    EXPECT_TRUE(source.snapshot()->users.contains("alice"));
}

TEST_F(CredentialSourceTest, TheDecoyKeyIsKeptOnceAndSurvives)
{
    keep("alice");
    Bytes key;
    {
        const CredentialSource source{store, record(), k_fast};
        EXPECT_TRUE(spin_until([&] { return store.keys_saved != 0; }));
        spin_for(30ms);
        key = source.snapshot()->decoy_key;
    }
    EXPECT_EQ(store.keys_saved, 1U);
    const CredentialSource again{store, record(), k_fast};
    ASSERT_TRUE(usable(again));
    spin_for(20ms);
    EXPECT_EQ(store.keys_saved, 1U);
    EXPECT_EQ(again.snapshot()->decoy_key, key);
}

TEST_F(CredentialSourceTest, NoKeyIsKeptForNobody)
{
    const CredentialSource source{store, record(), k_fast};
    spin_for(40ms);
    EXPECT_EQ(store.keys_saved, 0U);
}

TEST_F(CredentialSourceTest, TheStoreIsLeftAloneAfterTheEnd)
{
    {
        const CredentialSource source{store, record(), k_fast};
        EXPECT_TRUE(store.is_watched());
        store.silent = true;
        spin_for(20ms);
    }
    EXPECT_FALSE(store.is_watched());
    spin_for(20ms);
}

} // namespace
} // namespace gds
