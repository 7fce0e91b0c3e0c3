// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/rdp_credentials.h"

#include "base/translate.h"
#include "service/sentence.h"
#include "service/user_name.h"

#include <cstring>
#include <memory>

#include <glib.h>

namespace gds {

namespace {

constexpr std::size_t k_longest = 8192;

using VariantPtr = std::unique_ptr<GVariant, decltype(&g_variant_unref)>;

VariantPtr text_entry(GVariant* entries, const char* name)
{
    return {g_variant_lookup_value(entries, name, G_VARIANT_TYPE_STRING), g_variant_unref};
}

} // namespace

std::optional<RdpCredentials> parse_rdp_credentials(std::string_view text)
{
    if (text.size() > k_longest || text.find('\0') != std::string_view::npos) {
        return {};
    }
    const VariantPtr entries{g_variant_parse(G_VARIANT_TYPE_VARDICT, text.data(),
                                             text.data() + text.size(), nullptr, nullptr),
                             g_variant_unref};
    if (!entries) {
        return {};
    }
    const VariantPtr user = text_entry(entries.get(), "username");
    const VariantPtr password = text_entry(entries.get(), "password");
    if (!user || !password) {
        return {};
    }
    gsize size = 0;
    const char* const octets = g_variant_get_string(password.get(), &size);
    RdpCredentials credentials{g_variant_get_string(user.get(), nullptr),
                               SecretString{std::string_view{octets, size}}};
    // What GLib keeps of it goes to whoever gets that storage next. Nobody else has this value.
    ::explicit_bzero(const_cast<char*>(octets), size);
    return credentials;
}

std::string rdp_credentials_complaint(const RdpCredentials& credentials)
{
    if (credentials.password.empty()) {
        // Translators: security-relevant. Shown to the person whose desktop is shared.
        return _("The password in GNOME Settings is empty, so nobody can log in with it. Set one "
                 "there under Remote Desktop.");
    }
    if (const auto wrong = user_name_complaint(credentials.user); !wrong.empty()) {
        // Translators: security-relevant. %s is a sentence that says what is wrong with the name.
        return sentence(_("The user name in GNOME Settings lets nobody in. %s"), wrong.c_str());
    }
    return {};
}

} // namespace gds
