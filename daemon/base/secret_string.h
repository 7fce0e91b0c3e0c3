// SPDX-License-Identifier: GPL-2.0-or-later
// Octets that are wiped when released: passwords, keys. Of fixed size, so that no copy stays behind
// in storage that was outgrown. The length is explicit; a NUL inside is an octet like any other.
#pragma once

#include "base/bytes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <string.h>

namespace gds {

// Wipes what an ordinary container holds and empties it.
template <typename Container>
void wipe(Container& octets) noexcept
{
    if (octets.data() != nullptr) {
        ::explicit_bzero(octets.data(), octets.size() * sizeof(*octets.data()));
    }
    octets.clear();
}

class SecretString {
public:
    SecretString() noexcept = default;
    // `size` zero octets, to be filled through octets().
    explicit SecretString(std::size_t size) : data_(std::make_unique<char[]>(size + 1)), size_(size)
    {}
    explicit SecretString(std::string_view text) : SecretString(text.size())
    {
        std::copy(text.begin(), text.end(), data_.get());
    }
    explicit SecretString(ByteView bytes) : SecretString(as_text(bytes)) {}
    SecretString(SecretString&& other) noexcept
        : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0))
    {}
    SecretString& operator=(SecretString&& other) noexcept
    {
        if (this != &other) {
            reset();
            data_ = std::move(other.data_);
            size_ = std::exchange(other.size_, 0);
        }
        return *this;
    }
    ~SecretString() { reset(); }

    // Copies are asked for by name.
    SecretString copy() const { return SecretString{view()}; }

    void reset() noexcept
    {
        if (data_ != nullptr) {
            ::explicit_bzero(data_.get(), size_);
        }
        data_.reset();
        size_ = 0;
    }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    std::string_view view() const noexcept { return {c_str(), size_}; }
    ByteView bytes() const noexcept { return as_bytes(view()); }
    std::span<std::uint8_t> octets() noexcept
    {
        return {reinterpret_cast<std::uint8_t*>(data_.get()), size_};
    }
    // Followed by a NUL.
    const char* c_str() const noexcept { return data_ != nullptr ? data_.get() : ""; }

    // In a time that depends on the lengths only.
    bool equals(ByteView other) const noexcept
    {
        const ByteView mine = bytes();
        if (mine.size() != other.size()) {
            return false;
        }
        volatile std::uint8_t difference = 0;
        for (std::size_t i = 0; i < mine.size(); ++i) {
            difference = static_cast<std::uint8_t>(difference | (mine[i] ^ other[i]));
        }
        return difference == 0;
    }

private:
    std::unique_ptr<char[]> data_;
    std::size_t size_ = 0;
};

// One behind the other, in storage that is wiped.
inline SecretString joined(std::initializer_list<std::string_view> parts)
{
    std::size_t size = 0;
    for (const auto part : parts) {
        size += part.size();
    }
    SecretString whole{size};
    auto into = whole.octets().begin();
    for (const auto part : parts) {
        into = std::copy(part.begin(), part.end(), into);
    }
    return whole;
}

// Null is a value of its own.
inline bool same_secret(const std::shared_ptr<const SecretString>& one,
                        const std::shared_ptr<const SecretString>& other)
{
    return one == other || (one && other && one->equals(other->bytes()));
}

} // namespace gds
