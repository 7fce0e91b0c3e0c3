// SPDX-License-Identifier: GPL-2.0-or-later
// A window of xdg-shell over the whole screen, its pixels in shared memory.
#include "player_screen.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast" // it is C
#include "xdg-shell-client-protocol.h"
#pragma GCC diagnostic pop

#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-client.h>

namespace gds::bench {
namespace {

class WaylandScreen final : public PlayerScreen {
public:
    WaylandScreen()
    {
        display_ = wl_display_connect(nullptr);
        if (display_ == nullptr) {
            throw std::runtime_error("no Wayland display");
        }
        wl_registry* registry = wl_display_get_registry(display_);
        wl_registry_add_listener(registry, &k_registry_listener, this);
        wl_display_roundtrip(display_);
        wl_display_roundtrip(display_); // what was bound tells about itself
        if (compositor_ == nullptr || shm_ == nullptr || shell_ == nullptr) {
            throw std::runtime_error("the compositor lacks wl_shm or xdg-shell");
        }
        open_window();
        make_buffers();
    }

    ~WaylandScreen() override { wl_display_disconnect(display_); }

    Size size() const override { return size_; }
    int descriptor() const override { return wl_display_get_fd(display_); }
    void flush() override { wl_display_flush(display_); }

    void take_events() override
    {
        if (wl_display_dispatch(display_) < 0 || closed_) {
            throw std::runtime_error("the compositor has gone");
        }
    }

    Buffer* next() override
    {
        for (auto& buffer : buffers_) {
            if (wanted_ && !buffer.busy) {
                return &buffer;
            }
        }
        return nullptr;
    }

    void show(const Buffer& shown, const std::vector<Rect>& damage) override
    {
        for (auto& buffer : buffers_) {
            if (&buffer == &shown) {
                buffer.busy = true;
                wl_surface_attach(surface_, buffer.handle, 0, 0);
            }
        }
        for (const Rect& rect : damage) {
            wl_surface_damage_buffer(surface_, rect.x, rect.y, rect.width, rect.height);
        }
        wanted_ = false;
        wl_callback_add_listener(wl_surface_frame(surface_), &k_frame_listener, this);
        wl_surface_commit(surface_);
        flush();
    }

private:
    struct OneBuffer : Buffer {
        wl_buffer* handle = nullptr;
        bool busy = false;
    };

    static WaylandScreen& self(void* data) { return *static_cast<WaylandScreen*>(data); }

    static void on_global(void* data, wl_registry* registry, std::uint32_t name,
                          const char* interface, std::uint32_t)
    {
        WaylandScreen& screen = self(data);
        const auto bind = [&](const wl_interface& wanted, std::uint32_t version) {
            return wl_registry_bind(registry, name, &wanted, version);
        };
        const std::string_view kind = interface;
        if (kind == wl_compositor_interface.name) {
            screen.compositor_ = static_cast<wl_compositor*>(bind(wl_compositor_interface, 4));
        } else if (kind == wl_shm_interface.name) {
            screen.shm_ = static_cast<wl_shm*>(bind(wl_shm_interface, 1));
        } else if (kind == xdg_wm_base_interface.name) {
            screen.shell_ = static_cast<xdg_wm_base*>(bind(xdg_wm_base_interface, 1));
            xdg_wm_base_add_listener(screen.shell_, &k_shell_listener, data);
        } else if (kind == wl_seat_interface.name) {
            auto* seat = static_cast<wl_seat*>(bind(wl_seat_interface, 1));
            wl_seat_add_listener(seat, &k_seat_listener, data);
        } else if (kind == wl_output_interface.name) {
            auto* output = static_cast<wl_output*>(bind(wl_output_interface, 1));
            wl_output_add_listener(output, &k_output_listener, data);
        }
    }

    static void on_capabilities(void* data, wl_seat* seat, std::uint32_t capabilities)
    {
        // A seat gets its keyboard with its first key, and may lose it again.
        if ((capabilities & WL_SEAT_CAPABILITY_KEYBOARD) != 0) {
            wl_keyboard_add_listener(wl_seat_get_keyboard(seat), &k_keyboard_listener, data);
        }
        if ((capabilities & WL_SEAT_CAPABILITY_POINTER) != 0) {
            wl_pointer_add_listener(wl_seat_get_pointer(seat), &k_pointer_listener, data);
        }
    }

    void open_window()
    {
        surface_ = wl_compositor_create_surface(compositor_);
        xdg_surface* window = xdg_wm_base_get_xdg_surface(shell_, surface_);
        xdg_surface_add_listener(window, &k_window_listener, this);
        xdg_toplevel* toplevel = xdg_surface_get_toplevel(window);
        xdg_toplevel_add_listener(toplevel, &k_toplevel_listener, this);
        xdg_toplevel_set_fullscreen(toplevel, nullptr);
        wl_surface_commit(surface_);
        while (!configured_) {
            take_events();
        }
        if (size_.empty()) {
            size_ = mode_; // sway tells it to a window that is shown, not before
        }
        if (size_.empty()) {
            throw std::runtime_error("the compositor tells no size");
        }
    }

    void make_buffers()
    {
        const auto each = static_cast<std::size_t>(Rect::of(size_).area()) * sizeof(Pixel);
        const std::size_t octets = each * buffers_.size();
        const int file = memfd_create("scene", MFD_CLOEXEC);
        if (file < 0 || ftruncate(file, static_cast<off_t>(octets)) != 0) {
            throw std::runtime_error("no shared memory");
        }
        void* memory = mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (memory == MAP_FAILED) {
            throw std::runtime_error("no shared memory");
        }
        wl_shm_pool* pool = wl_shm_create_pool(shm_, file, static_cast<int>(octets));
        std::size_t offset = 0;
        for (auto& buffer : buffers_) {
            buffer.canvas = {static_cast<Pixel*>(memory) + offset / sizeof(Pixel), size_};
            buffer.handle = wl_shm_pool_create_buffer(
                pool, static_cast<int>(offset), size_.width, size_.height,
                size_.width * static_cast<int>(sizeof(Pixel)), WL_SHM_FORMAT_XRGB8888);
            wl_buffer_add_listener(buffer.handle, &k_buffer_listener, &buffer);
            offset += each;
        }
        wl_shm_pool_destroy(pool);
        close(file);
    }

