// SPDX-License-Identifier: GPL-2.0-or-later
// GLib's GError as an exception: pass an ErrorSlot where a GError** is wanted, then check().
#pragma once

#include <stdexcept>
#include <string>

#include <glib.h>

namespace gds {

struct GlibError : std::runtime_error {
    explicit GlibError(const GError& error)
        : std::runtime_error(error.message), domain(error.domain), code(error.code)
    {}
    bool matches(GQuark of_domain, int of_code) const
    {
        return domain == of_domain && code == of_code;
    }
    GQuark domain;
    int code;
};

class ErrorSlot {
public:
    ErrorSlot() = default;
    ErrorSlot(const ErrorSlot&) = delete;
    ErrorSlot& operator=(const ErrorSlot&) = delete;
    ~ErrorSlot() { g_clear_error(&error_); }

    GError** out() noexcept { return &error_; }
    // Throws GlibError if the call failed.
    void check() const
    {
        if (error_ != nullptr) {
            throw GlibError{*error_};
        }
    }

private:
    GError* error_ = nullptr;
};

} // namespace gds
