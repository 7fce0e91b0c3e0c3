// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/key_typing.h"

#include "typed_application.h"

#include <gtest/gtest.h>

#include <linux/input-event-codes.h>

#include <glib.h>

namespace gds::test {
namespace {

constexpr auto k_down = KeyState::pressed;
constexpr auto k_up = KeyState::released;
constexpr unsigned k_one = 1;
constexpr unsigned k_two = 2;

struct Desk {
    explicit Desk(const std::string& layouts, const std::string& options = {})
        : application{keymap_of(layouts, options)}
    {
        EXPECT_TRUE(typing.keyboard().set_keymap(keymap_of(layouts, options)));
        EXPECT_TRUE(typing.keyboard().known());
    }

    void press(std::uint32_t keysym, unsigned sender = k_one)
    {
        application.take(typing.key_sym(sender, keysym, k_down));
    }
    void release(std::uint32_t keysym, unsigned sender = k_one)
    {
        application.take(typing.key_sym(sender, keysym, k_up));
    }
    void tap(std::uint32_t keysym, unsigned sender = k_one)
    {
        press(keysym, sender);
        release(keysym, sender);
    }
    void code(std::uint32_t evdev_code, std::uint32_t keysym, KeyState state)
    {
        application.take(typing.key(k_one, evdev_code, keysym, state));
    }
    void type(const std::string& text)
    {
        for (const char* at = text.c_str(); *at != '\0'; at = g_utf8_next_char(at)) {
            tap(xkb_utf32_to_keysym(g_utf8_get_char(at)));
        }
    }

