// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/ra2_key.h"

#include "base/errors.h"
#include "base/log.h"
#include "base/private_file.h"
#include "base/random.h"
#include "base/text.h"
#include "base/translate.h"
#include "io/tls_rsa_key.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <glib.h>
#include <gmp.h>
#include <nettle/bignum.h>
#include <nettle/rsa.h>
#include <nettle/sha1.h>
#include <string.h>
#include <sys/stat.h>

namespace gds {

namespace {

constexpr std::string_view k_begin = "-----BEGIN RSA PRIVATE KEY-----";
constexpr std::string_view k_end = "-----END RSA PRIVATE KEY-----";
constexpr std::size_t k_file_max = std::size_t{32} * 1024;
constexpr std::size_t k_length_size = 4;
// Those in use have 17 bits; a long one makes encryption slow.
constexpr std::size_t k_max_exponent_bits = 64;

class Integer {
public:
    Integer() { mpz_init(value_); }
    explicit Integer(ByteView octets) : Integer()
    {
        nettle_mpz_set_str_256_u(value_, octets.size(), octets.data());
    }
    ~Integer() { mpz_clear(value_); }
    Integer(const Integer&) = delete;
    Integer& operator=(const Integer&) = delete;
    mpz_ptr get() { return value_; }

private:
    mpz_t value_;
};

struct PublicKey {
    rsa_public_key value{};
    PublicKey() { rsa_public_key_init(&value); }
    ~PublicKey() { rsa_public_key_clear(&value); }
    PublicKey(const PublicKey&) = delete;
    PublicKey& operator=(const PublicKey&) = delete;
};

struct PrivateKey {
    rsa_private_key value{};
    PrivateKey() { rsa_private_key_init(&value); }
    ~PrivateKey() { rsa_private_key_clear(&value); }
    PrivateKey(const PrivateKey&) = delete;
    PrivateKey& operator=(const PrivateKey&) = delete;
};

void random_for_nettle(void* /*context*/, std::size_t size, std::uint8_t* into)
{
    // A kernel that has no random numbers ends us: there is no way back through a library in C.
    try {
        fill_with_random({into, size});
    } catch (const std::system_error&) {
        g_error("no random numbers");
    }
}

void put_integer(Bytes& out, mpz_srcptr value, std::size_t size)
{
    const std::size_t at = out.size();
    out.resize(at + size);
    nettle_mpz_get_str_256(size, out.data() + at, value);
}

class NettleKey final : public Ra2Key {
public:
    // Both halves of one key, already prepared.
    NettleKey(std::unique_ptr<PublicKey> public_key, std::unique_ptr<PrivateKey> private_key)
        : public_(std::move(public_key)), private_(std::move(private_key))
    {
        const auto bits = static_cast<std::uint32_t>(mpz_sizeinbase(public_->value.n, 2));
        for (unsigned shift = 32; shift > 0; shift -= 8) {
            octets_.push_back(static_cast<std::uint8_t>(bits >> (shift - 8)));
        }
        put_integer(octets_, public_->value.n, size());
        put_integer(octets_, public_->value.e, size());
    }

    const Bytes& public_octets() const override { return octets_; }
    std::size_t size() const override { return public_->value.size; }

    std::string fingerprint() const override
    {
        std::array<std::uint8_t, SHA1_DIGEST_SIZE> digest{};
        sha1_ctx context{};
        sha1_init(&context);
        sha1_update(&context, octets_.size(), octets_.data());
        sha1_digest(&context, digest.size(), digest.data());
        std::string text;
        for (const std::uint8_t octet : std::span{digest}.first(8)) {
            text += format_text(text.empty() ? "%02x" : "-%02x", static_cast<unsigned>(octet));
        }
        return text;
    }

