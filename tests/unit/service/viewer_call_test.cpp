// SPDX-License-Identifier: GPL-2.0-or-later
// A call to a listening viewer as it is asked for: on the command line and over D-Bus.
#include "cli/arguments.h"
#include "service/viewer_call_request.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gds {
namespace {

using namespace std::chrono_literals;

std::string place_of(const std::string& uri)
{
    try {
        const auto call = read_call_request(uri, {});
        return call.host + " " + std::to_string(call.port);
    } catch (const BadCallRequest&) {
        return "bad";
    }
}

TEST(ViewerCallRequest, WhereTo)
{
    EXPECT_EQ(place_of("vnc://viewer.example.org"), "viewer.example.org 5500");
    EXPECT_EQ(place_of("vnc://192.0.2.1:5501/"), "192.0.2.1 5501");
    EXPECT_EQ(place_of("VNC://[2001:db8::1]:1"), "2001:db8::1 1");
    EXPECT_EQ(place_of("vnc://[fe80::1%25eth0]"), "fe80::1%eth0 5500");
    for (const char* uri :
         {"", "viewer", "vnc:viewer", "vnc://", "vnc://:5500", "vnc://viewer:0",
          "vnc://viewer:99999", "vnc://viewer:x", "vnc://a:b@viewer", "vnc://viewer/x",
          "vnc://viewer?x", "vnc://viewer#x", "vnc://a%00b", "vnc://a%0ab", "http://viewer"}) {
        EXPECT_EQ(place_of(uri), "bad") << uri;
    }
}

TEST(ViewerCallRequest, Options)
{
    const auto call =
        read_call_request("vnc://viewer", {{"view-only", sdbus::Variant{true}},
                                           {"repeater-id", sdbus::Variant{std::string{"17"}}},
                                           {"retry-for", sdbus::Variant{std::uint32_t{60}}}});
    EXPECT_TRUE(call.view_only);
    EXPECT_EQ(call.repeater_id, "17");
    EXPECT_EQ(call.retry_for, 60s);
    const auto plain = read_call_request("vnc://viewer", {});
    EXPECT_FALSE(plain.view_only);
    EXPECT_EQ(plain.repeater_id, "");
    EXPECT_EQ(plain.retry_for, 0s);
    const std::vector<CallOptions> bad{
        {{"view-only", sdbus::Variant{std::string{"yes"}}}},
        {{"retry-for", sdbus::Variant{std::int32_t{-1}}}},
        {{"retry-for", sdbus::Variant{std::uint32_t{86'401}}}},
        {{"repeater-id", sdbus::Variant{std::string{"a b"}}}},
        {{"repeater-id", sdbus::Variant{std::string(201, '1')}}},
        {{"encrypt", sdbus::Variant{true}}},
    };
    for (const auto& options : bad) {
        EXPECT_THROW(read_call_request("vnc://viewer", options), BadCallRequest)
            << options.begin()->first;
    }
}

sdbus::Variant text(const std::string& value) { return sdbus::Variant{value}; }

TEST(ViewerCallRequest, Proxies)
{
    EXPECT_FALSE(read_call_request("vnc://viewer", {}).proxy);
    const auto plain = read_call_request("vnc://viewer", {{"proxy", text("socks5://proxy")}}).proxy;
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->host, "proxy");
    EXPECT_EQ(plain->port, 1080);
    EXPECT_EQ(plain->login, SocksLogin::automatic);
    EXPECT_EQ(plain->service, "rcmd");
    EXPECT_EQ(plain->least, SocksProtection::confidentiality);
    const auto named =
        read_call_request("vnc://viewer", {{"proxy", text("socks5://alice@[::1]:1")}}).proxy;
    EXPECT_EQ(named->login, SocksLogin::password);
    EXPECT_EQ(named->user, "alice");
    const auto kerberos =
        read_call_request("vnc://viewer", {{"proxy", text("socks5://proxy")},
                                           {"proxy-authentication", text("gssapi")},
                                           {"proxy-service", text("socks")}})
            .proxy;
    EXPECT_EQ(kerberos->login, SocksLogin::gssapi);
    EXPECT_EQ(kerberos->service, "socks");
    const std::vector<CallOptions> bad{
        {{"proxy", text("proxy:1080")}},
        {{"proxy", text("socks4://proxy")}},
        {{"proxy", text("socks5://")}},
        {{"proxy", text("socks5://proxy/x")}},
        {{"proxy", text("socks5://alice:secret@proxy")}},
        {{"proxy", text("socks5://@proxy")}},
        {{"proxy", text("socks5://" + std::string(256, 'a') + "@proxy")}},
        {{"proxy", sdbus::Variant{true}}},
        {{"proxy-authentication", text("none")}},
        {{"proxy-service", text("rcmd")}},
        {{"proxy", text("socks5://proxy")}, {"proxy-authentication", text("any")}},
        {{"proxy", text("socks5://proxy")}, {"proxy-service", text("rcmd/proxy")}},
        {{"proxy", text("socks5://proxy")}, {"proxy-authentication", text("password")}},
        {{"proxy", text("socks5://proxy")}, {"proxy-service", text("rcmd@proxy")}},
        {{"proxy", text("socks5://a@proxy")}, {"proxy-authentication", text("none")}},
    };
    for (const auto& options : bad) {
        EXPECT_THROW(read_call_request("vnc://viewer", options), BadCallRequest);
    }
}

TEST(ViewerCallArguments, PasswordsOfProxies)
{
    using cli::parse_arguments;
    const auto set = parse_arguments({"set-password", "--proxy", "alice@proxy"});
    EXPECT_EQ(set.complaint, "");
    EXPECT_TRUE(set.arguments.proxy);
    EXPECT_EQ(set.arguments.user, "alice@proxy");
    EXPECT_FALSE(parse_arguments({"set-password", "alice"}).arguments.proxy);
    EXPECT_NE(parse_arguments({"set-password", "--proxy"}).complaint, "");
    EXPECT_NE(parse_arguments({"status", "--proxy"}).complaint, "");
}

TEST(ViewerCallArguments, Options)
{
    using cli::parse_arguments;
    const auto plain = parse_arguments({"connect", "vnc://viewer"});
    EXPECT_EQ(plain.complaint, "");
    EXPECT_EQ(plain.arguments.verb, cli::Verb::connect);
    EXPECT_EQ(plain.arguments.uri, "vnc://viewer");
    EXPECT_FALSE(plain.arguments.view_only);
    EXPECT_FALSE(plain.arguments.retry_for);
    EXPECT_TRUE(plain.arguments.call_options.empty());
    const auto all = parse_arguments(
        {"connect", "--view-only", "--retry-for=60", "vnc://viewer", "--repeater-id", "17"});
    EXPECT_EQ(all.complaint, "");
    EXPECT_TRUE(all.arguments.view_only);
    EXPECT_EQ(all.arguments.retry_for, 60U);
    EXPECT_EQ(all.arguments.call_options.at("repeater-id"), "17");
    EXPECT_NE(
        parse_arguments({"connect", "a", "--proxy-service=socks"}).complaint.find("“--proxy”"),
        std::string::npos);
    EXPECT_EQ(parse_arguments({"connect", "--", "--view-only"}).arguments.uri, "--view-only");
    EXPECT_EQ(parse_arguments({"connect", "--help"}).arguments.verb, cli::Verb::help);
    const std::vector<std::vector<std::string>> wrong{
        {"connect"},
        {"connect", "a", "b"},
        {"connect", "a", "--retry-for"},
        {"connect", "a", "--retry-for=-1"},
        {"connect", "a", "--retry-for="},
        {"connect", "a", "--bogus"},
        {"connect", "a", "--proxy-authentication=none"},
        {"connect", "a", "--proxy-service", "socks"},
        {"status", "--view-only"},
    };
    for (const auto& words : wrong) {
        EXPECT_NE(parse_arguments(words).complaint, "") << words.back();
    }
}

} // namespace
} // namespace gds
