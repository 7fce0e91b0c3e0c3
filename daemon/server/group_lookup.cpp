// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/group_lookup.h"

#include "base/log.h"
#include "base/text.h"
#include "base/timeout.h"
#include "server/wildcard.h"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <optional>
#include <utility>

#include <grp.h>
#include <pwd.h>

namespace gds {

namespace {

constexpr std::size_t k_least_record = 4096;
constexpr std::size_t k_most_record = std::size_t{1024} * 1024;
constexpr int k_most_groups = 65536; // NGROUPS_MAX of Linux

enum class Found { yes, no, error };

// getpwnam_r() and its kin: with a buffer that grows until the record fits.
template <typename Record, typename Call>
Found read_record(Record& record, std::vector<char>& buffer, Call call)
{
    Record* result = nullptr;
    buffer.resize(std::max(buffer.size(), k_least_record));
    while (true) {
        const int code = call(&record, buffer.data(), buffer.size(), &result);
        if (code == ERANGE && buffer.size() < k_most_record) {
            buffer.resize(buffer.size() * 2);
        } else if (code != EINTR) {
            // Modules differ in how they say that there is none.
            const bool none = code == 0 || code == ENOENT || code == ESRCH;
            return result != nullptr ? Found::yes : none ? Found::no : Found::error;
        }
    }
}

Found read_group(const std::string& name, group& entry, std::vector<char>& buffer)
{
    const auto call = [&name](group* into, char* data, std::size_t size, group** result) {
        return ::getgrnam_r(name.c_str(), into, data, size, result);
    };
    return read_record(entry, buffer, call);
}

Found read_group(gid_t number, group& entry, std::vector<char>& buffer)
{
    const auto call = [number](group* into, char* data, std::size_t size, group** result) {
        return ::getgrgid_r(number, into, data, size, result);
    };
    return read_record(entry, buffer, call);
}

// Nothing: there are more than there can be.
std::optional<std::vector<gid_t>> group_numbers(const char* account, gid_t first)
{
    std::vector<gid_t> numbers(64);
    int count = static_cast<int>(numbers.size());
    while (::getgrouplist(account, first, numbers.data(), &count) < 0) {
        if (count > k_most_groups) {
            return std::nullopt;
        }
        count = std::max(count, static_cast<int>(numbers.size()) * 2);
        numbers.resize(static_cast<std::size_t>(count));
    }
    numbers.resize(static_cast<std::size_t>(count));
    return numbers;
}

// What is known of the account itself.
struct Account {
    std::string name;
    std::vector<gid_t> numbers;

    bool is_in(const group& entry) const
    {
        if (std::ranges::count(numbers, entry.gr_gid) > 0) {
            return true;
        }
        for (char** member = entry.gr_mem; member != nullptr && *member != nullptr; ++member) {
            if (name == *member) {
                return true;
            }
        }
        return false;
    }
};

// Nothing: it cannot be found out. One that there is not has no numbers.
std::optional<Account> read_account(const std::string& name)
{
    std::vector<char> buffer;
    passwd user = {};
    const auto call = [&name](passwd* into, char* data, std::size_t size, passwd** result) {
        return ::getpwnam_r(name.c_str(), into, data, size, result);
    };
    switch (read_record(user, buffer, call)) {
    case Found::yes:
        break;
    case Found::no:
        return Account{name, {}};
    case Found::error:
        return std::nullopt;
    }
    auto numbers = group_numbers(user.pw_name, user.pw_gid);
    return numbers ? std::optional{Account{name, std::move(*numbers)}} : std::nullopt;
}

bool has_wildcard(const std::string& pattern)
{
    return pattern.find(k_any_run) != std::string::npos ||
           pattern.find(k_any_one) != std::string::npos;
}

void look_at_one(const std::string& name, const Account& account, AccountGroups& known)
{
    group entry = {};
    std::vector<char> buffer;
    if (read_group(name, entry, buffer) == Found::yes) {
        (account.is_in(entry) ? known.in : known.not_in).push_back(name);
    }
}

// All that the name service lists; directories often list none.
void look_at_all(const std::vector<std::string>& patterns, const Account& account,
                 AccountGroups& known)
{
    // There is one place in the list for the whole process.
    static std::mutex one_at_a_time;
    const std::scoped_lock lock{one_at_a_time};
    ::setgrent();
    group entry = {};
    std::vector<char> buffer;
    const auto next = [](group* into, char* data, std::size_t size, group** result) {
        return ::getgrent_r(into, data, size, result);
    };
    while (read_record(entry, buffer, next) == Found::yes) {
        const std::string name = entry.gr_name;
        const auto matches = [&name](const std::string& pattern) {
            return wildcard_matches(pattern, name);
        };
        if (std::ranges::any_of(patterns, matches)) {
            (account.is_in(entry) ? known.in : known.not_in).push_back(name);
        }
    }
    ::endgrent();
}

void look_at_wildcards(const std::vector<std::string>& patterns, const Account& account,
                       AccountGroups& known)
{
    for (const gid_t number : account.numbers) {
        group entry = {};
        std::vector<char> buffer;
        if (read_group(number, entry, buffer) != Found::yes) {
            return; // its name may be one of those meant, so he is outside nothing
        }
        known.in.emplace_back(entry.gr_name);
    }
    look_at_all(patterns, account, known);
}

} // namespace

AccountGroups read_groups(const GroupQuestion& question)
{
    AccountGroups known;
    const auto account = read_account(question.account);
    if (!account) {
        return known;
    }
    std::vector<std::string> wildcards;
    for (const auto& name : question.groups) {
        if (has_wildcard(name)) {
            wildcards.push_back(name);
        } else {
            look_at_one(name, *account, known);
        }
    }
    if (!wildcards.empty()) {
        look_at_wildcards(wildcards, *account, known);
    }
    return known;
}

GroupLookup::GroupLookup(Reader reader) : GroupLookup(std::move(reader), Times{}) {}

GroupLookup::GroupLookup(Reader reader, Times times) : reader_(std::move(reader)), times_(times) {}

Task<AccountGroups> GroupLookup::ask(WorkerPool& workers, GroupQuestion question)
{
    const std::string whose = printable(question.account);
    auto job = [reader = reader_, question = std::move(question)] { return reader(question); };
    auto asking = workers.run_apart(WaitsFor::name_service, std::move(job));
    std::string trouble;
    try {
        co_return co_await with_timeout(std::move(asking), times_.deadline);
    } catch (const TimedOut&) {
        trouble = "the name service does not answer in time";
    } catch (const std::exception& error) {
        trouble = error.what();
    }
    log_warning("the groups of " + whose + " cannot be found out: " + trouble);
    co_return AccountGroups{};
}

} // namespace gds
