// SPDX-License-Identifier: GPL-2.0-or-later
// Included by one file of a test program that draws cards: Pango's own start-up loses one
// fontconfig pattern of 256 octets per process, which is not ours to free.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
extern "C" const char* __lsan_default_suppressions(); // NOLINT: the sanitizer's name
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig.so\n"; }
extern "C" const char* __lsan_default_options(); // NOLINT
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif
