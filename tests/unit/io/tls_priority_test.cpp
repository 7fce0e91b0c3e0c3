// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/tls_credentials.h"

#include "fakes/stream_pair.h"
#include "io/tls_stream.h"
#include "scratch_directory.h"
#include "tls_client.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

std::string own_directory()
{
    static const test::ScratchDirectory directory;
    return directory / "tls";
}

TlsLoaded load(const std::string& priority, const TlsCredentialsPtr& before = nullptr)
{
    TlsSettings settings;
    settings.priority = priority;
    return load_tls(settings, own_directory(), before);
}

bool meets(const TlsCredentialsPtr& credentials, const char* client_priority)
{
    auto pair = test::make_stream_pair();
    test::TlsClient client{*pair.client, client_priority};
    auto shake = TlsStream::handshake(*pair.server, credentials);
    shake.start();
    int code = GNUTLS_E_AGAIN;
    for (int i = 0; i < 20 && (code == GNUTLS_E_AGAIN || !shake.done()); ++i) {
        code = client.handshake();
        test::spin_ready();
    }
    return code == 0;
}

constexpr const char* k_tls_1_1 = "NORMAL:-VERS-ALL:+VERS-TLS1.1:%VERIFY_ALLOW_BROKEN";

TEST(TlsPriority, AWishIsGranted)
{
    const auto loaded = load("SECURE128:-VERS-ALL:+VERS-TLS1.3");
    EXPECT_TRUE(loaded.complaints.empty());
    EXPECT_TRUE(meets(loaded.credentials, "NORMAL"));
    EXPECT_FALSE(meets(loaded.credentials, "NORMAL:-VERS-ALL:+VERS-TLS1.2"));
}

TEST(TlsPriority, NothingOldComesBackByAWish)
{
    for (const char* wish : {"NORMAL", "NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+ANON-ECDH:+ANON-DH",
                             "LEGACY", "NORMAL:+NULL:+ARCFOUR-128:+3DES-CBC:+MD5"}) {
        const auto loaded = load(wish);
        EXPECT_TRUE(loaded.complaints.empty()) << wish << ": " << loaded.complaints.at(0);
        EXPECT_TRUE(meets(loaded.credentials, "NORMAL")) << wish;
        EXPECT_FALSE(meets(loaded.credentials, k_tls_1_1)) << wish;
        EXPECT_FALSE(meets(loaded.credentials, "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH"))
            << wish;
        EXPECT_FALSE(meets(loaded.credentials,
                           "NONE:+VERS-TLS1.2:+NULL:+ECDHE-ECDSA:+MAC-ALL:+SIGN-ALL:+GROUP-ALL"))
            << wish;
    }
}

TEST(TlsPriority, ABadWishIsNamedAndOursStays)
{
    for (const char* wish : {"NORMAL:%VERIFY_ALLOW_BROKEN", "NORMAL:%UNSAFE_RENEGOTIATION",
                             "NONSENSE", "NORMAL:+NONSENSE", ":", "NONE", "NORMAL:-VERS-ALL",
                             "NORMAL:-VERS-ALL:+VERS-TLS1.1", "NORMAL:-CIPHER-ALL"}) {
        const auto loaded = load(wish);
        ASSERT_EQ(loaded.complaints.size(), 1U) << wish;
        EXPECT_NE(loaded.complaints[0].find("priority"), std::string::npos);
        EXPECT_NE(loaded.complaints[0].find(wish), std::string::npos);
        EXPECT_TRUE(meets(loaded.credentials, "NORMAL")) << wish;
        EXPECT_FALSE(meets(loaded.credentials, k_tls_1_1)) << wish;
    }
}

// Our own key is an ECDSA one.
TEST(TlsPriority, AWishThatTheKeyCannotMeetIsNamedAndNothingWiderIsSpoken)
{
    for (const char* wish : {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA",
                             "NORMAL:-VERS-ALL:+VERS-TLS1.3:-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256",
                             "NORMAL:-VERS-ALL:+VERS-TLS1.3:-SIGN-ALL:+SIGN-EDDSA-ED25519"}) {
        const auto loaded = load(wish);
        ASSERT_EQ(loaded.complaints.size(), 1U) << wish;
        EXPECT_NE(loaded.complaints[0].find(wish), std::string::npos) << loaded.complaints[0];
        EXPECT_NE(loaded.complaints[0].find("key.pem"), std::string::npos);
        ASSERT_TRUE(loaded.credentials);
        EXPECT_NE(loaded.credentials->refusal(), "");
        EXPECT_FALSE(meets(loaded.credentials, "NORMAL")) << wish;
        const auto cleared = load("", loaded.credentials);
        EXPECT_EQ(cleared.credentials->refusal(), "");
        EXPECT_TRUE(meets(cleared.credentials, "NORMAL"));
    }
    EXPECT_EQ(load("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA").credentials->refusal(),
              "");
}

TEST(TlsPriority, ABadWishLeavesTheNarrowerOneOfBefore)
{
    const auto narrow = load("SECURE128:-VERS-ALL:+VERS-TLS1.3");
    ASSERT_TRUE(narrow.complaints.empty());
    const auto mistyped = load("SECURE128:-VERS-ALL:+VERS-TLS1.33", narrow.credentials);
    ASSERT_EQ(mistyped.complaints.size(), 1U);
    EXPECT_TRUE(meets(mistyped.credentials, "NORMAL"));
    EXPECT_FALSE(meets(mistyped.credentials, "NORMAL:-VERS-ALL:+VERS-TLS1.2"));
    const auto cleared = load("", mistyped.credentials);
    EXPECT_TRUE(meets(cleared.credentials, "NORMAL:-VERS-ALL:+VERS-TLS1.2"));
}

} // namespace
} // namespace gds
