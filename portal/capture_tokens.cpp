// SPDX-License-Identifier: GPL-2.0-or-later
// The permission of one session for the next, kept by somebody who may be slow or not there.
#include "portal/portal_capture.h"

#include "base/log.h"
#include "base/timeout.h"

namespace gds {
namespace {

constexpr std::chrono::milliseconds k_token_limit{10'000};

} // namespace

Task<std::optional<std::string>> PortalCapture::load_token(MonitorChoice monitors)
{
    std::optional<std::string> token;
    if (const auto kept = unused_tokens_.extract(monitors)) {
        token = kept.mapped();
        co_return token;
    }
    try {
        auto load = tokens_.load(monitors);
        token = co_await with_timeout(std::move(load), k_token_limit);
    } catch (const std::exception& error) {
        log_warning(std::string{"the permission to share could not be read: "} + error.what());
    }
    co_return token;
}

Task<> PortalCapture::save_token(MonitorChoice monitors, std::string token)
{
    try {
        auto save = tokens_.save(monitors, std::move(token));
        co_await with_timeout(std::move(save), k_token_limit);
    } catch (const std::exception& error) {
        log_warning(std::string{"the permission to share could not be kept: "} + error.what());
    }
}

Task<> PortalCapture::forget_token(MonitorChoice monitors)
{
    try {
        auto forget = tokens_.forget(monitors);
        co_await with_timeout(std::move(forget), k_token_limit);
    } catch (const std::exception& error) {
        log_warning(std::string{"the permission to share could not be forgotten: "} + error.what());
    }
}

} // namespace gds
