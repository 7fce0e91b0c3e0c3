// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/report.h"

#include "base/text.h"
#include "base/translate.h"
#include "cli/json.h"
#include "service/sentence.h"

#include <algorithm>
#include <array>
#include <memory>

namespace gds::cli {

namespace {

std::size_t columns_of(const std::string& text)
{
    return static_cast<std::size_t>(
        std::max<glong>(0, g_utf8_strlen(text.c_str(), static_cast<gssize>(text.size()))));
}

std::string padded(std::string text, std::size_t columns)
{
    const std::size_t have = columns_of(text);
    text.append(have < columns ? columns - have : 0, ' ');
    return text;
}

std::string local_time(std::uint64_t seconds)
{
    const std::unique_ptr<GDateTime, decltype(&g_date_time_unref)> moment{
        g_date_time_new_from_unix_local(static_cast<gint64>(seconds)), g_date_time_unref};
    if (!moment) {
        return {};
    }
    const std::unique_ptr<char, decltype(&g_free)> text{
        g_date_time_format(moment.get(), "%Y-%m-%d %H:%M:%S"), g_free};
    return text ? text.get() : "";
}

const char* state_word(const std::string& state)
{
    if (state == "disabled") {
        return _("off");
    }
    if (state == "starting") {
        return _("starting");
    }
    if (state == "listening") {
        return _("on, nobody is connected");
    }
    if (state == "sharing") {
        return _("on, somebody is connected");
    }
    return _("on, but nobody can connect");
}

std::string enabled_by_words(const std::vector<std::string>& by)
{
    std::string words;
    for (const auto& each : by) {
        if (!words.empty()) {
            words += ", ";
        }
        words += each == "settings"         ? _("by the settings")
                 : each == "gnome-settings" ? _("in GNOME Settings")
                 : each == "command-line"   ? _("by the daemon's command line")
                                            : each.c_str();
    }
    return words;
}

std::string rights_of(const ClientEntry& client)
{
    const std::string state = text_of(client.properties.get(), "State");
    if (state == "authenticating") {
        return _("logging in");
    }
    if (state == "asking") {
        return _("asking");
    }
    return flag_of(client.properties.get(), "ViewOnly") ? _("view only") : _("control");
}

} // namespace

std::string clients_text(const std::vector<ClientEntry>& clients)
{
    constexpr std::size_t k_columns = 6;
    using Row = std::array<std::string, k_columns>;
    if (clients.empty()) {
        return {};
    }
    std::vector<Row> rows{Row{_("N"), _("USER"), _("ADDRESS"), _("LOGIN"), _("MAY"), _("SINCE")}};
    for (const auto& client : clients) {
        GVariant* properties = client.properties.get();
        const std::string mechanism = text_of(properties, "Mechanism");
        const std::string type = text_of(properties, "SecurityType");
        rows.push_back(Row{std::to_string(client.number), printable(text_of(properties, "User")),
                           printable(text_of(properties, "Address")),
                           mechanism.empty() ? type : type + ' ' + mechanism, rights_of(client),
                           local_time(number_of(properties, "ConnectedSince"))});
    }
    Row::size_type column = 0;
    std::array<std::size_t, k_columns> widths{};
    for (const auto& row : rows) {
        for (column = 0; column < k_columns; ++column) {
            widths[column] = std::max(widths[column], columns_of(row[column]));
        }
    }
    std::string text;
    for (const auto& row : rows) {
        for (column = 0; column + 1 < k_columns; ++column) {
            text += padded(row[column], widths[column] + 2);
        }
        text += row.back() + '\n';
    }
    return text;
}

std::string status_text(GVariant* status, const std::vector<ClientEntry>& clients)
{
    std::string sharing = state_word(text_of(status, "State"));
    if (const auto by = enabled_by_words(texts_of(status, "EnabledBy")); !by.empty()) {
        sharing += " (" + by + ')';
    }
    std::vector<std::pair<std::string, std::string>> lines{{_("Sharing"), sharing}};
    if (const auto reason = text_of(status, "StatusReason"); !reason.empty()) {
        lines.emplace_back(_("Note"), reason);
    }
    for (const auto& endpoint : texts_of(status, "Endpoints")) {
        lines.emplace_back(_("Listening"), endpoint);
    }
    if (const auto fingerprint = text_of(status, "TlsFingerprint"); !fingerprint.empty()) {
        lines.emplace_back(_("Certificate"), fingerprint);
    }
    if (const auto fingerprint = text_of(status, "RsaFingerprint"); !fingerprint.empty()) {
        lines.emplace_back(_("RSA key"), fingerprint);
    }
    std::size_t width = 0;
    for (const auto& [label, value] : lines) {
        width = std::max(width, columns_of(label));
    }
    std::string text;
    for (const auto& [label, value] : lines) {
        text += padded(label + ':', width + 2) + value + '\n';
    }
    if (!clients.empty()) {
        text += '\n' + clients_text(clients);
    }
    return text;
}

std::string clients_json(const std::vector<ClientEntry>& clients)
{
    std::string text = "[";
    for (const auto& client : clients) {
        // The properties' own object, with the number put first.
        const std::string properties = json_value(client.properties.get());
        text += text.size() > 1 ? "," : "";
        text += "{\"Number\":" + std::to_string(client.number) + (properties == "{}" ? "" : ",") +
                properties.substr(1);
    }
    return text + "]";
}

std::string status_json(GVariant* status, const std::vector<ClientEntry>& clients)
{
    std::string text = "{";
    for (gsize i = 0; i < g_variant_n_children(status); ++i) {
        const VariantPtr entry{g_variant_get_child_value(status, i), g_variant_unref};
        const VariantPtr name{g_variant_get_child_value(entry.get(), 0), g_variant_unref};
        const VariantPtr value{g_variant_get_child_value(entry.get(), 1), g_variant_unref};
        // The object paths say less than the clients themselves.
        if (std::string_view{g_variant_get_string(name.get(), nullptr)} != "Clients") {
            text += json_value(name.get()) + ':' + json_value(value.get()) + ',';
        }
    }
    return text + "\"Clients\":" + clients_json(clients) + "}";
}

} // namespace gds::cli
