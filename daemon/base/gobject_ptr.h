// SPDX-License-Identifier: GPL-2.0-or-later
// Owns one reference to a GObject.
#pragma once

#include <utility>

#include <glib-object.h>

namespace gds {

template <typename T>
class GObjectPtr {
public:
    GObjectPtr() noexcept = default;
    // Takes over a reference ("transfer full").
    explicit GObjectPtr(T* adopted) noexcept : object_(adopted) {}
    // Adds a reference ("transfer none").
    static GObjectPtr ref(T* borrowed)
    {
        if (borrowed != nullptr) {
            g_object_ref(borrowed);
        }
        return GObjectPtr{borrowed};
    }

    GObjectPtr(const GObjectPtr& other) : object_(ref(other.object_).release()) {}
    GObjectPtr(GObjectPtr&& other) noexcept : object_(other.release()) {}
    GObjectPtr& operator=(GObjectPtr other) noexcept
    {
        std::swap(object_, other.object_);
        return *this;
    }
    ~GObjectPtr()
    {
        if (object_ != nullptr) {
            g_object_unref(object_);
        }
    }

    T* get() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }
    [[nodiscard]] T* release() noexcept { return std::exchange(object_, nullptr); }
    void reset() noexcept { *this = GObjectPtr{}; }

private:
    T* object_ = nullptr;
};

} // namespace gds
