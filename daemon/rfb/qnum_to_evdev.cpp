// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/qnum_to_evdev.h"

#include <array>

#include <linux/input-event-codes.h>

namespace gds {

namespace {

struct Pair {
    std::uint8_t qnum;
    std::uint8_t evdev;
};

// Up to KEY_KPDOT, and for the three keys that came with the 102-key keyboard, evdev took over the
// XT codes as they are. These are the others. 0x54 is Print, for which some clients send 0xb7; 0x71
// and 0x72 are the Korean keys, which older clients send with the high bit.
constexpr Pair k_others[] = {
    {0x54, KEY_SYSRQ},
    {0x55, KEY_F16},
    {0x59, KEY_KPEQUAL},
    {0x5a, KEY_F20},
    {0x5b, KEY_LINEFEED},
    {0x5c, KEY_KPJPCOMMA},
    {0x5d, KEY_F13},
    {0x5e, KEY_F14},
    {0x5f, KEY_F15},
    {0x63, KEY_PHONE},
    {0x64, KEY_OPEN},
    {0x65, KEY_PASTE},
    {0x66, KEY_SETUP},
    {0x67, KEY_FILE},
    {0x68, KEY_SENDFILE},
    {0x69, KEY_DELETEFILE},
    {0x6a, KEY_MSDOS},
    {0x6b, KEY_DIRECTION},
    {0x6c, KEY_EJECTCD},
    {0x6d, KEY_F23},
    {0x6f, KEY_F24},
    {0x70, KEY_KATAKANAHIRAGANA},
    {0x71, KEY_HANJA},
    {0x72, KEY_HANGEUL},
    {0x73, KEY_RO},
    {0x74, KEY_F21},
    {0x75, KEY_SCROLLUP},
    {0x76, KEY_ZENKAKUHANKAKU},
    {0x77, KEY_HIRAGANA},
    {0x78, KEY_KATAKANA},
    {0x79, KEY_HENKAN},
    {0x7b, KEY_MUHENKAN},
    {0x7d, KEY_YEN},
    {0x7e, KEY_KPCOMMA},
    {0x81, KEY_CONFIG},
    {0x82, KEY_WWW},
    {0x83, KEY_F17},
    {0x84, KEY_F19},
    {0x85, KEY_AGAIN},
    {0x86, KEY_PROPS},
    {0x87, KEY_UNDO},
    {0x88, KEY_EDIT},
    {0x89, KEY_NEW},
    {0x8a, KEY_REDO},
    {0x8b, KEY_SCALE},
    {0x8c, KEY_FRONT},
    {0x8e, KEY_FORWARDMAIL},
    {0x8f, KEY_SCROLLDOWN},
    {0x90, KEY_PREVIOUSSONG},
    {0x92, KEY_SCREENLOCK},
    {0x93, KEY_XFER},
    {0x94, KEY_ALTERASE},
    {0x97, KEY_PROG2},
    {0x98, KEY_REWIND},
    {0x99, KEY_NEXTSONG},
    {0x9c, KEY_KPENTER},
    {0x9d, KEY_RIGHTCTRL},
    {0x9e, KEY_MENU},
    {0x9f, KEY_PROG1},
    {0xa0, KEY_MUTE},
    {0xa1, KEY_CALC},
    {0xa2, KEY_PLAYPAUSE},
    {0xa3, KEY_CLOSECD},
    {0xa4, KEY_STOPCD},
    {0xa5, KEY_SUSPEND},
    {0xa6, KEY_CYCLEWINDOWS},
    {0xa8, KEY_PLAYCD},
    {0xa9, KEY_PAUSECD},
    {0xab, KEY_PROG3},
    {0xac, KEY_PROG4},
    {0xad, KEY_DASHBOARD},
    {0xae, KEY_VOLUMEDOWN},
    {0xaf, KEY_CLOSE},
    {0xb0, KEY_VOLUMEUP},
    {0xb1, KEY_RECORD},
    {0xb2, KEY_HOMEPAGE},
    {0xb3, KEY_PLAY},
    {0xb4, KEY_FASTFORWARD},
    {0xb5, KEY_KPSLASH},
    {0xb6, KEY_BASSBOOST},
    {0xb8, KEY_RIGHTALT},
    {0xb9, KEY_PRINT},
    {0xba, KEY_HP},
    {0xbb, KEY_CAMERA},
    {0xbc, KEY_CUT},
    {0xbd, KEY_SOUND},
    {0xbe, KEY_QUESTION},
    {0xbf, KEY_EMAIL},
    {0xc0, KEY_CHAT},
    {0xc1, KEY_FIND},
    {0xc2, KEY_CONNECT},
    {0xc3, KEY_FINANCE},
    {0xc4, KEY_SPORT},
    {0xc5, KEY_SHOP},
    {0xc6, KEY_PAUSE},
    {0xc7, KEY_HOME},
    {0xc8, KEY_UP},
    {0xc9, KEY_PAGEUP},
    {0xca, KEY_CANCEL},
    {0xcb, KEY_LEFT},
    {0xcc, KEY_BRIGHTNESSDOWN},
    {0xcd, KEY_RIGHT},
    {0xce, KEY_KPPLUSMINUS},
    {0xcf, KEY_END},
    {0xd0, KEY_DOWN},
    {0xd1, KEY_PAGEDOWN},
    {0xd2, KEY_INSERT},
    {0xd3, KEY_DELETE},
    {0xd4, KEY_BRIGHTNESSUP},
    {0xd5, KEY_SAVE},
    {0xd6, KEY_SWITCHVIDEOMODE},
    {0xd7, KEY_KBDILLUMTOGGLE},
    {0xd8, KEY_KBDILLUMDOWN},
    {0xd9, KEY_KBDILLUMUP},
    {0xda, KEY_SEND},
    {0xdb, KEY_LEFTMETA},
    {0xdc, KEY_RIGHTMETA},
    {0xdd, KEY_COMPOSE},
    {0xde, KEY_POWER},
    {0xdf, KEY_SLEEP},
    {0xe3, KEY_WAKEUP},
    {0xe4, KEY_REPLY},
    {0xe5, KEY_SEARCH},
    {0xe6, KEY_BOOKMARKS},
    {0xe7, KEY_REFRESH},
    {0xe8, KEY_STOP},
    {0xe9, KEY_FORWARD},
    {0xea, KEY_BACK},
    {0xeb, KEY_COMPUTER},
    {0xec, KEY_MAIL},
    {0xed, KEY_MEDIA},
    {0xef, KEY_MACRO},
    {0xf0, KEY_DOCUMENTS},
    {0xf1, KEY_BATTERY},
    {0xf2, KEY_BLUETOOTH},
    {0xf3, KEY_WLAN},
    {0xf4, KEY_UWB},
    {0xf5, KEY_HELP},
    {0xf6, KEY_KPLEFTPAREN},
    {0xf7, KEY_F18},
    {0xf8, KEY_COPY},
    {0xf9, KEY_F22},
    {0xfb, KEY_KPRIGHTPAREN},
    {0xfd, KEY_EJECTCLOSECD},
    {0xb7, KEY_SYSRQ},
    {0xf1, KEY_HANJA},
    {0xf2, KEY_HANGEUL},
};

constexpr std::array<std::uint8_t, 256> make_table()
{
    std::array<std::uint8_t, 256> table{};
    for (std::uint8_t same = KEY_ESC; same <= KEY_KPDOT; ++same) {
        table[same] = same;
    }
    table[KEY_102ND] = KEY_102ND;
    table[KEY_F11] = KEY_F11;
    table[KEY_F12] = KEY_F12;
    for (const auto& pair : k_others) {
        table[pair.qnum] = pair.evdev;
    }
    return table;
}

constexpr auto k_table = make_table();

} // namespace

std::uint32_t qnum_to_evdev(std::uint32_t qnum)
{
    return qnum < k_table.size() ? k_table[qnum] : 0;
}

} // namespace gds
