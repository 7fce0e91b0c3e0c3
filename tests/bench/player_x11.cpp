// SPDX-License-Identifier: GPL-2.0-or-later
// A window over the whole screen of an X server, its pixels in shared memory (MIT-SHM).
#include "player_screen.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <stdexcept>
#include <sys/ipc.h>
#include <sys/shm.h>

namespace gds::bench {
namespace {

class X11Screen final : public PlayerScreen {
public:
    X11Screen()
    {
        display_ = XOpenDisplay(nullptr);
        if (display_ == nullptr || XShmQueryExtension(display_) == 0) {
            throw std::runtime_error("no X display with shared memory");
        }
        const int number = DefaultScreen(display_);
        if (DefaultDepth(display_, number) != 24) {
            throw std::runtime_error("the X screen is not of 24 bits");
        }
        size_ = {DisplayWidth(display_, number), DisplayHeight(display_, number)};
        open_window();
        make_buffer();
    }

    ~X11Screen() override
    {
        XShmDetach(display_, &memory_);
        XCloseDisplay(display_);
    }

    Size size() const override { return size_; }
    int descriptor() const override { return ConnectionNumber(display_); }
    void flush() override { XFlush(display_); }

    Buffer* next() override
    {
        take_events(); // Xlib may have read some that the descriptor no longer tells
        return under_way_ == 0 ? &buffer_ : nullptr;
    }

    void take_events() override
    {
        while (XPending(display_) > 0) {
            XEvent event{};
            XNextEvent(display_, &event);
            if (event.type == completion_) {
                --under_way_;
            } else if (event.type == KeyPress) {
                ++keys_;
            } else if (event.type == Expose && buffer_.painted) {
                put(Rect::of(size_));
            }
        }
    }

    void show(const Buffer&, const std::vector<Rect>& damage) override
    {
        for (const Rect& rect : damage) {
            put(rect);
        }
        flush();
    }

private:
    void put(const Rect& rect)
    {
        XShmPutImage(display_, window_, context_, image_, rect.x, rect.y, rect.x, rect.y,
                     static_cast<unsigned>(rect.width), static_cast<unsigned>(rect.height), True);
        ++under_way_;
    }

    void open_window()
    {
        const Window root = DefaultRootWindow(display_);
        XSetWindowAttributes wanted{};
        wanted.override_redirect = True;
        wanted.event_mask = ExposureMask | KeyPressMask;
        window_ = XCreateWindow(display_, root, 0, 0, static_cast<unsigned>(size_.width),
                                static_cast<unsigned>(size_.height), 0, CopyFromParent, InputOutput,
                                nullptr, CWOverrideRedirect | CWEventMask, &wanted);
        hide_pointer();
        XMapRaised(display_, window_);
        XSync(display_, False);
        XSetInputFocus(display_, window_, RevertToParent, CurrentTime);
        context_ = XCreateGC(display_, window_, 0, nullptr);
    }

    // Some servers paint it into the picture.
    void hide_pointer()
    {
        const char nothing[8]{};
        const Pixmap blank = XCreateBitmapFromData(display_, window_, nothing, 8, 8);
        XColor black{};
        const Cursor cursor = XCreatePixmapCursor(display_, blank, blank, &black, &black, 0, 0);
        XDefineCursor(display_, window_, cursor);
        XFreePixmap(display_, blank);
    }

    void make_buffer()
    {
        Visual* visual = DefaultVisual(display_, DefaultScreen(display_));
        image_ = XShmCreateImage(display_, visual, 24, ZPixmap, nullptr, &memory_,
                                 static_cast<unsigned>(size_.width),
                                 static_cast<unsigned>(size_.height));
        const std::size_t octets = static_cast<std::size_t>(Rect::of(size_).area()) * sizeof(Pixel);
        memory_.shmid = shmget(IPC_PRIVATE, octets, IPC_CREAT | 0600);
        memory_.shmaddr = static_cast<char*>(shmat(memory_.shmid, nullptr, 0));
        memory_.readOnly = False;
        image_->data = memory_.shmaddr;
        XShmAttach(display_, &memory_);
        XSync(display_, False);
        shmctl(memory_.shmid, IPC_RMID, nullptr); // goes with who uses it
        buffer_.canvas = {static_cast<Pixel*>(static_cast<void*>(memory_.shmaddr)), size_};
        completion_ = XShmGetEventBase(display_) + ShmCompletion;
    }

    Display* display_ = nullptr;
    Window window_ = 0;
    GC context_ = nullptr;
    XImage* image_ = nullptr;
    XShmSegmentInfo memory_{};
    Size size_;
    Buffer buffer_;
    int completion_ = 0;
    int under_way_ = 0;
};

} // namespace

std::unique_ptr<PlayerScreen> open_x11_screen() { return std::make_unique<X11Screen>(); }

} // namespace gds::bench