    static const wl_registry_listener k_registry_listener;
    static const xdg_wm_base_listener k_shell_listener;
    static const xdg_surface_listener k_window_listener;
    static const wl_buffer_listener k_buffer_listener;
    static const wl_callback_listener k_frame_listener;
    static const xdg_toplevel_listener k_toplevel_listener;
    static const wl_output_listener k_output_listener;
    static const wl_seat_listener k_seat_listener;
    static const wl_keyboard_listener k_keyboard_listener;
    static const wl_pointer_listener k_pointer_listener;

    wl_display* display_ = nullptr;
    wl_compositor* compositor_ = nullptr;
    wl_shm* shm_ = nullptr;
    xdg_wm_base* shell_ = nullptr;
    wl_surface* surface_ = nullptr;
    Size size_;
    Size mode_; // of the screen
    bool configured_ = false;
    bool closed_ = false;
    bool wanted_ = true;
    std::array<OneBuffer, 3> buffers_;
};

const wl_registry_listener WaylandScreen::k_registry_listener{
    on_global, [](void*, wl_registry*, std::uint32_t) {}};

const xdg_wm_base_listener WaylandScreen::k_shell_listener{
    [](void*, xdg_wm_base* shell, std::uint32_t serial) { xdg_wm_base_pong(shell, serial); }};

const xdg_surface_listener WaylandScreen::k_window_listener{
    [](void* data, xdg_surface* window, std::uint32_t serial) {
        xdg_surface_ack_configure(window, serial);
        self(data).configured_ = true;
    }};

const wl_buffer_listener WaylandScreen::k_buffer_listener{
    [](void* data, wl_buffer*) { static_cast<OneBuffer*>(data)->busy = false; }};

const wl_callback_listener WaylandScreen::k_frame_listener{
    [](void* data, wl_callback* callback, std::uint32_t) {
        wl_callback_destroy(callback);
        self(data).wanted_ = true;
    }};

// What newer versions of the interfaces tell is not asked for.
const xdg_toplevel_listener WaylandScreen::k_toplevel_listener = [] {
    xdg_toplevel_listener listener{};
    listener.configure = [](void* data, xdg_toplevel*, int width, int height, wl_array*) {
        WaylandScreen& screen = self(data);
        // It is the whole screen's from the first one that tells any.
        if (screen.size_.empty()) {
            screen.size_ = {width, height};
        }
    };
    listener.close = [](void* data, xdg_toplevel*) { self(data).closed_ = true; };
    return listener;
}();

const wl_output_listener WaylandScreen::k_output_listener = [] {
    wl_output_listener listener{};
    listener.geometry = [](void*, wl_output*, int, int, int, int, int, const char*, const char*,
                           int) {};
    listener.mode = [](void* data, wl_output*, std::uint32_t flags, int width, int height, int) {
        if ((flags & WL_OUTPUT_MODE_CURRENT) != 0) {
            self(data).mode_ = {width, height};
        }
    };
    return listener;
}();

const wl_seat_listener WaylandScreen::k_seat_listener = [] {
    wl_seat_listener listener{};
    listener.capabilities = on_capabilities;
    return listener;
}();

const wl_keyboard_listener WaylandScreen::k_keyboard_listener = [] {
    wl_keyboard_listener listener{};
    listener.keymap = [](void*, wl_keyboard*, std::uint32_t, int file, std::uint32_t) {
        close(file);
    };
    listener.enter = [](void*, wl_keyboard*, std::uint32_t, wl_surface*, wl_array*) {};
    listener.leave = [](void*, wl_keyboard*, std::uint32_t, wl_surface*) {};
    listener.key = [](void* data, wl_keyboard*, std::uint32_t, std::uint32_t, std::uint32_t,
                      std::uint32_t state) {
        if (state == WL_KEYBOARD_KEY_STATE_PRESSED) {
            ++self(data).keys_;
        }
    };
    listener.modifiers = [](void*, wl_keyboard*, std::uint32_t, std::uint32_t, std::uint32_t,
                            std::uint32_t, std::uint32_t) {};
    return listener;
}();

const wl_pointer_listener WaylandScreen::k_pointer_listener = [] {
    wl_pointer_listener listener{};
    // No pointer over the scene: some compositors paint it into the picture.
    listener.enter = [](void*, wl_pointer* pointer, std::uint32_t serial, wl_surface*, wl_fixed_t,
                        wl_fixed_t) { wl_pointer_set_cursor(pointer, serial, nullptr, 0, 0); };
    listener.leave = [](void*, wl_pointer*, std::uint32_t, wl_surface*) {};
    listener.motion = [](void*, wl_pointer*, std::uint32_t, wl_fixed_t, wl_fixed_t) {};
    listener.button = [](void*, wl_pointer*, std::uint32_t, std::uint32_t, std::uint32_t,
                         std::uint32_t) {};
    listener.axis = [](void*, wl_pointer*, std::uint32_t, std::uint32_t, wl_fixed_t) {};
    return listener;
}();

} // namespace

std::unique_ptr<PlayerScreen> open_wayland_screen() { return std::make_unique<WaylandScreen>(); }

} // namespace gds::bench
