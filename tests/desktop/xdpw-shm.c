// SPDX-License-Identifier: GPL-2.0-or-later
// Preloaded into xdg-desktop-portal-wlr for wlroots without a GPU.  It will not start a cast until
// the compositor has announced a dmabuf format, which the pixman renderer never does; so one is
// announced beside the wl_shm format.  Without a GBM device plain shared memory is used anyway.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

// The events of zwlr_screencopy_frame_v1 version 3, in the order of its protocol file.
struct FrameListener {
    void (*buffer)(void*, void*, uint32_t format, uint32_t width, uint32_t height, uint32_t stride);
    void (*flags)(void*, void*, uint32_t);
    void (*ready)(void*, void*, uint32_t, uint32_t, uint32_t);
    void (*failed)(void*, void*);
    void (*damage)(void*, void*, uint32_t, uint32_t, uint32_t, uint32_t);
    void (*linux_dmabuf)(void*, void*, uint32_t format, uint32_t width, uint32_t height);
    void (*buffer_done)(void*, void*);
};

enum { drm_format_xrgb8888 = 0x34325258 };

static const struct FrameListener* original;
static struct FrameListener replacement;

static void on_buffer(void* data, void* frame, uint32_t format, uint32_t width, uint32_t height,
                      uint32_t stride)
{
    original->linux_dmabuf(data, frame, drm_format_xrgb8888, width, height);
    original->buffer(data, frame, format, width, height, stride);
}

int wl_proxy_add_listener(void* proxy, void (**listener)(void), void* data)
{
    int (*add)(void*, void (**)(void), void*) =
        (int (*)(void*, void (**)(void), void*))dlsym(RTLD_NEXT, "wl_proxy_add_listener");
    const char* (*class_of)(void*) = (const char* (*)(void*))dlsym(RTLD_NEXT, "wl_proxy_get_class");
    if (strcmp(class_of(proxy), "zwlr_screencopy_frame_v1") == 0) {
        original = (const struct FrameListener*)listener;
        replacement = *original;
        replacement.buffer = on_buffer;
        listener = (void (**)(void)) & replacement;
    }
    return add(proxy, listener, data);
}
