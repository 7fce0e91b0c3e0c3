// SPDX-License-Identifier: GPL-2.0-or-later
// Client certificates in the handshake: who gets through, and what the others are told.
#include "base/errors.h"
#include "base/private_file.h"
#include "fakes/certificate_authority.h"
#include "fakes/stream_pair.h"
#include "io/tls_stream.h"
#include "scratch_directory.h"
#include "tls_client.h"

#include <gtest/gtest.h>

namespace gds {
namespace {

using test::CertificateAuthority;
using test::IssuedCertificate;
using test::TlsClient;
using Days = CertificateAuthority::Days;

constexpr const char* k_tls_1_3 = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
constexpr const char* k_tls_1_2 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";

struct Meeting {
    std::optional<TlsPeer> peer;
    std::string refused; // what our side says; empty: it went well
    int alert = -1; // what the client was told
};

// Signs certificates, and judges them by the files that it wrote.
class TlsPeers : public testing::TestWithParam<const char*> {
protected:
    TlsPeers()
    {
        settings.ca_file = scratch / "ca.pem";
        write_private_file(settings.ca_file, as_bytes(authority.pem()));
    }

    void revoke(const std::vector<IssuedCertificate>& revoked, Days next_update = Days{30})
    {
        settings.crl_file = scratch / "crl.pem";
        write_private_file(settings.crl_file, as_bytes(authority.revoke(revoked, next_update)));
    }

    Meeting meet(ClientCertificates wanted, const IssuedCertificate* shown)
    {
        settings.client_certificates = wanted;
        const auto loaded = load_tls(settings, own_directory(), nullptr);
        stream.reset();
        pair = test::make_stream_pair();
        TlsClient client{*pair.client, GetParam()};
        if (shown != nullptr) {
            client.show(*shown);
        }
        auto shake = TlsStream::handshake(*pair.server, loaded.credentials);
        shake.start();
        int code = GNUTLS_E_AGAIN;
        for (int i = 0; i < 20 && (code == GNUTLS_E_AGAIN || !shake.done()); ++i) {
            code = code == GNUTLS_E_AGAIN ? client.handshake() : code;
            test::spin_ready();
        }
        Meeting meeting;
        try {
            stream = shake.result();
            meeting.peer = stream->peer();
        } catch (const ProtocolError& error) {
            meeting.refused = error.what();
            client.receive();
            meeting.alert = gnutls_alert_get(client.session());
        }
        return meeting;
    }

    static std::string own_directory()
    {
        static const test::ScratchDirectory directory;
        return directory / "tls";
    }

    // As a running session would be judged now.
    bool still_holds(ClientCertificates wanted)
    {
        settings.client_certificates = wanted;
        return stream->peer_holds(*load_tls(settings, own_directory(), nullptr).credentials);
    }

