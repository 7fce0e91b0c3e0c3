// SPDX-License-Identifier: GPL-2.0-or-later
// What the tests of the CredentialSource stand on: a store in memory, short times, and what was
// told.
#pragma once

#include "service/credential_source.h"

#include "fakes/fake_secret_store.h"
#include "fakes/main_loop.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gds::test {

class CredentialTest : public testing::Test {
protected:
    static constexpr CredentialSource::Timing k_fast{
        std::chrono::milliseconds{60}, std::chrono::milliseconds{5}, std::chrono::milliseconds{20},
        std::chrono::milliseconds{40}};

    bool usable(const CredentialSource& source)
    {
        return spin_until([&] { return source.snapshot()->unavailable.empty(); });
    }
    bool says(const CredentialSource& source, const char* words)
    {
        return spin_until(
            [&] { return source.snapshot()->unavailable.find(words) != std::string::npos; });
    }
    bool knows(const CredentialSource& source, const char* user)
    {
        return spin_until([&] { return source.snapshot()->users.contains(user); });
    }
    CredentialSource::OnSnapshot record()
    {
        return [this](CredentialsPtr snapshot) { told.push_back(std::move(snapshot)); };
    }

    FakeSecretStore store;
    std::vector<CredentialsPtr> told;
};

} // namespace gds::test
