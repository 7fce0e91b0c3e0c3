// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/group_lookup.h"

#include "base/gio_call.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timeout.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <gio/gio.h>
#include <grp.h>
#include <pwd.h>

namespace gds {

namespace {

// More than there are clients: only what hangs for long uses them up.
constexpr unsigned k_most_under_way = 256;
constexpr std::size_t k_most_record = std::size_t{1024} * 1024;
constexpr int k_most_groups = 65536; // NGROUPS_MAX of Linux

// getpwnam_r() and its kin: with a buffer that grows until the record fits. False: an error.
template <typename Record, typename Call>
bool read_record(Record& record, std::vector<char>& buffer, bool& found, Call call)
{
    Record* result = nullptr;
    buffer.resize(4096);
    while (true) {
        const int code = call(&record, buffer.data(), buffer.size(), &result);
        if (code == ERANGE && buffer.size() < k_most_record) {
            buffer.resize(buffer.size() * 2);
        } else if (code != EINTR) {
            found = result != nullptr;
            // Modules differ in how they say that there is none.
            return found || code == 0 || code == ENOENT || code == ESRCH;
        }
    }
}

std::vector<gid_t> group_numbers(const char* account, gid_t first)
{
    std::vector<gid_t> numbers(64);
    int count = static_cast<int>(numbers.size());
    while (::getgrouplist(account, first, numbers.data(), &count) < 0 && count <= k_most_groups) {
        count = std::max(count, static_cast<int>(numbers.size()) * 2);
        numbers.resize(static_cast<std::size_t>(count));
    }
    numbers.resize(std::min(numbers.size(), static_cast<std::size_t>(count)));
    return numbers;
}

struct Question {
    GroupLookup::Reader reader;
    std::string account;
    std::shared_ptr<std::atomic<unsigned>> under_way;
};

void delete_question(gpointer question) { delete static_cast<Question*>(question); }
void delete_answer(gpointer answer) { delete static_cast<AccountGroups*>(answer); }

// On a thread of GLib's.
void answer(GTask* task, gpointer, gpointer data, GCancellable*)
{
    const auto& question = *static_cast<const Question*>(data);
    auto groups = std::make_unique<AccountGroups>();
    try {
        *groups = question.reader(question.account);
    } catch (const std::exception& error) {
        log_warning(std::string{"the groups of an account cannot be read: "} + error.what());
    }
    question.under_way->fetch_sub(1);
    g_task_return_pointer(task, groups.release(), delete_answer);
}

Task<AccountGroups> ask(Question question)
{
    auto start = [&question](GCancellable* cancellable, GAsyncReadyCallback ready, gpointer data) {
        const GObjectPtr<GTask> task{g_task_new(nullptr, cancellable, ready, data)};
        g_task_set_task_data(task.get(), new Question{question}, delete_question);
        g_task_set_return_on_cancel(task.get(), TRUE);
        g_task_run_in_thread(task.get(), answer);
    };
    const auto result = co_await gio_call(start);
    const std::unique_ptr<AccountGroups> groups{
        static_cast<AccountGroups*>(g_task_propagate_pointer(G_TASK(result.get()), nullptr))};
    co_return groups ? std::move(*groups) : AccountGroups{};
}

} // namespace

AccountGroups read_groups(const std::string& account)
{
    std::vector<char> buffer;
    passwd user = {};
    bool found = false;
    const char* const name = account.c_str();
    const auto read_user = [name](passwd* into, char* data, std::size_t size, passwd** result) {
        return ::getpwnam_r(name, into, data, size, result);
    };
    if (!read_record(user, buffer, found, read_user)) {
        return std::nullopt;
    }
    std::vector<std::string> names;
    if (!found) {
        return names;
    }
    for (const gid_t number : group_numbers(user.pw_name, user.pw_gid)) {
        std::vector<char> group_buffer;
        group entry = {};
        const auto read_group = [number](group* into, char* data, std::size_t size,
                                         group** result) {
            return ::getgrgid_r(number, into, data, size, result);
        };
        if (!read_record(entry, group_buffer, found, read_group)) {
            return std::nullopt;
        }
        if (found) { // one without a name is in no rule
            names.emplace_back(entry.gr_name);
        }
    }
    return names;
}

GroupLookup::GroupLookup(Reader reader, std::chrono::milliseconds deadline)
    : reader_(std::move(reader)), deadline_(deadline),
      under_way_(std::make_shared<std::atomic<unsigned>>(0))
{}

Task<AccountGroups> GroupLookup::groups_of(std::string account)
{
    if (under_way_->load() >= k_most_under_way) {
        log_warning("the name service does not answer: the groups of " + printable(account) +
                    " are not known");
        co_return std::nullopt;
    }
    under_way_->fetch_add(1);
    auto asking = ask(Question{reader_, std::move(account), under_way_});
    try {
        co_return co_await with_timeout(std::move(asking), deadline_);
    } catch (const TimedOut&) {
        log_warning("the name service does not answer in time");
    }
    co_return std::nullopt;
}

} // namespace gds
