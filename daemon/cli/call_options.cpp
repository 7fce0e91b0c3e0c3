// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/call_options.h"

#include "base/translate.h"
#include "service/sentence.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace gds::cli {

namespace {

constexpr std::string_view k_view_only = "--view-only";
constexpr std::string_view k_retry_for = "--retry-for";
constexpr std::array<std::string_view, 4> k_texts{"--proxy", "--proxy-authentication",
                                                  "--proxy-service", "--repeater-id"};

bool has_value(std::string_view name)
{
    return name == k_retry_for || std::ranges::find(k_texts, name) != k_texts.end();
}

std::optional<unsigned> seconds_from(const std::string& text)
{
    unsigned seconds = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, seconds);
    return error == std::errc{} && at == end && !text.empty() ? std::optional{seconds}
                                                              : std::nullopt;
}

void take_value(CallOptionWords& options, const std::string& name, const std::string& value)
{
    if (name != k_retry_for) {
        options.texts[name.substr(2)] = value;
        return;
    }
    options.retry_for = seconds_from(value);
    if (!options.retry_for) {
        options.complaint =
            sentence(_("“%s” wants a number of seconds, not “%s”."), name.c_str(), value.c_str());
    }
}

} // namespace

CallOptionWords take_call_options(std::vector<std::string>& words)
{
    CallOptionWords options;
    std::vector<std::string> others;
    bool options_end = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto sign = std::min(words[i].find('='), words[i].size());
        const std::string name = words[i].substr(0, sign);
        options_end = options_end || words[i] == "--";
        if (!options_end && words[i] == k_view_only) {
            options.view_only = true;
        } else if (!options_end && has_value(name) && sign < words[i].size()) {
            take_value(options, name, words[i].substr(sign + 1));
        } else if (!options_end && has_value(name) && i + 1 < words.size()) {
            take_value(options, name, words[++i]);
        } else if (!options_end && has_value(name)) {
            options.complaint = sentence(_("“%s” needs a value."), name.c_str());
        } else {
            others.push_back(words[i]);
        }
    }
    words = std::move(others);
    for (const auto& [name, value] : options.texts) {
        if (name.starts_with("proxy-") && !options.texts.contains("proxy")) {
            options.complaint =
                sentence(_("“--%s” is about a proxy, which “--proxy” has to name."), name.c_str());
        }
    }
    return options;
}

std::string call_options_help()
{
    return _(
        "  --view-only           This viewer can only look, to begin with\n"
        "  --retry-for SECONDS   Try again for so long when nobody listens yet\n"
        "  --proxy socks5://[USER@]HOST[:PORT]\n"
        "                        The SOCKS proxy on the way\n"
        "  --proxy-authentication auto|none|gssapi\n"
        "                        How to log in to it; without USER, and with a Kerberos ticket,\n"
        "                        it may choose GSS-API by itself\n"
        "  --proxy-service NAME  What it is called in Kerberos, instead of rcmd\n"
        "  --repeater-id ID      HOST is an UltraVNC repeater; the viewer waits there as ID\n");
}

} // namespace gds::cli
