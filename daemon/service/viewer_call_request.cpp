// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/viewer_call_request.h"

#include "base/text.h"
#include "base/translate.h"
#include "service/sentence.h"

#include <algorithm>
#include <memory>
#include <optional>

#include <glib.h>

namespace gds {

namespace {

constexpr std::size_t k_longest_host = 253; // RFC 1035, as text
constexpr std::uint32_t k_longest_retry = 24 * 3600;

struct DropUri {
    void operator()(GUri* uri) const { g_uri_unref(uri); }
};

bool is_plain(const std::string& text)
{
    return std::ranges::all_of(text, [](char each) { return each > ' ' && each != '\x7f'; });
}

constexpr std::size_t k_longest_user = 255; // RFC 1929

struct HostAndPort {
    std::string host;
    std::uint16_t port = 0;
    std::string user; // empty: none was named
};

// Of a URI that has nothing else; without a port: `port`.
std::optional<HostAndPort> read_place(const std::string& text, const char* scheme,
                                      std::uint16_t port)
{
    const std::unique_ptr<GUri, DropUri> uri{
        g_uri_parse(text.c_str(), G_URI_FLAGS_HAS_PASSWORD, nullptr)};
    if (!uri || g_ascii_strcasecmp(g_uri_get_scheme(uri.get()), scheme) != 0 ||
        g_uri_get_host(uri.get()) == nullptr || g_uri_get_query(uri.get()) != nullptr ||
        g_uri_get_fragment(uri.get()) != nullptr || g_uri_get_password(uri.get()) != nullptr) {
        return std::nullopt;
    }
    const std::string path = g_uri_get_path(uri.get());
    const char* const user = g_uri_get_user(uri.get());
    HostAndPort place{g_uri_get_host(uri.get()), port, user != nullptr ? user : ""};
    if (user != nullptr && (place.user.empty() || place.user.size() > k_longest_user)) {
        return std::nullopt;
    }
    const int own_port = g_uri_get_port(uri.get());
    if ((!path.empty() && path != "/") || own_port == 0 || place.host.empty() ||
        place.host.size() > k_longest_host || !is_plain(place.host)) {
        return std::nullopt;
    }
    if (own_port > 0) {
        place.port = static_cast<std::uint16_t>(own_port);
    }
    return place;
}

template <typename T>
T value_of(const std::string& name, const sdbus::Variant& option)
{
    if (!option.containsValueOfType<T>()) {
        throw BadCallRequest{sentence(_("The option “%s” is of another type."), name.c_str())};
    }
    return option.get<T>();
}

SocksLogin read_socks_login(const std::string& word)
{
    if (word == "auto") {
        return SocksLogin::automatic;
    }
    if (word == "none") {
        return SocksLogin::none;
    }
    if (word == "gssapi") {
        return SocksLogin::gssapi;
    }
    throw BadCallRequest{
        sentence(_("The option “proxy-authentication” is one of %s."), "auto, none, gssapi")};
}

// In its own order, whatever that of the options is.
void read_proxy_options(ViewerCall& call, CallOptions& options)
{
    const auto take = [&options](const char* name) -> std::optional<std::string> {
        const auto option = options.extract(name);
        return option.empty() ? std::nullopt
                              : std::optional{value_of<std::string>(name, option.mapped())};
    };
    const auto proxy = take("proxy");
    const auto login = take("proxy-authentication");
    const auto service = take("proxy-service");
    if (!proxy) {
        if (login || service) {
            throw BadCallRequest{_("There is no option “proxy”, which the others are about.")};
        }
        return;
    }
    call.proxy = read_proxy_uri(*proxy);
    if (login) {
        call.proxy->login = read_socks_login(*login);
    }
    if (!call.proxy->user.empty()) {
        if (call.proxy->login != SocksLogin::automatic) {
            throw BadCallRequest{_("A proxy for which a user is named is logged in to by his "
                                   "password.")};
        }
        call.proxy->login = SocksLogin::password;
    }
    if (service) {
        if (service->empty() || service->size() > k_longest_host || !is_plain(*service) ||
            service->find_first_of("@/") != std::string::npos) {
            throw BadCallRequest{
                _("The option “proxy-service” is the first part of the proxy's name in Kerberos, "
                  "such as rcmd.")};
        }
        call.proxy->service = *service;
    }
}

void take_option(ViewerCall& call, const std::string& name, const sdbus::Variant& option)
{
    if (name == "view-only") {
        call.view_only = value_of<bool>(name, option);
    } else if (name == "repeater-id") {
        call.repeater_id = value_of<std::string>(name, option);
        if (call.repeater_id.empty() || call.repeater_id.size() > k_longest_repeater_id ||
            !is_plain(call.repeater_id)) {
            throw BadCallRequest{
                _("The option “repeater-id” is the number or word that the viewer at the repeater "
                  "waits under, without spaces.")};
        }
    } else if (name == "retry-for") {
        const auto seconds = value_of<std::uint32_t>(name, option);
        if (seconds > k_longest_retry) {
            throw BadCallRequest{
                sentence(_("The option “retry-for” is at most %u seconds."), k_longest_retry)};
        }
        call.retry_for = std::chrono::seconds{seconds};
    } else {
        throw BadCallRequest{sentence(_("There is no option “%s”. Known are %s."),
                                      printable(name).c_str(),
                                      "proxy, proxy-authentication, proxy-service, repeater-id, "
                                      "retry-for, view-only")};
    }
}

} // namespace

SocksProxy read_proxy_uri(const std::string& text)
{
    const auto place = read_place(text, "socks5", k_socks_port);
    if (!place) {
        // Translators: security-relevant, the last sentence.
        throw BadCallRequest{
            _("Say which proxy as socks5://HOST:PORT, or with a user as socks5://USER@HOST:PORT. "
              "The password of USER comes from the keyring: “gnome-desktop-sharing set-password "
              "--proxy USER@HOST:PORT”.")};
    }
    SocksProxy proxy;
    proxy.host = place->host;
    proxy.port = place->port;
    proxy.user = place->user;
    return proxy;
}

ViewerCall read_call_request(const std::string& uri, CallOptions options)
{
    const auto place = read_place(uri, "vnc", k_listening_viewer_port);
    if (!place || !place->user.empty()) {
        throw BadCallRequest{
            _("Say where the viewer listens as vnc://HOST or vnc://HOST:PORT; an IPv6 address "
              "stands in brackets.")};
    }
    ViewerCall call;
    call.host = place->host;
    call.port = place->port;
    read_proxy_options(call, options);
    for (const auto& [name, option] : options) {
        take_option(call, name, option);
    }
    return call;
}

sdbus::Error call_error(CallFailure failure, const std::string& where, const std::string& detail)
{
    struct Words {
        const char* name;
        const char* sentence;
    };
    const auto words = [failure]() -> Words {
        switch (failure) {
        case CallFailure::name_not_found:
            return {"NameNotFound", _("The name of %s is not known: %s.")};
        case CallFailure::refused:
            return {"Refused", _("No viewer listens at %s: %s. Start one that does, such as "
                                 "“vncviewer -listen”.")};
        case CallFailure::unreachable:
            return {"Unreachable", _("%s cannot be reached: %s.")};
        case CallFailure::timed_out:
            return {"TimedOut", _("%s does not answer: %s. A firewall may be in the way.")};
        case CallFailure::proxy_denied:
            return {"ProxyDenied", _("The proxy does not let us through to %s: %s.")};
        case CallFailure::proxy_failed:
            return {"ProxyFailed", _("The proxy on the way to %s fails: %s.")};
        case CallFailure::not_shared:
            return {"NotShared", _("%s is not called: %s. Share it first: “gnome-desktop-sharing "
                                   "enable”.")};
        case CallFailure::cancelled:
            return {"Cancelled", _("%s is not called any more: %s.")};
        case CallFailure::no_room:
            break;
        }
        return {"NoRoom", _("%s is not called: %s.")};
    }();
    return sdbus_error(
        std::string{"org.gnome.DesktopSharing.Error."} + words.name,
        format_text(words.sentence, printable(where).c_str(), printable(detail).c_str()));
}

} // namespace gds
