// SPDX-License-Identifier: GPL-2.0-or-later
// The client's side of a session under test: builds client messages octet by octet, takes the
// server's messages apart, strictly, and keeps the picture that they make.
#pragma once

#include "base/bytes.h"
#include "desktop/geometry.h"
#include "desktop/pixel_format.h"
#include "io/stream_writer.h"
#include "rfb/wire.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gds::test {

// --- what a client says

inline Bytes client_init(bool shared = true) { return {static_cast<std::uint8_t>(shared ? 1 : 0)}; }

inline Bytes set_encodings(std::initializer_list<std::int32_t> encodings)
{
    StreamWriter out;
    out.put_u8(2);
    out.pad(1);
    out.put_u16(static_cast<std::uint16_t>(encodings.size()));
    for (const auto encoding : encodings) {
        out.put_s32(encoding);
    }
    return out.take();
}

inline Bytes rect_message(std::uint8_t type, bool flag, const Rect& area)
{
    StreamWriter out;
    out.put_u8(type);
    out.put_u8(flag ? 1 : 0);
    out.put_u16(static_cast<std::uint16_t>(area.x));
    out.put_u16(static_cast<std::uint16_t>(area.y));
    out.put_u16(static_cast<std::uint16_t>(area.width));
    out.put_u16(static_cast<std::uint16_t>(area.height));
    return out.take();
}
inline Bytes request(bool incremental, const Rect& area)
{
    return rect_message(3, incremental, area);
}
inline Bytes continuous_updates(bool enable, const Rect& area)
{
    return rect_message(150, enable, area);
}

inline Bytes key_event(std::uint32_t keysym, bool down)
{
    StreamWriter out;
    out.put_u8(4);
    out.put_u8(down ? 1 : 0);
    out.pad(2);
    out.put_u32(keysym);
    return out.take();
}

inline Bytes qemu_key_event(std::uint32_t keysym, std::uint32_t keycode, bool down)
{
    StreamWriter out;
    out.put_u8(255);
    out.put_u8(0);
    out.put_u16(down ? 1 : 0);
    out.put_u32(keysym);
    out.put_u32(keycode);
    return out.take();
}

inline Bytes pointer_event(unsigned mask, int x, int y, std::optional<unsigned> extended = {})
{
    StreamWriter out;
    out.put_u8(5);
    out.put_u8(static_cast<std::uint8_t>(mask));
    out.put_u16(static_cast<std::uint16_t>(x));
    out.put_u16(static_cast<std::uint16_t>(y));
    if (extended) {
        out.put_u8(static_cast<std::uint8_t>(*extended));
    }
    return out.take();
}

inline Bytes cut_text(std::uint32_t length, std::string_view text)
{
    StreamWriter out;
    out.put_u8(6);
    out.pad(3);
    out.put_u32(length);
    out.put_text(text);
    return out.take();
}

inline Bytes client_fence(std::uint32_t flags, std::string_view payload)
{
    StreamWriter out;
    out.put_u8(248);
    out.pad(3);
    out.put_u32(flags);
    out.put_u8(static_cast<std::uint8_t>(payload.size()));
    out.put_text(payload);
    return out.take();
}

inline Bytes set_desktop_size(int width, int height, const std::vector<Rect>& screens)
{
    StreamWriter out;
    out.put_u8(251);
    out.pad(1);
    out.put_u16(static_cast<std::uint16_t>(width));
    out.put_u16(static_cast<std::uint16_t>(height));
    out.put_u8(static_cast<std::uint8_t>(screens.size()));
    out.pad(1);
    std::uint32_t id = 0;
    for (const auto& screen : screens) {
        out.put_u32(id++);
        out.put_u16(static_cast<std::uint16_t>(screen.x));
        out.put_u16(static_cast<std::uint16_t>(screen.y));
        out.put_u16(static_cast<std::uint16_t>(screen.width));
        out.put_u16(static_cast<std::uint16_t>(screen.height));
        out.put_u32(0);
    }
    return out.take();
}