    SecretString decrypt(ByteView encrypted, std::size_t length) const override
    {
        SecretString clear{length};
        fill_with_random(clear.octets());
        Integer number{encrypted};
        if (mpz_cmp(number.get(), public_->value.n) < 0) {
            // Leaves what is there where the padding is wrong.
            (void)rsa_sec_decrypt(&public_->value, &private_->value, nullptr, random_for_nettle,
                                  length, clear.octets().data(), number.get());
        }
        return clear;
    }

private:
    std::unique_ptr<PublicKey> public_;
    std::unique_ptr<PrivateKey> private_;
    Bytes octets_;
};

// Decrypts what it encrypts: a damaged file shows here and not at a login.
void check_key(const Ra2Key& key)
{
    const Bytes probe = random_octets(32);
    const Bytes encrypted = encrypt_for(key.public_octets(), probe);
    if (!key.decrypt(encrypted, probe.size()).equals(probe)) {
        throw std::runtime_error{"the halves of the RSA key do not fit"};
    }
}

SecretString read_key_file(const std::string& file)
{
    struct stat status = {};
    if (::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw std::runtime_error{
            format_text(_("The private key file %s is open to every user of this computer. Close "
                          "it with “chmod 600 %s”."),
                        file.c_str(), file.c_str())};
    }
    return read_private_file(file, k_file_max);
}

Ra2KeyPtr parse_key_file(const std::string& file)
{
    const SecretString pem = read_key_file(file);
    try {
        return parse_ra2_key(pem);
    } catch (const std::runtime_error&) {
        throw std::runtime_error{
            format_text(_("The file %s holds no RSA key of 2048 to 4096 bits for ra2-256. Remove "
                          "it, and a new one is made."),
                        file.c_str())};
    }
}

void make_key_file(const std::string& file)
{
    make_private_directory(file.substr(0, file.rfind('/')));
    write_private_file(file, make_rsa_private_key(k_ra2_our_bits).bytes());
    log_info("made an RSA key: " + file);
}

} // namespace

Ra2KeyPtr parse_ra2_key(const SecretString& pem)
{
    const auto begin = pem.view().find(k_begin);
    const auto end = pem.view().find(k_end);
    if (begin == std::string_view::npos || end == std::string_view::npos ||
        end < begin + k_begin.size()) {
        throw std::runtime_error{"no RSA private key in PEM format"};
    }
    const SecretString text{
        pem.view().substr(begin + k_begin.size(), end - begin - k_begin.size())};
    gsize size = 0;
    guchar* const decoded = g_base64_decode(text.c_str(), &size);
    const SecretString der{ByteView{decoded, size}};
    ::explicit_bzero(decoded, size);
    g_free(decoded);

    auto public_key = std::make_unique<PublicKey>();
    auto private_key = std::make_unique<PrivateKey>();
    if (rsa_keypair_from_der(&public_key->value, &private_key->value, k_ra2_max_bits, der.size(),
                             der.bytes().data()) == 0 ||
        mpz_sizeinbase(public_key->value.n, 2) < k_ra2_min_bits) {
        throw std::runtime_error{"not an RSA key of 2048 to 4096 bits"};
    }
    auto key = std::make_shared<const NettleKey>(std::move(public_key), std::move(private_key));
    check_key(*key);
    return key;
}

Ra2KeyPtr load_or_make_ra2_key(const std::string& file)
{
    try {
        struct stat status = {};
        if (::stat(file.c_str(), &status) != 0 && errno == ENOENT) {
            make_key_file(file);
        }
        return parse_key_file(file);
    } catch (const std::system_error& error) {
        throw std::runtime_error{
            format_text(_("The RSA key of ra2-256 can be neither read nor stored in %s: %s."),
                        file.c_str(), error.code().message().c_str())};
    }
}

Bytes encrypt_for(ByteView public_octets, ByteView secret)
{
    const auto numbers = public_octets.subspan(std::min(k_length_size, public_octets.size()));
    const std::size_t size = numbers.size() / 2;
    PublicKey key;
    nettle_mpz_set_str_256_u(key.value.n, size, numbers.data());
    nettle_mpz_set_str_256_u(key.value.e, size, numbers.data() + size);
    if (mpz_sizeinbase(key.value.n, 2) < k_ra2_min_bits || mpz_even_p(key.value.n) != 0 ||
        mpz_even_p(key.value.e) != 0 || mpz_cmp_ui(key.value.e, 3) < 0 ||
        mpz_sizeinbase(key.value.e, 2) > k_max_exponent_bits ||
        rsa_public_key_prepare(&key.value) == 0) {
        throw ProtocolError{"RA2: the client's key is none"};
    }
    Integer number;
    if (rsa_encrypt(&key.value, nullptr, random_for_nettle, secret.size(), secret.data(),
                    number.get()) == 0) {
        throw ProtocolError{"RA2: nothing can be encrypted for the client's key"};
    }
    Bytes encrypted;
    put_integer(encrypted, number.get(), size);
    return encrypted;
}

} // namespace gds
