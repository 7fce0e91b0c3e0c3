// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/doctor/pipewire_check.h"

#include "base/translate.h"
#include "service/sentence.h"

namespace gds::cli {

namespace {

constexpr const char* k_pipewire = "pipewire";
constexpr const char* k_session_manager = "session-manager";
constexpr std::chrono::milliseconds k_patience{4'000};

} // namespace

PipeWireState gather_pipewire() { return probe_pipewire(k_patience); }

Findings judge_pipewire(const PipeWireState& state)
{
    if (!state.connected) {
        return {fault(k_pipewire,
                      sentence(_("PipeWire cannot be reached (%s), so that there is no picture."),
                               state.trouble.c_str()),
                      _("Start it with “systemctl --user start pipewire.socket”."))};
    }
    if (!state.answered) {
        return {fault(k_pipewire, _("PipeWire does not answer, so that there is no picture."),
                      _("Restart it with “systemctl --user restart pipewire”."))};
    }
    const auto running =
        well(k_pipewire, sentence(_("PipeWire %s answers."), state.version.c_str()));
    if (state.session_manager.empty()) {
        return {running,
                fault(k_session_manager,
                      _("No session manager serves PipeWire, so that no picture ever comes."),
                      _("Install WirePlumber and start it with “systemctl --user start "
                        "wireplumber”."))};
    }
    return {running, well(k_session_manager,
                          sentence(_("%s serves PipeWire."), state.session_manager.c_str()))};
}

} // namespace gds::cli
