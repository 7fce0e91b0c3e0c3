// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/film_check.h"

#include "base/translate.h"
#include "service/sentence.h"

namespace gds::cli {

namespace {

constexpr const char* k_films = "films";

} // namespace

Findings judge_films(const H264Support& support)
{
    if (support.encoder.empty()) {
        return {warning(
            k_films,
            // Translators: %s is what a library says.
            sentence(_("Films are sent picture by picture, not as H.264 (%s)."),
                     support.trouble.c_str()),
            _("Install FFmpeg's library “libavcodec”; viewers that take H.264 then need less of "
              "the line."))};
    }
    return {well(k_films, sentence(_("Films go to viewers that take H.264, made by %s."),
                                   support.encoder.c_str()))};
}

} // namespace gds::cli
