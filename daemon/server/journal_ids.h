// SPDX-License-Identifier: GPL-2.0-or-later
// The MESSAGE_ID of each kind of record in the journal that others go by. They never change; what
// they mean stands in data/gnome-desktop-sharing.catalog and in the manual page.
#pragma once

namespace gds {

// a viewer has logged in
inline constexpr const char* k_record_logged_in = "7ffa7a1551604b1ca3487ad9901372b4";
// a connection ended before anybody had logged in
inline constexpr const char* k_record_refused = "d6fa03b8b6c94ac4b642136c07040377";
// somebody at the desk was asked for consent
inline constexpr const char* k_record_consent = "4306b7827f124ebe92d002f882cd6122";
// a viewer may now control, or only look
inline constexpr const char* k_record_rights = "273026ab5ea94f9b868cdf88f8ca252f";
// a session has ended
inline constexpr const char* k_record_ended = "b8bcce565fae4b53886281f4644cd8bd";
// a setting has another value
inline constexpr const char* k_record_setting = "db30480233f1421286d5dbc179f829aa";
// a source costs too many records: more are left out for a while
inline constexpr const char* k_record_left_out = "26e59df336ec43e38e4e78682842e97f";

} // namespace gds
