// SPDX-License-Identifier: GPL-2.0-or-later
// GDS_VECTOR_CLONES before a function over pixels: the compiler makes a second version of it for
// AVX2 and the loader chooses. Elsewhere (arm64 has NEON always) it is nothing.
#pragma once

// clang 14 takes other spellings and would choose wrongly; ThreadSanitizer crashes in the resolver,
// which runs before it is ready.
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) &&                            \
    !defined(__SANITIZE_THREAD__)
#define GDS_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define GDS_VECTOR_CLONES
#endif
