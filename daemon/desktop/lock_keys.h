// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the keyboard's locks are on.
#pragma once

namespace gds {

struct LockKeys {
    bool caps = false;
    bool num = false;
    bool operator==(const LockKeys&) const = default;
};

} // namespace gds
