// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/keyring_check.h"

#include "base/translate.h"
#include "service/sentence.h"

namespace gds::cli {

namespace {

constexpr const char* k_keyring = "keyring";
constexpr const char* k_passwords = "passwords";
constexpr const char* k_path = "/org/freedesktop/secrets";
constexpr const char* k_schema = "org.gnome.DesktopSharing.Credential";

BusQuestion question_to(const std::string& path)
{
    return {.name = "org.freedesktop.secrets",
            .path = path,
            .interface = "org.freedesktop.Secret.Service",
            .method = nullptr};
}

std::vector<std::string> paths_in(GVariant* tuple, gsize index)
{
    std::vector<std::string> paths;
    GVariant* const list = g_variant_get_child_value(tuple, index);
    for (gsize i = 0; i < g_variant_n_children(list); ++i) {
        const char* path = nullptr;
        g_variant_get_child(list, i, "&o", &path);
        paths.emplace_back(path);
    }
    g_variant_unref(list);
    return paths;
}

// Of the keyring that new items go to.
void look_at_default(KeyringFacts& facts)
{
    auto question = question_to(k_path);
    question.method = "ReadAlias";
    question.arguments = g_variant_new("(s)", "default");
    const auto alias = ask_bus(question);
    facts.trouble = alias.trouble;
    if (!alias.value || g_variant_is_of_type(alias.value.get(), G_VARIANT_TYPE("(o)")) == FALSE) {
        return;
    }
    const char* path = nullptr;
    g_variant_get(alias.value.get(), "(&o)", &path);
    facts.has_default = std::string_view{path} != "/";
    if (facts.has_default) {
        const auto collection =
            ask_properties(question_to(path), "org.freedesktop.Secret.Collection");
        facts.trouble = collection.trouble;
        gboolean locked = FALSE;
        if (collection.value) {
            g_variant_lookup(collection.value.get(), "Locked", "b", &locked);
        }
        facts.locked = locked != FALSE;
    }
}

void count(const std::string& item, KeyringFacts& facts)
{
    const auto properties = ask_properties(question_to(item), "org.freedesktop.Secret.Item");
    if (!properties.value) {
        return; // it went meanwhile
    }
    GVariant* const attributes =
        g_variant_lookup_value(properties.value.get(), "Attributes", G_VARIANT_TYPE("a{ss}"));
    const char* kind = nullptr;
    if (attributes != nullptr && g_variant_lookup(attributes, "kind", "&s", &kind) != FALSE) {
        facts.users += std::string_view{kind} == "scram" ? 1U : 0U;
        facts.vnc_password = facts.vnc_password || std::string_view{kind} == "vnc-password";
    }
    if (attributes != nullptr) {
        g_variant_unref(attributes);
    }
}

Finding nobody(const PasswordNeeds& needs, std::string what, std::string next)
{
    return needs.other_ways ? warning(k_passwords, std::move(what), std::move(next))
                            : fault(k_passwords, std::move(what), std::move(next));
}

void judge_passwords(const KeyringFacts& facts, const PasswordNeeds& needs, Findings& findings)
{
    if (needs.users) {
        findings.push_back(
            facts.users == 0
                ? nobody({.other_ways = needs.other_ways || (needs.vnc && facts.vnc_password)},
                         _("No user has a password, so nobody can log in by one."),
                         _("Set one with “gnome-desktop-sharing set-password”."))
                : well(k_passwords, sentence(_("Users that have a password: %u."), facts.users)));
    }
    if (needs.vnc && !facts.vnc_password) {
        findings.push_back(
            nobody({.other_ways = needs.other_ways || facts.users > 0},
                   _("A listed security type needs the VNC password, and there is none."),
                   _("Set it with “gnome-desktop-sharing set-password --vnc”.")));
    }
}

} // namespace

KeyringItems find_keyring_items(const char* schema,
                                const std::map<std::string, std::string>& attributes)
{
    GVariantBuilder wanted;
    g_variant_builder_init(&wanted, G_VARIANT_TYPE("a{ss}"));
    g_variant_builder_add(&wanted, "{ss}", "xdg:schema", schema);
    for (const auto& [name, value] : attributes) {
        g_variant_builder_add(&wanted, "{ss}", name.c_str(), value.c_str());
    }
    auto question = question_to(k_path);
    question.method = "SearchItems";
    question.arguments = g_variant_new("(a{ss})", &wanted);
    const auto answer = ask_bus(question);
    KeyringItems items;
    items.trouble = answer.trouble;
    if (answer.value &&
        g_variant_is_of_type(answer.value.get(), G_VARIANT_TYPE("(aoao)")) != FALSE) {
        items.unlocked = paths_in(answer.value.get(), 0);
        items.locked = paths_in(answer.value.get(), 1);
    }
    return items;
}

KeyringFacts gather_keyring()
{
    KeyringFacts facts;
    look_at_default(facts);
    if (facts.trouble != BusTrouble::none) {
        return facts;
    }
    const auto items = find_keyring_items(k_schema, {});
    facts.trouble = items.trouble;
    facts.locked = facts.locked || !items.locked.empty();
    for (const auto& item : items.unlocked) {
        count(item, facts);
    }
    return facts;
}

Findings judge_keyring(const KeyringFacts& facts, const PasswordNeeds& needs)
{
    const bool needed = (needs.users || needs.vnc) && !needs.other_ways;
    const auto trouble = [needed](std::string what, std::string next) {
        return Findings{needed ? fault(k_keyring, std::move(what), std::move(next))
                               : warning(k_keyring, std::move(what), std::move(next))};
    };
    switch (facts.trouble) {
    case BusTrouble::none:
        break;
    case BusTrouble::no_bus:
        return {}; // judge_service() says so
    case BusTrouble::absent:
        return trouble(_("There is no keyring in this session, so that passwords can be neither "
                         "read nor kept."),
                       _("Install gnome-keyring and log in again."));
    case BusTrouble::silent:
        return trouble(_("The keyring does not answer, so that no password can be read."),
                       _("Log out and in again."));
    case BusTrouble::refused:
        return trouble(_("The keyring refuses to tell what it has."), _("Log out and in again."));
    }
    if (facts.locked) {
        return trouble(_("The keyring is locked, so that no password in it can be read."),
                       _("Unlock it: run “gnome-desktop-sharing list-users” at the desk and type "
                         "the password of the keyring."));
    }
    Findings findings{facts.has_default ? well(k_keyring, _("The keyring is open."))
                                        : well(k_keyring, _("The keyring is there, and empty."))};
    judge_passwords(facts, needs, findings);
    return findings;
}

} // namespace gds::cli
