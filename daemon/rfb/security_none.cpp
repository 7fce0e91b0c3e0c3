// SPDX-License-Identifier: GPL-2.0-or-later
#include "rfb/security_none.h"

#include <utility>

namespace gds {

bool none_can_be_had(const SecuritySetup& /*setup*/) { return true; }

Task<Authenticated> run_none(const SecurityContext& context, Channel channel)
{
    context.observer.on_stage("none");
    Identity identity{IdentityKind::anonymous, {}, {}};
    co_return SecurityProof::make(std::move(identity), channel.word, "", channel.strength);
}

} // namespace gds