inline Bytes set_pixel_format(const PixelFormat& format)
{
    StreamWriter out;
    out.put_u8(0);
    out.pad(3);
    out.put_u8(format.bits_per_pixel);
    out.put_u8(format.depth);
    out.put_u8(format.big_endian ? 1 : 0);
    out.put_u8(format.true_colour ? 1 : 0);
    out.put_u16(format.red_max);
    out.put_u16(format.green_max);
    out.put_u16(format.blue_max);
    out.put_u8(format.red_shift);
    out.put_u8(format.green_shift);
    out.put_u8(format.blue_shift);
    out.pad(3);
    return out.take();
}

inline Bytes joined(std::initializer_list<Bytes> parts)
{
    Bytes all;
    for (const auto& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

// --- what the server said

struct SeenRect {
    Rect rect;
    std::int32_t encoding = 0;
    Bytes payload;
};

struct Seen {
    int type = -1; // -1: ServerInit
    std::vector<SeenRect> rects;
    std::uint32_t fence_flags = 0;
    std::string text; // of a fence, a ServerCutText, or the desktop's name
    bool extended = false; // a ServerCutText

    bool has(std::int32_t encoding) const { return find(encoding) != nullptr; }
    const SeenRect* find(std::int32_t encoding) const
    {
        for (const auto& rect : rects) {
            if (rect.encoding == encoding) {
                return &rect;
            }
        }
        return nullptr;
    }
    // Of Raw rectangles.
    std::int64_t pixels() const
    {
        std::int64_t sum = 0;
        for (const auto& rect : rects) {
            sum += rect.encoding == 0 ? rect.rect.area() : 0;
        }
        return sum;
    }
};

// Takes messages apart as they come in any pieces. Pixels must be Raw, 32 bits, as in ServerInit,
// unless set otherwise.
class Viewer {
public:
    Size size;
    std::vector<std::uint32_t> pixels;
    std::size_t octets_per_pixel = 4;

    std::uint32_t at(int x, int y) const
    {
        return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) +
                      static_cast<std::size_t>(x)] &
               0xffffffU;
    }

    // The next whole message of `arrived`, with how long it was; empty: not all of it is there.
    std::optional<Seen> next(ByteView arrived, std::size_t& length)
    {
        in_ = arrived;
        try {
            Seen seen = started_ ? message() : server_init();
            started_ = true;
            length = arrived.size() - in_.size();
            for (std::size_t i = 0; i < seen.rects.size(); ++i) {
                seen.rects[i].payload.assign(payloads_[i].begin(), payloads_[i].end());
                show(seen.rects[i]);
            }
            return seen;
        } catch (const Short&) {
            return std::nullopt;
        }
    }

private:
    struct Short {};

    ByteView take(std::size_t n)
    {
        if (in_.size() < n) {
            throw Short{};
        }
        const ByteView taken = in_.first(n);
        in_ = in_.subspan(n);
        return taken;
    }
    std::uint32_t number(std::size_t octets)
    {
        std::uint32_t value = 0;
        for (const auto octet : take(octets)) {
            value = value << 8 | octet;
        }
        return value;
    }
    std::string text(std::size_t n) { return std::string{as_text(take(n))}; }

    Seen server_init()
    {
        const int width = static_cast<int>(number(2));
        const int height = static_cast<int>(number(2));
        take(16);
        Seen seen;
        seen.text = text(number(4));
        resize({width, height});
        return seen;
    }

    Seen message()
    {
        Seen seen;
        seen.type = static_cast<int>(number(1));
        if (seen.type == 0) {
            take(1);
            payloads_.clear();
            const auto count = number(2);
            for (std::uint32_t i = 0; i < count; ++i) {
                seen.rects.push_back(rect());
                if (seen.rects.back().encoding == encoding::k_last_rect) {
                    break;
                }
            }
        } else if (seen.type == 248) {
            take(3);
            seen.fence_flags = number(4);
            seen.text = text(number(1));
        } else if (seen.type == 3) {
            take(3);
            const std::uint32_t field = number(4);
            seen.extended = (field & 0x80000000U) != 0;
            seen.text = text(seen.extended ? 0U - field : field);
        } else if (seen.type != 150) {
            throw std::runtime_error{"unexpected message " + std::to_string(seen.type)};
        }
        return seen;
    }

    SeenRect rect()
    {
        SeenRect seen;
        seen.rect.x = static_cast<int>(number(2));
        seen.rect.y = static_cast<int>(number(2));
        seen.rect.width = static_cast<int>(number(2));
        seen.rect.height = static_cast<int>(number(2));
        seen.encoding = static_cast<std::int32_t>(number(4));
        const auto area = static_cast<std::size_t>(seen.rect.area());
        std::size_t length = 0;
        if (seen.encoding == encoding::k_copy_rect) {
            length = 4;
        } else if (seen.encoding == encoding::k_raw) {
            length = area * octets_per_pixel;
        } else if (seen.encoding == encoding::k_zrle || seen.encoding == encoding::k_zlib ||
                   seen.encoding == encoding::k_desktop_name) {
            length = number(4);
        } else if (seen.encoding == encoding::k_open_h264) {
            length = number(4) + 4; // the flags first
        } else if (seen.encoding == encoding::k_cursor_with_alpha) {
            length = 4 + area * 4;
        } else if (seen.encoding == encoding::k_cursor) {
            const auto row = static_cast<std::size_t>((seen.rect.width + 7) / 8);
            length = area * octets_per_pixel + row * static_cast<std::size_t>(seen.rect.height);
        } else if (seen.encoding == encoding::k_extended_desktop_size) {
            const auto screens = number(1);
            take(3);
            length = screens * 16;
        } else if (seen.encoding == encoding::k_qemu_led_state) {
            length = 1;
        } else if (seen.encoding == encoding::k_vmware_led_state) {
            length = 4;
        } else if (seen.encoding >= 0 && seen.encoding != encoding::k_vmware_cursor_position) {
            throw std::runtime_error{"unexpected encoding " + std::to_string(seen.encoding)};
        }
        payloads_.push_back(take(length));
        return seen;
    }

    void resize(Size next)
    {
        size = next;
        pixels.assign(static_cast<std::size_t>(Rect::of(size).area()), 0xff00ff);
    }

    void show(const SeenRect& seen)
    {
        if (seen.encoding == encoding::k_desktop_size ||
            (seen.encoding == encoding::k_extended_desktop_size && seen.rect.y == 0)) {
            if (seen.rect.size() != size) {
                resize(seen.rect.size());
            }
        }
        if (seen.encoding == encoding::k_copy_rect) {
            copy(seen);
        }
        if (seen.encoding != encoding::k_raw || octets_per_pixel != 4) {
            return;
        }
        if (seen.rect.intersected(Rect::of(size)) != seen.rect) {
            throw std::runtime_error{"pixels outside the framebuffer"};
        }
        const std::uint8_t* octet = seen.payload.data();
        for (int y = seen.rect.y; y < seen.rect.bottom(); ++y) {
            for (int x = seen.rect.x; x < seen.rect.right(); ++x, octet += 4) {
                pixels[static_cast<std::size_t>(y * size.width + x)] =
                    static_cast<std::uint32_t>(octet[0] | octet[1] << 8 | octet[2] << 16);
            }
        }
    }

    // RFC 6143, 7.7.2: from the framebuffer as it is now.
    void copy(const SeenRect& seen)
    {
        const auto& at = seen.payload;
        const Rect from{at[0] << 8 | at[1], at[2] << 8 | at[3], seen.rect.width, seen.rect.height};
        if (from.intersected(Rect::of(size)) != from ||
            seen.rect.intersected(Rect::of(size)) != seen.rect) {
            throw std::runtime_error{"a copy outside the framebuffer"};
        }
        const auto before = pixels;
        for (int y = 0; y < from.height; ++y) {
            for (int x = 0; x < from.width; ++x) {
                pixels[static_cast<std::size_t>((seen.rect.y + y) * size.width + seen.rect.x + x)] =
                    before[static_cast<std::size_t>((from.y + y) * size.width + from.x + x)];
            }
        }
    }

    ByteView in_;
    std::vector<ByteView> payloads_; // of the message's rectangles; copied once it is whole
    bool started_ = false;
};

} // namespace gds::test