    KeyTyping typing;
    TypedApplication application;
};

struct Sentence {
    const char* layout;
    const char* text;
};
constexpr Sentence k_sentences[] = {
    {"us",
     "The quick brown fox jumps over the lazy dog: 0123456789 !@#$%^&*()_+-=[]{};'\\|,./<>?~`\""},
    {"de", "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich; ÄÖÜ "
           "\"§$%&/()=?{[]}\\@€~|<>^°`´"},
    {"fr", "Dès Noël où un zéphyr haï me vêt de glaçons würmiens, je dîne d’exquis rôtis de bœuf; "
           "À É Ç 1234567890 @#{[|`\\^]}€ù%µ£¤"},
    {"ru", "Съешь ещё этих мягких французских булок, да выпей чаю. ЁЖИК №1 \"2;%:?*()_+"},
    {"gr", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Ταχίστη αλώπηξ βαφής ψημένη γη, Ό Ή; ςσ ϊ ΐ €"},
    {"no", "Høvdingens kjære squaw får litt pizza i Mexico by. ÆØÅ \"#¤%&/()=?@£${[]}~^|\\é'`´"},
};

class OnLayout : public testing::TestWithParam<Sentence> {};

// By the keys of the layout, but for what the layout has not.
TEST_P(OnLayout, ItsSentenceArrivesLetterForLetter)
{
    Desk desk{GetParam().layout};
    desk.type(GetParam().text);
    EXPECT_EQ(desk.application.text, GetParam().text);
    EXPECT_EQ(desk.application.by_keysym, std::vector<std::uint32_t>{});
}

TEST_P(OnLayout, EveryOtherSentenceArrivesToo)
{
    Desk desk{std::string{GetParam().layout} + ",us", "grp:menu_toggle"};
    for (const auto& sentence : k_sentences) {
        desk.application.text.clear();
        desk.type(sentence.text);
        EXPECT_EQ(desk.application.text, sentence.text);
    }
    EXPECT_EQ(desk.application.by_keysym, std::vector<std::uint32_t>{});
    EXPECT_EQ(desk.application.group(), 0U);
}

TEST_P(OnLayout, CapsLockChangesNothing)
{
    Desk desk{GetParam().layout};
    desk.tap(XKB_KEY_Caps_Lock);
    EXPECT_TRUE(desk.typing.keyboard().locks().caps);
    desk.type(GetParam().text);
    EXPECT_EQ(desk.application.text, GetParam().text);
    EXPECT_TRUE(desk.application.active(XKB_MOD_NAME_CAPS));
}

INSTANTIATE_TEST_SUITE_P(Layouts, OnLayout, testing::ValuesIn(k_sentences),
                         [](const auto& one) { return std::string{one.param.layout}; });

TEST(KeyTyping, LegacyAndUnicodeKeysymsAreTheSameKey)
{
    Desk desk{"ru"};
    desk.tap(XKB_KEY_Cyrillic_a);
    desk.tap(0x1000430);
    EXPECT_EQ(desk.application.text, "аа");
}

TEST(KeyTyping, WithoutAKeymapTheCompositorLooksForTheKey)
{
    KeyTyping typing;
    using Step = KeyTyping::Step;
    EXPECT_EQ(typing.key_sym(k_one, 'a', k_down),
              (KeyTyping::Steps{{Step::By::keysym, 'a', k_down}}));
    EXPECT_EQ(typing.key_sym(k_one, 'a', k_up), (KeyTyping::Steps{{Step::By::keysym, 'a', k_up}}));
    EXPECT_EQ(typing.key(k_one, KEY_A, 'q', k_down),
              (KeyTyping::Steps{{Step::By::code, KEY_A, k_down}}));
}

TEST(KeyTyping, ACharacterNobodyHasComesByItsCodePoint)
{
    Desk desk{"us"};
    desk.type("naïve café: 100 € — жук 日本 😀!");
    EXPECT_EQ(desk.application.text, "naïve café: 100 € — жук 日本 😀!");
    EXPECT_TRUE(desk.application.by_keysym.empty());
}

TEST(KeyTyping, CodePointsWhileCapsLockAndShiftAreOn)
{
    Desk desk{"us"};
    desk.tap(XKB_KEY_Caps_Lock);
    desk.press(XKB_KEY_Shift_L);
    desk.tap(XKB_KEY_eacute);
    EXPECT_TRUE(desk.application.active(XKB_MOD_NAME_SHIFT));
    EXPECT_TRUE(desk.application.active(XKB_MOD_NAME_CAPS));
    desk.release(XKB_KEY_Shift_L);
    EXPECT_FALSE(desk.application.active(XKB_MOD_NAME_SHIFT));
    EXPECT_EQ(desk.application.text, "é");
}

TEST(KeyTyping, TheClientsShiftDoesNotSpoilWhatIsElsewhereHere)
{
    Desk desk{"us"};
    desk.press(XKB_KEY_Shift_L); // Shift+7 of a German keyboard
    desk.tap('/');
    EXPECT_TRUE(desk.application.active(XKB_MOD_NAME_SHIFT));
    desk.tap('A');
    desk.release(XKB_KEY_Shift_L);
    desk.tap('/');
    EXPECT_EQ(desk.application.text, "/A/");
}

TEST(KeyTyping, KeysThatWriteNothingKeepTheModifiers)
{
    Desk desk{"us"};
    desk.press(XKB_KEY_Shift_L);
    using Step = KeyTyping::Step;
    EXPECT_EQ(desk.typing.key_sym(k_one, XKB_KEY_Tab, k_down),
              (KeyTyping::Steps{{Step::By::code, KEY_TAB, k_down}}));
    EXPECT_EQ(desk.typing.key_sym(k_one, XKB_KEY_F1, k_down),
              (KeyTyping::Steps{{Step::By::code, KEY_F1, k_down}}));
}

TEST(KeyTyping, CommandsReachTheApplicationAsCommands)
{
    Desk desk{"us"};
    desk.press(XKB_KEY_Control_L);
    desk.tap('c');
    desk.press(XKB_KEY_Shift_L);
    desk.tap('V');
    desk.release(XKB_KEY_Shift_L);
    desk.tap(0x1000444); // Control and what the keyboard has not: no detour
    desk.release(XKB_KEY_Control_L);
    EXPECT_EQ(desk.application.commands, (std::vector<std::string>{"Control+c", "Control+V"}));
    EXPECT_EQ(desk.application.by_keysym, (std::vector<std::uint32_t>{0x1000444, 0x1000444}));
}

TEST(KeyTyping, ADeadKeyThatTheKeyboardHasNotIsDoneHere)
{
    Desk desk{"us"};
    desk.tap(XKB_KEY_dead_acute);
    desk.tap('e');
    desk.tap(XKB_KEY_dead_circumflex);
    desk.tap(' ');
    desk.tap('e');
    EXPECT_EQ(desk.application.text, "é^e");
}

TEST(KeyTyping, DeadKeysOfTwoClientsDoNotMix)
{
    Desk desk{"us"};
    desk.tap(XKB_KEY_dead_acute, k_one);
    desk.tap('e', k_two);
    desk.tap('e', k_one);
    EXPECT_EQ(desk.application.text, "eé");
}

TEST(KeyTyping, ScanCodesWriteWhatTheClientsKeyboardSays)
{
    Desk desk{"us"};
    desk.code(KEY_Y, 'z', k_down); // a German keyboard
    desk.code(KEY_Y, 0, k_up);
    desk.code(KEY_A, 'a', k_down);
    desk.code(KEY_A, 'a', k_up);
    desk.code(KEY_LEFTSHIFT, XKB_KEY_Shift_L, k_down);
    desk.code(KEY_7, '/', k_down);
    desk.code(KEY_7, '7', k_up);
    desk.code(KEY_LEFTSHIFT, XKB_KEY_Shift_L, k_up);
    desk.code(KEY_LEFTCTRL, XKB_KEY_Control_L, k_down);
    desk.code(KEY_Q, 'a', k_down); // a French one
    desk.code(KEY_Q, 'a', k_up);
    desk.code(KEY_C, 0x10006d3, k_down); // a Russian one: by its place
    desk.code(KEY_C, 0x10006d3, k_up);
    desk.code(KEY_LEFTCTRL, XKB_KEY_Control_L, k_up);
    EXPECT_EQ(desk.application.text, "za/");
    EXPECT_EQ(desk.application.commands, (std::vector<std::string>{"Control+a", "Control+c"}));
    EXPECT_TRUE(desk.application.by_keysym.empty());
}

TEST(KeyTyping, ANewKeymapHoldsFromTheNextKey)
{
    Desk desk{"us"};
    desk.press(XKB_KEY_Shift_L);
    const auto russian = keymap_of("ru");
    ASSERT_TRUE(desk.typing.keyboard().set_keymap(russian));
    EXPECT_FALSE(desk.typing.keyboard().set_keymap("no keymap"));
    EXPECT_EQ(desk.typing.keyboard().keysym_of(KEY_A), XKB_KEY_Cyrillic_EF);
}

TEST(KeyTyping, WhatTwoHoldIsUpWhenBothHaveLetGo)
{
    Desk desk{"us"};
    desk.press(XKB_KEY_Shift_L, k_one);
    desk.press(XKB_KEY_Shift_L, k_two);
    desk.release(XKB_KEY_Shift_L, k_two);
    EXPECT_TRUE(desk.application.active(XKB_MOD_NAME_SHIFT));
    desk.release(XKB_KEY_Shift_L, k_one);
    EXPECT_FALSE(desk.application.active(XKB_MOD_NAME_SHIFT));
}

TEST(KeyTyping, TheOtherGroupsAreReachedAsTheKeymapAllows)
{
    for (const auto* options : {"grp:menu_toggle", "grp:rctrl_switch", "grp:ralt_rshift_toggle"}) {
        Desk desk{"us,ru", options};
        desk.type("a ж b Ж!");
        EXPECT_EQ(desk.application.text, "a ж b Ж!") << options;
        EXPECT_EQ(desk.application.group(), 0U) << options;
        EXPECT_TRUE(desk.application.by_keysym.empty()) << options;
    }
}

TEST(KeyTyping, TheGroupThatIsSetHolds)
{
    Desk desk{"us,ru"};
    desk.typing.keyboard().set_group(1);
    EXPECT_EQ(desk.typing.keyboard().keysym_of(KEY_A), XKB_KEY_Cyrillic_ef);
    using Step = KeyTyping::Step;
    EXPECT_EQ(desk.typing.key_sym(k_one, XKB_KEY_Cyrillic_ef, k_down),
              (KeyTyping::Steps{{Step::By::code, KEY_A, k_down}}));
}

// A key of the wrong group would be another letter.
TEST(KeyTyping, WhileTheGroupIsNotKnownOnlyKeysThatAllGroupsHaveAreUsed)
{
    Desk desk{"us,de"};
    desk.typing.keyboard().set_group(std::nullopt);
    desk.type("az");
    EXPECT_EQ(desk.application.text, "a");
    EXPECT_EQ(desk.application.by_keysym, (std::vector<std::uint32_t>{'z', 'z'}));
}

} // namespace
} // namespace gds::test
