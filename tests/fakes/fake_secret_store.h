// SPDX-License-Identifier: GPL-2.0-or-later
// A SecretStore in memory that can be locked, can fail, and can keep silent.
#pragma once

#include "base/source.h"
#include "service/secret_store.h"

namespace gds {

class FakeSecretStore final : public SecretStore {
public:
    StoredSecrets kept;
    bool locked = false;
    bool silent = false; // load() never answers
    std::string broken; // load() throws this sentence
    bool person_unlocks = true;
    unsigned loads = 0;
    unsigned unlock_prompts = 0;
    unsigned keys_saved = 0;

    void tell_changed()
    {
        if (on_change_) {
            on_change_();
        }
    }
    bool is_watched() const { return static_cast<bool>(on_change_); }

    Task<StoredSecrets> load() override
    {
        ++loads;
        if (silent) {
            constexpr std::chrono::hours k_for_ever{1};
            co_await sleep_for(k_for_ever);
        }
        if (!broken.empty()) {
            throw SecretStoreError{broken};
        }
        StoredSecrets answer;
        answer.locked = locked;
        if (!locked) {
            answer = kept;
        }
        co_return answer;
    }
    Task<bool> unlock() override
    {
        ++unlock_prompts;
        locked = locked && !person_unlocks;
        co_return !locked;
    }
    Task<> save_user(std::string user, std::vector<ScramVerifier> verifiers) override
    {
        kept.users[user] = std::move(verifiers);
        tell_changed();
        co_return;
    }
    Task<bool> remove_user(std::string user) override
    {
        const bool was = kept.users.erase(user) != 0;
        tell_changed();
        co_return was;
    }
    Task<std::vector<std::string>> users() override
    {
        std::vector<std::string> names;
        for (const auto& [name, verifiers] : kept.users) {
            names.push_back(name);
        }
        co_return names;
    }
    Task<> save_vnc_password(SecretString password) override
    {
        kept.vnc_password = std::make_shared<const SecretString>(std::move(password));
        tell_changed();
        co_return;
    }
    Task<bool> remove_vnc_password() override
    {
        const bool was = kept.vnc_password != nullptr;
        kept.vnc_password = nullptr;
        tell_changed();
        co_return was;
    }
    Task<> save_decoy_key(Bytes key) override
    {
        ++keys_saved;
        kept.decoy_key = std::move(key);
        tell_changed();
        co_return;
    }
    void set_on_change(std::function<void()> on_change) override
    {
        on_change_ = std::move(on_change);
    }

private:
    std::function<void()> on_change_;
};

} // namespace gds
