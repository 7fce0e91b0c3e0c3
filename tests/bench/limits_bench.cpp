// SPDX-License-Identifier: GPL-2.0-or-later
// What one core of this computer needs at least for the work that no server can leave out: pixels
// copied and compared, libjpeg-turbo without anything around it, octets encrypted. CPU time in
// milliseconds, as JSON.
#include "canvas.h"
#include "scene.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <turbojpeg.h>

namespace gds::bench {
namespace {

constexpr Size k_screen{1920, 1080};
constexpr Size k_window{640, 360};
constexpr int k_rounds = 30;
// In turn, as the buffers of a cast are: one alone would stay in the caches.
constexpr std::uint32_t k_pictures = 4;
// What TigerVNC's viewers mean by 6.
constexpr int k_quality = 79;
constexpr int k_subsampling = TJSAMP_444;
constexpr std::size_t k_record = 16'384;
constexpr std::size_t k_encrypted = 5'000'000;

double cpu_milliseconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// The median; `work` is told the round.
double cost(const std::function<void(std::uint32_t round)>& work)
{
    std::vector<double> costs;
    for (std::uint32_t round = 0; round < k_rounds; ++round) {
        const double start = cpu_milliseconds();
        work(round);
        costs.push_back(cpu_milliseconds() - start);
    }
    std::ranges::nth_element(costs, costs.begin() + k_rounds / 2);
    return costs[k_rounds / 2];
}

struct Picture {
    Size size;
    std::vector<Pixel> pixels;

    std::size_t octets() const { return pixels.size() * sizeof(Pixel); }
};

Picture painted(std::string_view scene, std::uint32_t frame, Size size)
{
    Picture picture{size, std::vector<Pixel>(static_cast<std::size_t>(size.width) *
                                             static_cast<std::size_t>(size.height))};
    make_scene(scene, size)->paint(frame, Rect::of(size), {picture.pixels.data(), size});
    return picture;
}

std::vector<Picture> film(Size size)
{
    std::vector<Picture> pictures;
    for (std::uint32_t frame = 0; frame < k_pictures; ++frame) {
        pictures.push_back(painted("video-full", frame, size));
    }
    return pictures;
}

double copy_cost(const std::vector<Picture>& from)
{
    std::vector<Picture> to = from;
    return cost([&](std::uint32_t round) {
        auto& target = to[round % k_pictures].pixels;
        std::memcpy(target.data(), from[(round + 1) % k_pictures].pixels.data(), from[0].octets());
        asm volatile("" : : "r"(target.data()) : "memory");
    });
}

double compare_cost(const std::vector<Picture>& pictures)
{
    const std::vector<Picture> same = pictures;
    return cost([&](std::uint32_t round) {
        const auto at = round % k_pictures;
        if (std::memcmp(pictures[at].pixels.data(), same[at].pixels.data(), same[at].octets()) !=
            0) {
            std::abort();
        }
    });
}

double jpeg_cost(const std::vector<Picture>& pictures)
{
    const Size size = pictures[0].size;
    const std::unique_ptr<void, int (*)(void*)> compressor{tjInitCompress(), tjDestroy};
    std::vector<unsigned char> made(tjBufSize(size.width, size.height, k_subsampling));
    return cost([&](std::uint32_t round) {
        auto* start = made.data();
        unsigned long length = made.size();
        const auto* pixels =
            reinterpret_cast<const unsigned char*>(pictures[round % k_pictures].pixels.data());
        if (tjCompress2(compressor.get(), pixels, size.width, 0, size.height, TJPF_BGRX, &start,
                        &length, k_subsampling, k_quality, TJFLAG_NOREALLOC) != 0) {
            std::abort();
        }
    });
}

// In records of TLS, without a system call.
double encryption_cost()
{
    std::array<unsigned char, 16> key{1};
    std::array<unsigned char, 12> nonce{2};
    const gnutls_datum_t secret{key.data(), key.size()};
    gnutls_aead_cipher_hd_t cipher = nullptr;
    if (gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_AES_128_GCM, &secret) != 0) {
        std::abort();
    }
    std::vector<unsigned char> plain(k_record);
    std::vector<unsigned char> sealed(k_record + 16);
    const double found = cost([&](std::uint32_t) {
        for (std::size_t done = 0; done < k_encrypted; done += k_record) {
            std::size_t length = sealed.size();
            gnutls_aead_cipher_encrypt(cipher, nonce.data(), nonce.size(), nullptr, 0, 16,
                                       plain.data(), plain.size(), sealed.data(), &length);
        }
    });
    gnutls_aead_cipher_deinit(cipher);
    return found;
}

} // namespace
} // namespace gds::bench

int main()
{
    using namespace gds::bench;
    const auto screen = film(k_screen);
    const auto window = film(k_window);
    std::printf("{\"copy\": %.3f, \"compare\": %.3f, \"jpeg_window\": %.3f, \"jpeg_screen\": %.3f, "
                "\"encryption\": %.3f}\n",
                copy_cost(screen), compare_cost(screen), jpeg_cost(window), jpeg_cost(screen),
                encryption_cost());
}
