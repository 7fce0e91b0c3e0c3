// SPDX-License-Identifier: GPL-2.0-or-later
// Many sessions on one set of shared pictures, that come and go while it encodes for them.
#include "guest.h"

#include <array>

namespace gds::test {
namespace {

constexpr Size k_picture{160, 120};
constexpr Rect k_whole_picture{0, 0, 160, 120};

TEST(Crowd, AThousandComeAndGoWhileItIsEncodedForThem)
{
    WorkerPool workers{2, 0};
    SharedPictures pictures{workers, std::chrono::milliseconds{5}};
    std::array<FakeSessionHost, 8> hosts{FakeSessionHost{k_picture}, FakeSessionHost{k_picture},
                                         FakeSessionHost{k_picture}, FakeSessionHost{k_picture},
                                         FakeSessionHost{k_picture}, FakeSessionHost{k_picture},
                                         FakeSessionHost{k_picture}, FakeSessionHost{k_picture}};
    std::array<std::unique_ptr<Guest>, 8> guests;
    std::uint64_t state = 7;
    const auto dice = [&state](unsigned sides) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<unsigned>((state >> 33) % sides);
    };
    constexpr std::int32_t k_encodings[] = {0, 5, 6, 7, 16};
    for (int come = 0; come < 1000; ++come) {
        const std::size_t seat = dice(8);
        auto& host = hosts[seat];
        guests[seat].reset(); // wherever it is
        guests[seat] = std::make_unique<Guest>(host, pictures);
        auto& guest = *guests[seat];
        if (dice(4) == 0) {
            guest.stop_reading(dice(50'000));
        }
        guest.say(joined({client_init(), set_encodings({1, k_encodings[dice(5)], -239, -224, -26}),
                          request(false, k_whole_picture)}));
        for (unsigned turn = dice(4); turn > 0; --turn) {
            g_main_context_iteration(nullptr, FALSE);
            host.move({0, 0, 150, 120}, {0, -4}, dice(1U << 24));
            guest.picture_changed();
            guest.say(request(true, k_whole_picture));
            guest.read();
        }
    }
    for (auto& guest : guests) {
        guest.reset();
    }
    for (auto& host : hosts) {
        host.resize({1, 1});
    }
    // All that was under way for them ends, and nothing of it is kept.
    EXPECT_TRUE(spin_until([&] { return pictures.idle(); }));
}

} // namespace
} // namespace gds::test
