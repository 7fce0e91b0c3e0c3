// SPDX-License-Identifier: GPL-2.0-or-later
// The rectangles of a session through noVNC's own decoders, without a browser.
//
//     node novnc_decode.mjs NOVNC-DIRECTORY WIDTH HEIGHT RECTANGLES PICTURE
//
// RECTANGLES: x, y, width, height (16 bits each), encoding, length (32 bits), octets; all numbers
// big-endian. PICTURE: red, green, blue of each pixel.
import { readFileSync, writeFileSync, readdirSync } from "node:fs";
import path from "node:path";

globalThis.window ??= globalThis;
globalThis.WebSocket ??= { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };

const [directory, widthText, heightText, rectangles, picture] = process.argv.slice(2);
const width = Number(widthText), height = Number(heightText);
const load = (file) => import(path.join(directory, "core", file)).then((module) => module.default);

class Display {
    constructor() { this.pixels = new Uint8Array(width * height * 3); }
    put(x, y, red, green, blue) { this.pixels.set([red, green, blue], (y * width + x) * 3); }
    fillRect(x, y, w, h, color) {
        for (let row = y; row < y + h; ++row)
            for (let column = x; column < x + w; ++column) this.put(column, row, ...color);
    }
    blitImage(x, y, w, h, data, offset) {
        for (let row = 0; row < h; ++row)
            for (let column = 0; column < w; ++column) {
                const at = offset + (row * w + column) * 4;
                this.put(x + column, y + row, data[at], data[at + 1], data[at + 2]);
            }
    }
    copyImage(fromX, fromY, x, y, w, h) {
        const old = this.pixels.slice();
        for (let row = 0; row < h; ++row) {
            const from = ((fromY + row) * width + fromX) * 3;
            this.pixels.set(old.subarray(from, from + w * 3), ((y + row) * width + x) * 3);
        }
    }
    imageRect() { throw new Error("a JPEG where none was asked for"); }
}

const Websock = await load("websock.js");
const files = { 0: "raw.js", 1: "copyrect.js", 7: "tight.js", 16: "zrle.js" };
const there = readdirSync(path.join(directory, "core", "decoders"));
const decoders = {};
for (const [number, file] of Object.entries(files))
    if (there.includes(file)) decoders[number] = new (await load(`decoders/${file}`))();

const display = new Display();
const input = readFileSync(rectangles);
const seen = {};
for (let at = 0; at < input.length;) {
    const [x, y, w, h] = [0, 2, 4, 6].map((offset) => input.readUInt16BE(at + offset));
    const encoding = input.readInt32BE(at + 8), length = input.readUInt32BE(at + 12);
    const socket = new Websock();
    socket._rQ = Uint8Array.from(input.subarray(at + 16, at + 16 + length));
    socket._rQlen = length;
    at += 16 + length;
    seen[encoding] = (seen[encoding] ?? 0) + 1;
    // A decoder that says no has done a part and wants to be called again with the same.
    let calls = 0;
    while (!decoders[encoding].decodeRect(x, y, w, h, socket, display, 24))
        if (++calls > 100000) throw new Error(`rectangle of encoding ${encoding} does not end`);
    if (socket._rQi !== length)
        throw new Error(`${length - socket._rQi} octets left by encoding ${encoding}`);
}
writeFileSync(picture, display.pixels);
console.log(JSON.stringify(seen));
