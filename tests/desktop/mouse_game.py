#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A game as far as its mouse goes: by SDL it locks and hides the pointer, and writes down how far the
mouse went, a line "X Y" for each motion.

    mouse_game.py FILE
"""
import ctypes
import struct
import sys

SDL_INIT_VIDEO, SDL_WINDOW_FULLSCREEN_DESKTOP, CENTRED = 0x20, 0x1001, 0x2fff0000
SDL_MOUSEMOTION, EVENT_OCTETS, X_REL = 0x400, 128, 28


def main():
    sdl = ctypes.CDLL("libSDL2-2.0.so.0")
    for name in ("SDL_CreateWindow", "SDL_CreateRenderer"):
        getattr(sdl, name).restype = ctypes.c_void_p
    assert sdl.SDL_Init(SDL_INIT_VIDEO) == 0
    window = ctypes.c_void_p(sdl.SDL_CreateWindow(b"game", CENTRED, CENTRED, 800, 600,
                                                  SDL_WINDOW_FULLSCREEN_DESKTOP))
    renderer = ctypes.c_void_p(sdl.SDL_CreateRenderer(window, -1, 0))
    assert sdl.SDL_SetRelativeMouseMode(1) == 0
    event = ctypes.create_string_buffer(EVENT_OCTETS)
    with open(sys.argv[1], "a", encoding="utf-8") as file:
        while True:
            while sdl.SDL_WaitEventTimeout(event, 50):
                if struct.unpack_from("I", event)[0] == SDL_MOUSEMOTION:
                    print(*struct.unpack_from("ii", event, X_REL), file=file, flush=True)
            sdl.SDL_SetRenderDrawColor(renderer, 20, 60, 90, 255)
            sdl.SDL_RenderClear(renderer)
            sdl.SDL_RenderPresent(renderer)


if __name__ == "__main__":
    main()