    test::ScratchDirectory scratch;
    CertificateAuthority authority;
    TlsSettings settings;
    test::StreamPair pair;
    std::unique_ptr<TlsStream> stream;
};

INSTANTIATE_TEST_SUITE_P(Versions, TlsPeers, testing::Values(k_tls_1_3, k_tls_1_2));

TEST_P(TlsPeers, AGoodOneIsTold)
{
    const auto good = authority.issue("CN=Alice Å\\, née\\=x,O=Example,C=GB");
    for (const auto wanted : {ClientCertificates::request, ClientCertificates::require}) {
        const auto meeting = meet(wanted, &good);
        EXPECT_EQ(meeting.refused, "");
        ASSERT_TRUE(meeting.peer.has_value());
        EXPECT_EQ(meeting.peer->subject, "CN=Alice Å\\, née=x,O=Example,C=GB");
        EXPECT_EQ(meeting.peer->sha256.size(), 64U);
        EXPECT_EQ(meeting.peer->sha256.find_first_not_of("0123456789abcdef"), std::string::npos);
    }
}

TEST_P(TlsPeers, NobodyIsAskedWhereTheyAreIgnored)
{
    const auto good = authority.issue("CN=alice");
    const auto meeting = meet(ClientCertificates::ignore, &good);
    EXPECT_EQ(meeting.refused, "");
    EXPECT_FALSE(meeting.peer.has_value());
}

TEST_P(TlsPeers, NoneIsEnoughForARequestOnly)
{
    EXPECT_EQ(meet(ClientCertificates::ignore, nullptr).refused, "");
    const auto requested = meet(ClientCertificates::request, nullptr);
    EXPECT_EQ(requested.refused, "");
    EXPECT_FALSE(requested.peer.has_value());
    const auto required = meet(ClientCertificates::require, nullptr);
    EXPECT_NE(required.refused, "");
    EXPECT_FALSE(required.peer.has_value());
    EXPECT_NE(required.alert, -1);
}

TEST_P(TlsPeers, AForeignAuthorityIsRefusedByAnAlert)
{
    CertificateAuthority foreign{"CN=Foreign authority"};
    const auto other = foreign.issue("CN=alice,O=Example,C=GB");
    for (const auto wanted : {ClientCertificates::request, ClientCertificates::require}) {
        const auto meeting = meet(wanted, &other);
        EXPECT_NE(meeting.refused.find("client certificate refused"), std::string::npos)
            << meeting.refused;
        EXPECT_NE(meeting.refused.find("CN=alice"), std::string::npos) << meeting.refused;
        EXPECT_EQ(meeting.refused.find('\0'), std::string::npos);
        EXPECT_EQ(meeting.alert, GNUTLS_A_UNKNOWN_CA);
    }
    EXPECT_EQ(meet(ClientCertificates::ignore, &other).refused, "");
}

TEST_P(TlsPeers, TheNameOfTheAuthorityIsNotEnough)
{
    CertificateAuthority pretender;
    const auto other = pretender.issue("CN=alice");
    const auto meeting = meet(ClientCertificates::require, &other);
    EXPECT_NE(meeting.refused, "");
    EXPECT_EQ(meeting.alert, GNUTLS_A_BAD_CERTIFICATE);
}

TEST_P(TlsPeers, AnExpiredOneIsRefusedByAnAlert)
{
    const auto old = authority.issue("CN=alice", Days{-20}, Days{-1});
    for (const auto wanted : {ClientCertificates::request, ClientCertificates::require}) {
        const auto meeting = meet(wanted, &old);
        EXPECT_NE(meeting.refused, "");
        EXPECT_EQ(meeting.alert, GNUTLS_A_CERTIFICATE_EXPIRED);
    }
    const auto early = authority.issue("CN=alice", Days{1}, Days{20});
    EXPECT_NE(meet(ClientCertificates::request, &early).refused, "");
}

TEST_P(TlsPeers, ARevokedOneIsRefusedByAnAlert)
{
    const auto gone = authority.issue("CN=alice");
    const auto good = authority.issue("CN=bob");
    revoke({gone});
    for (const auto wanted : {ClientCertificates::request, ClientCertificates::require}) {
        const auto meeting = meet(wanted, &gone);
        EXPECT_NE(meeting.refused, "");
        EXPECT_EQ(meeting.alert, GNUTLS_A_CERTIFICATE_REVOKED);
        EXPECT_EQ(meet(wanted, &good).refused, "");
    }
}

TEST_P(TlsPeers, NothingIsKnownFromAListThatIsOutOfDate)
{
    const auto good = authority.issue("CN=bob");
    revoke({}, Days{-1});
    EXPECT_NE(meet(ClientCertificates::request, &good).refused, "");
}

TEST_P(TlsPeers, AreJudgedAnewByOtherFiles)
{
    const auto mine = authority.issue("CN=alice");
    ASSERT_EQ(meet(ClientCertificates::request, &mine).refused, "");
    EXPECT_TRUE(still_holds(ClientCertificates::require));
    revoke({});
    EXPECT_TRUE(still_holds(ClientCertificates::request));
    revoke({mine});
    EXPECT_FALSE(still_holds(ClientCertificates::request));
    EXPECT_TRUE(still_holds(ClientCertificates::ignore));
    revoke({}, Days{-1});
    EXPECT_FALSE(still_holds(ClientCertificates::require));
    settings.crl_file.clear();
    write_private_file(settings.ca_file, as_bytes(CertificateAuthority{"CN=Other"}.pem()));
    EXPECT_FALSE(still_holds(ClientCertificates::require));
    settings.ca_file.clear();
    EXPECT_FALSE(still_holds(ClientCertificates::require));
}

TEST_P(TlsPeers, WhoShowedNoneHasNothingToLose)
{
    ASSERT_EQ(meet(ClientCertificates::request, nullptr).refused, "");
    EXPECT_TRUE(still_holds(ClientCertificates::request));
}

TEST_P(TlsPeers, AServersCertificateIsNoClients)
{
    const auto other = authority.issue("CN=desk", Days{-1}, Days{300}, GNUTLS_KP_TLS_WWW_SERVER);
    EXPECT_NE(meet(ClientCertificates::require, &other).refused, "");
}

TEST_P(TlsPeers, WithoutAnAuthorityNoneHolds)
{
    const auto good = authority.issue("CN=alice");
    settings.ca_file = scratch / "missing.pem";
    EXPECT_NE(meet(ClientCertificates::request, &good).refused, "");
    EXPECT_NE(meet(ClientCertificates::require, &good).refused, "");
    EXPECT_EQ(meet(ClientCertificates::request, nullptr).refused, "");
}

} // namespace
} // namespace gds
