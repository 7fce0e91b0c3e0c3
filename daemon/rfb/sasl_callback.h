// SPDX-License-Identifier: GPL-2.0-or-later
// Entries of the callback lists that Cyrus SASL takes. Only rfb/sasl_*.cpp include this.
#pragma once

#include <sasl/sasl.h>

namespace gds {

using SaslProc = decltype(sasl_callback_t::proc);

// The library keeps every callback as `int (*)(void)` and calls it with the type that `id` stands
// for.
template <typename Function>
sasl_callback_t sasl_callback(unsigned long id, Function* function, void* context = nullptr)
{
    using Any = void (*)();
    return {id, reinterpret_cast<SaslProc>(reinterpret_cast<Any>(function)), context};
}

inline sasl_callback_t sasl_callbacks_end() { return {SASL_CB_LIST_END, nullptr, nullptr}; }

// SASL_CB_LOG for the library and for every connection.
int sasl_log(void* context, int level, const char* message);

} // namespace gds
