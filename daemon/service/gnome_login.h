// SPDX-License-Identifier: GPL-2.0-or-later
// The user and the password that were typed under Remote Desktop in GNOME Settings, as a login
// here. Only read, and turned into SCRAM verifiers at once: no security type that needs the
// password itself ever gets it. Owned by main.
#pragma once

#include "base/worker_pool.h"
#include "service/foreign_login.h"

namespace gds {

class GnomeLogin final : public ForeignLogin {
public:
    explicit GnomeLogin(WorkerPool& workers) : workers_(workers) {}

    Task<ForeignUser> load(Bytes key) override;
    Task<bool> unlock() override;

private:
    WorkerPool& workers_;
};

} // namespace gds
