// SPDX-License-Identifier: GPL-2.0-or-later
// What is released holds no verifier any more: the program's own `delete` looks.
#include "base/secret_string.h"
#include "rfb/scram_verifier.h"

#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <malloc.h>
#include <string.h>

namespace {

// Set while nothing may be released that holds it; its own storage is never released.
const char* watched = nullptr;
std::size_t watched_size = 0;
int found = 0;

[[gnu::noinline]] void look_at(void* storage)
{
    if (watched != nullptr && storage != nullptr &&
        ::memmem(storage, ::malloc_usable_size(storage), watched, watched_size) != nullptr) {
        ++found;
    }
}

} // namespace

void* operator new(std::size_t size)
{
    void* const storage = std::malloc(size == 0 ? 1 : size);
    if (storage == nullptr) {
        throw std::bad_alloc{};
    }
    return storage;
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept
{
    return operator new(size, tag);
}
void operator delete(void* storage) noexcept
{
    look_at(storage);
    std::free(storage);
}
void operator delete[](void* storage) noexcept { operator delete(storage); }
void operator delete(void* storage, std::size_t) noexcept { operator delete(storage); }
void operator delete[](void* storage, std::size_t) noexcept { operator delete(storage); }

namespace gds {
namespace {

class Wiping : public testing::Test {
protected:
    Wiping() : verifier(make_scram_verifier(ScramHash::sha512, "wonderland")) {}
    ~Wiping() override { watched = nullptr; }

    // How often it was found in what `act` released. Only a part, so that what is in front of it
    // may be overwritten by the allocator.
    template <typename Act>
    static int left_behind(ByteView secret, Act act)
    {
        const auto part = as_text(secret.subspan(20, 20));
        found = 0;
        watched_size = part.size();
        watched = part.data();
        act();
        watched = nullptr;
        return found;
    }

    ScramVerifier verifier;
};

TEST_F(Wiping, IsSeenWhereItIsMissing)
{
    EXPECT_EQ(left_behind(verifier.stored_key, [this] { Bytes copy{verifier.stored_key}; }), 1);
}

TEST_F(Wiping, ComparingAPasswordLeavesNoKeys)
{
    const auto compare = [this] { EXPECT_TRUE(check_password(verifier, "wonderland")); };
    EXPECT_EQ(left_behind(verifier.stored_key, compare), 0);
    EXPECT_EQ(left_behind(verifier.server_key, compare), 0);
}

TEST_F(Wiping, WritingAVerifierLeavesNoText)
{
    const SecretString text = to_text(verifier);
    const ByteView server_key = text.bytes().subspan(text.size() - 88);
    const ByteView stored_key = text.bytes().subspan(text.size() - 88 - 1 - 88, 88);
    const auto write = [this] { EXPECT_GT(to_text(verifier).size(), 180U); };
    EXPECT_EQ(left_behind(stored_key, write), 0);
    EXPECT_EQ(left_behind(server_key, write), 0);
}

TEST_F(Wiping, ReadingAVerifierLeavesNothingOfTheText)
{
    const SecretString text = to_text(verifier);
    std::vector<std::optional<ScramVerifier>> read;
    read.reserve(2);
    const auto parse = [&] { read.push_back(parse_scram_verifier(text.view())); };
    EXPECT_EQ(left_behind(text.bytes().subspan(text.size() - 88), parse), 0);
    EXPECT_EQ(left_behind(verifier.server_key, parse), 0);
    EXPECT_EQ(read.at(1), verifier);
}

} // namespace
} // namespace gds
