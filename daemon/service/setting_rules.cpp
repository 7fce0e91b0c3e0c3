// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/setting_rules.h"

#include "base/translate.h"
#include "io/socket_address.h"
#include "io/tls_settings.h"
#include "rfb/sasl_policy.h"
#include "rfb/security_word.h"
#include "server/access_rules.h"
#include "server/host_network.h"
#include "server/policy.h"
#include "service/sasl_settings.h"
#include "service/sentence.h"
#include "service/setting_words.h"

#include <algorithm>
#include <string>
#include <vector>

#include <net/if.h>
#include <unistd.h>

namespace gds {

namespace {

std::string_view text_of(GVariant* value) { return g_variant_get_string(value, nullptr); }

std::vector<std::string_view> words_of(GVariant* value)
{
    std::vector<std::string_view> words;
    GVariantIter iter;
    g_variant_iter_init(&iter, value);
    const char* word = nullptr;
    while (g_variant_iter_next(&iter, "&s", &word) != FALSE) {
        words.emplace_back(word);
    }
    return words;
}

std::string either_way() { return "true, false"; }
std::string any_text() { return _("any text"); }
bool anything(GVariant*) { return true; }

bool is_port(GVariant* value) { return g_variant_get_uint16(value) != 0; }
std::string port_range() { return _("a number from 1 to 65535"); }

bool is_count(GVariant* value) { return g_variant_get_uint32(value) != 0; }
std::string count_range() { return _("a number from 1 up"); }

bool is_patience(GVariant* value)
{
    const auto seconds = g_variant_get_uint32(value);
    return seconds != 0 && seconds <= k_most_ask_seconds;
}
std::string patience_range() { return sentence(_("seconds from 1 to %u"), k_most_ask_seconds); }

std::string seconds_or_never() { return _("seconds; 0 for never"); }

bool is_strong(GVariant* value) { return g_variant_get_uint32(value) >= k_least_ssf; }
std::string strong_range() { return sentence(_("a number from %u up"), k_least_ssf); }

bool is_interface_name(std::string_view text)
{
    const auto odd = [](char each) { return each == '/' || each == ':' || g_ascii_isspace(each); };
    // Of digits and dots alone an address was meant.
    return !text.empty() && text.size() < IFNAMSIZ && std::ranges::none_of(text, odd) &&
           text.find_first_not_of("0123456789.") != std::string_view::npos;
}

bool is_address(std::string_view text)
{
    constexpr std::string_view k_unix_path = "unix:/";
    return (text.starts_with(k_unix_path) && text.size() > k_unix_path.size()) ||
           SocketAddress::parse(std::string{text}) || is_interface_name(text);
}
bool are_addresses(GVariant* value) { return std::ranges::all_of(words_of(value), is_address); }
std::string addresses()
{
    return _("IP addresses, names of network interfaces, and “unix:” with an absolute path");
}

bool are_networks(GVariant* value)
{
    return std::ranges::all_of(
        words_of(value), [](auto word) { return parse_network(std::string{word}).has_value(); });
}
std::string networks() { return _("IP addresses, and networks such as 192.0.2.0/24"); }

bool are_security_types(GVariant* value)
{
    const auto words = words_of(value);
    return !words.empty() &&
           std::ranges::all_of(words, [](auto word) { return security_word_of(word).has_value(); });
}
std::string security_types()
{
    return sentence(_("one or more of %s"), known_security_words().c_str());
}

bool is_capture_way(GVariant* value) { return capture_way_of(text_of(value)).has_value(); }
std::string capture_ways() { return "portal, mutter"; }

bool is_monitor_choice(GVariant* value) { return monitor_choice_of(text_of(value)).has_value(); }
std::string monitor_choices() { return "all, primary, virtual"; }

bool are_rules(GVariant* value)
{
    GVariantIter iter;
    g_variant_iter_init(&iter, value);
    const char* verdict = nullptr;
    const char* pattern = nullptr;
    bool good = true;
    while (g_variant_iter_next(&iter, "(&s&s)", &verdict, &pattern) != FALSE) {
        good = good && parse_access_rule(verdict, pattern).complaint.empty();
    }
    return good;
}
std::string rules()
{
    return _("pairs of “control”, “view”, “ask” or “deny” and a pattern such as password:NAME, "
             "kerberos:NAME@REALM, unix:NAME, x509:SUBJECT, x509-sha256:FINGERPRINT, group:NAME, "
             "host:NETWORK, "
             "vnc-password or anonymous");
}

bool is_verdict(GVariant* value) { return access_verdict_of(text_of(value)).has_value(); }
std::string verdicts() { return "ask, deny, view, control"; }

bool are_mechanisms(GVariant* value)
{
    return std::ranges::all_of(words_of(value), is_known_sasl_mechanism);
}
std::string mechanisms() { return known_sasl_mechanism_words(); }

bool is_password_source(GVariant* value) { return password_source_of(text_of(value)).has_value(); }
std::string password_sources() { return "keyring, saslauthd, sasldb"; }

// Only looked at, not opened: who knows what file system it is on.
bool is_readable_file(GVariant* value)
{
    const std::string_view path = text_of(value);
    return path.empty() || (path.starts_with('/') && access(path.data(), R_OK) == 0);
}
std::string readable_file()
{
    return _("the absolute path of a file that the user whose desktop is shared can read, or "
             "nothing");
}

bool is_certificate_choice(GVariant* value)
{
    return client_certificates_of(text_of(value)).has_value();
}
std::string certificate_choices() { return "ignore, request, require"; }

bool is_priority(GVariant* value)
{
    return trouble_with_tls_priority(std::string{text_of(value)}).empty();
}
std::string priorities()
{
    return _("a priority string of GnuTLS with TLS 1.2 or 1.3 and safe ciphers, or nothing");
}

bool are_clipboard_ways(GVariant* value) { return clipboard_ways_of(text_of(value)).has_value(); }
std::string clipboard_ways() { return "both, to-viewer, from-viewer, off"; }

bool is_clipboard_limit(GVariant* value)
{
    const auto limit = g_variant_get_uint32(value);
    return limit >= 1 && limit <= k_most_clipboard;
}
std::string clipboard_limits() { return sentence(_("from 1 to %u KiB"), k_most_clipboard); }

struct Rule {
    std::string_view property;
    bool (*usable)(GVariant* value);
    std::string (*allowed)();
};

constexpr Rule k_rules[] = {
    {"AccessDefault", is_verdict, verdicts},
    {"AccessRules", are_rules, rules},
    {"AskAlways", anything, either_way},
    {"AskTimeout", is_patience, patience_range},
    {"Capture", is_capture_way, capture_ways},
    {"Clipboard", are_clipboard_ways, clipboard_ways},
    {"ClipboardLimit", is_clipboard_limit, clipboard_limits},
    {"Enabled", anything, either_way},
    {"FollowGnomeSettings", anything, either_way},
    {"IdleTimeout", anything, seconds_or_never},
    {"InhibitIdle", anything, either_way},
    {"ListenAddresses", are_addresses, addresses},
    {"LockOnDisconnect", anything, either_way},
    {"MaxClients", is_count, count_range},
    {"Monitors", is_monitor_choice, monitor_choices},
    {"NegotiatePort", anything, either_way},
    {"Port", is_port, port_range},
    {"ProxyProtocolFrom", are_networks, networks},
    {"SaslHostname", anything, any_text},
    {"SaslKeytab", is_readable_file, readable_file},
    {"SaslMechanisms", are_mechanisms, mechanisms},
    {"SaslMinimumSsf", is_strong, strong_range},
    {"SaslPasswordSource", is_password_source, password_sources},
    {"SaslRealm", anything, any_text},
    {"SecurityTypes", are_security_types, security_types},
    {"TlsCaFile", is_readable_file, readable_file},
    {"TlsCertificateFile", is_readable_file, readable_file},
    {"TlsClientCertificates", is_certificate_choice, certificate_choices},
    {"TlsCrlFile", is_readable_file, readable_file},
    {"TlsPriority", is_priority, priorities},
    {"TlsPrivateKeyFile", is_readable_file, readable_file},
    {"ViewOnly", anything, either_way},
};

const Rule* rule_of(std::string_view property)
{
    const auto* const found = std::ranges::find(k_rules, property, &Rule::property);
    return found != std::ranges::end(k_rules) ? found : nullptr;
}

} // namespace

bool has_setting_rule(std::string_view property) { return rule_of(property) != nullptr; }

std::string allowed_instead(std::string_view property, GVariant* value)
{
    const Rule* const rule = rule_of(property);
    return rule == nullptr || rule->usable(value) ? std::string{} : rule->allowed();
}

std::string allowed_values(std::string_view property)
{
    const Rule* const rule = rule_of(property);
    return rule != nullptr ? rule->allowed() : std::string{};
}

} // namespace gds
