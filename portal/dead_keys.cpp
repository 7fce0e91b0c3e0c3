// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/dead_keys.h"

#include <glib.h>
#include <xkbcommon/xkbcommon.h>

namespace gds {
namespace {

struct DeadKey {
    std::uint32_t keysym;
    gunichar mark; // the combining one (Unicode, 0300 to 036F)
    gunichar alone; // the mark for itself
    bool twice; // it comes by the dead key twice, otherwise with the space bar
};

constexpr DeadKey k_dead_keys[] = {
    {XKB_KEY_dead_grave, 0x300, 0x60, false},      {XKB_KEY_dead_acute, 0x301, 0xb4, true},
    {XKB_KEY_dead_circumflex, 0x302, 0x5e, false}, {XKB_KEY_dead_tilde, 0x303, 0x7e, false},
    {XKB_KEY_dead_macron, 0x304, 0xaf, true},      {XKB_KEY_dead_breve, 0x306, 0x2d8, true},
    {XKB_KEY_dead_abovedot, 0x307, 0x2d9, true},   {XKB_KEY_dead_diaeresis, 0x308, 0xa8, true},
    {XKB_KEY_dead_abovering, 0x30a, 0xb0, true},   {XKB_KEY_dead_doubleacute, 0x30b, 0x2dd, true},
    {XKB_KEY_dead_caron, 0x30c, 0x2c7, true},      {XKB_KEY_dead_cedilla, 0x327, 0xb8, true},
    {XKB_KEY_dead_ogonek, 0x328, 0x2db, true},
};

const DeadKey* find(std::uint32_t keysym)
{
    for (const auto& key : k_dead_keys) {
        if (key.keysym == keysym) {
            return &key;
        }
    }
    return nullptr;
}

} // namespace

bool is_dead_key(std::uint32_t keysym) { return find(keysym) != nullptr; }

std::vector<std::uint32_t> dead_sequence(std::uint32_t character)
{
    std::vector<std::uint32_t> keysyms;
    gunichar base = character;
    for (bool more = true; more;) {
        gunichar next = 0;
        gunichar mark = 0;
        more = false;
        if (g_unichar_decompose(base, &next, &mark) != FALSE && mark != 0) {
            for (const auto& key : k_dead_keys) {
                if (key.mark == mark) {
                    keysyms.push_back(key.keysym);
                    base = next;
                    more = true;
                }
            }
        }
    }
    if (!keysyms.empty()) {
        keysyms.push_back(xkb_utf32_to_keysym(base));
        return keysyms;
    }
    for (const auto& key : k_dead_keys) {
        if (key.alone == character) {
            keysyms = {key.keysym, key.twice ? key.keysym : XKB_KEY_space};
        }
    }
    return keysyms;
}

std::uint32_t after_dead_key(std::uint32_t dead, std::uint32_t character)
{
    const auto* key = find(dead);
    if (key == nullptr) {
        return 0;
    }
    if (character == ' ') {
        return key->alone;
    }
    gunichar composed = 0;
    return g_unichar_compose(character, key->mark, &composed) != FALSE ? composed : 0;
}

} // namespace gds
