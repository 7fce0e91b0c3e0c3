// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/mutter_clipboard.h"

#include "base/bus_call.h"
#include "portal/mutter_bus.h"

#include <chrono>

namespace gds {

namespace {

constexpr std::chrono::milliseconds k_limit{5'000};

} // namespace

MutterClipboard::~MutterClipboard()
{
    closed_.reset();
    clipboard_.detach();
    if (session_) {
        send_last_word(*session_, k_mutter_remote_desktop_session, "Stop");
    }
}

Task<bool> MutterClipboard::open()
{
    const std::string name = k_mutter_remote_desktop;
    const bool there = co_await is_on_bus(connection_, name);
    if (!there) {
        co_return false;
    }
    session_ = co_await create_mutter_session(connection_, k_mutter_remote_desktop,
                                              k_mutter_remote_desktop_path, std::nullopt);
    const std::string path = session_->getObjectPath();
    clipboard_.attach(mutter_selection(path));
    closed_ = sdbus_add_match(
        connection_,
        mutter_signal(k_mutter_remote_desktop, k_mutter_remote_desktop_session, "Closed", path),
        [this](auto&&) { clipboard_.detach(); });

    auto start = sdbus_method_call(*session_, k_mutter_remote_desktop_session, "Start");
    co_await call_bus(*session_, std::move(start), k_limit);
    auto enable = sdbus_method_call(*session_, k_mutter_remote_desktop_session, "EnableClipboard");
    enable << VariantMap{};
    co_await call_bus(*session_, std::move(enable), k_limit);
    clipboard_.enable();
    co_return true;
}

} // namespace gds
