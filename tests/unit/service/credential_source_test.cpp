// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/credential_source.h"

#include "fakes/fake_secret_store.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

constexpr CredentialSource::Timing k_fast{60ms, 5ms, 20ms, 40ms};

class CredentialSourceTest : public testing::Test {
protected:
    void run_for(std::chrono::milliseconds time)
    {
        bool over = false;
        const Source end = call_after(time, [&] { over = true; });
        while (!over) {
            g_main_context_iteration(nullptr, TRUE);
        }
    }
    void keep(const std::string& user)
    {
        store.kept.users[user] = {make_scram_verifier(ScramHash::sha256, "secret")};
    }
    CredentialSource::OnSnapshot record()
    {
        return [this](CredentialsPtr snapshot) { told.push_back(std::move(snapshot)); };
    }

    FakeSecretStore store;
    std::vector<CredentialsPtr> told;
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
    run_for(20ms);
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(source.snapshot(), told.back());
    EXPECT_TRUE(source.snapshot()->unavailable.empty());
    EXPECT_TRUE(source.snapshot()->users.contains("alice"));
}

TEST_F(CredentialSourceTest, AChangeIsTakenOverAtOnceAndManyAsOne)
{
    keep("alice");
    const CredentialSource source{store, record(), k_fast};
    run_for(40ms);
    const unsigned before = store.loads;
    keep("bob");
    store.tell_changed();
    store.tell_changed();
    store.tell_changed();
    run_for(30ms);
    EXPECT_EQ(store.loads, before + 1);
    EXPECT_TRUE(source.snapshot()->users.contains("bob"));
    store.kept.users.clear();
    store.tell_changed();
    run_for(30ms);
    EXPECT_TRUE(source.snapshot()->users.empty());
    EXPECT_NE(source.snapshot()->unavailable.find("set-password"), std::string::npos);
}

TEST_F(CredentialSourceTest, NothingNewIsNotTold)
{
    keep("alice");
    const CredentialSource source{store, record(), k_fast};
    run_for(40ms);
    const auto count = told.size();
    store.tell_changed();
    run_for(30ms);
    EXPECT_EQ(told.size(), count);
}

TEST_F(CredentialSourceTest, LockedIsSaidAndEndsWhenUnlocked)
{
    keep("alice");
    store.locked = true;
    CredentialSource source{store, record(), k_fast};
    run_for(20ms);
    EXPECT_NE(source.snapshot()->unavailable.find("locked"), std::string::npos);
    EXPECT_TRUE(source.snapshot()->users.empty());
    EXPECT_EQ(store.unlock_prompts, 0U); // nobody shares: nobody is asked
    store.locked = false;
    store.tell_changed();
    run_for(30ms);
    EXPECT_TRUE(source.snapshot()->unavailable.empty());
    EXPECT_TRUE(source.snapshot()->users.contains("alice"));
}

TEST_F(CredentialSourceTest, ThePersonIsAskedToUnlockOnceOnly)
{
    keep("alice");
    store.locked = true;
    store.person_unlocks = false;
    CredentialSource source{store, record(), k_fast};
    source.set_wanted(true);
    run_for(40ms);
    EXPECT_EQ(store.unlock_prompts, 1U);
    for (int i = 0; i < 3; ++i) {
        store.tell_changed();
        run_for(20ms);
    }
    source.set_wanted(false);
    source.set_wanted(true);
    run_for(20ms);
    EXPECT_EQ(store.unlock_prompts, 1U);
    EXPECT_FALSE(source.snapshot()->unavailable.empty());
}

TEST_F(CredentialSourceTest, UnlockingByPromptLoads)
{
    keep("alice");
    store.locked = true;
    CredentialSource source{store, record(), k_fast};
    run_for(20ms);
    source.set_wanted(true);
    run_for(30ms);
    EXPECT_EQ(store.unlock_prompts, 1U);
    EXPECT_TRUE(source.snapshot()->users.contains("alice"));
}

TEST_F(CredentialSourceTest, ASilentStoreIsGivenUpAndTriedAgain)
{
    keep("alice");
    store.silent = true;
    const CredentialSource source{store, record(), k_fast};
    run_for(90ms);
    EXPECT_NE(source.snapshot()->unavailable.find("not answer"), std::string::npos);
    store.silent = false;
    run_for(60ms);
    EXPECT_TRUE(source.snapshot()->unavailable.empty());
}

TEST_F(CredentialSourceTest, ABrokenStoreIsSaidAndTriedAgain)
{
    keep("alice");
    const CredentialSource source{store, record(), k_fast};
    run_for(30ms);
    store.broken = "There is no keyring.";
    store.tell_changed();
    run_for(30ms);
    EXPECT_EQ(source.snapshot()->unavailable, "There is no keyring.");
    EXPECT_TRUE(source.snapshot()->users.empty());
    store.broken.clear();
    run_for(60ms);
    EXPECT_TRUE(source.snapshot()->unavailable.empty());
    EXPECT_TRUE(source.snapshot()->users.contains("alice"));
}

TEST_F(CredentialSourceTest, TheDecoyKeyIsKeptOnceAndSurvives)
{
    keep("alice");
    Bytes key;
    {
        const CredentialSource source{store, record(), k_fast};
        run_for(50ms);
        key = source.snapshot()->decoy_key;
    }
    EXPECT_EQ(store.keys_saved, 1U);
    const CredentialSource again{store, record(), k_fast};
    run_for(50ms);
    EXPECT_EQ(store.keys_saved, 1U);
    EXPECT_EQ(again.snapshot()->decoy_key, key);
}

TEST_F(CredentialSourceTest, NoKeyIsKeptForNobody)
{
    const CredentialSource source{store, record(), k_fast};
    run_for(40ms);
    EXPECT_EQ(store.keys_saved, 0U);
}

TEST_F(CredentialSourceTest, TheStoreIsLeftAloneAfterTheEnd)
{
    {
        const CredentialSource source{store, record(), k_fast};
        EXPECT_TRUE(store.is_watched());
        store.silent = true;
        run_for(20ms);
    }
    EXPECT_FALSE(store.is_watched());
    run_for(20ms);
}

} // namespace
} // namespace gds
