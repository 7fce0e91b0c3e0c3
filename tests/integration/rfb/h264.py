# SPDX-License-Identifier: GPL-2.0-or-later
"""Open H.264 (rfbproto): a decoder for each rectangle that has been one."""
import numpy

RESET_CONTEXT, RESET_ALL_CONTEXTS = 1, 2


def rgb(frame):
    """BT.709 in the limited range, as the stream says."""
    planes = frame.to_ndarray(format="yuv420p").astype(float)
    height, width = frame.height, frame.width
    luma = (planes[:height] - 16) / 219
    colour = (planes[height:].reshape(2, height // 2, width // 2) - 128) / 224
    blue, red = colour.repeat(2, axis=1).repeat(2, axis=2)
    channels = [luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue]
    return (numpy.stack(channels, axis=-1) * 255).round().clip(0, 255).astype(numpy.uint8)


class Contexts:
    def __init__(self):
        self.contexts = {}
        self.frames = 0

    def decode(self, wire, rect):
        """The picture of the rectangle; None when there is none."""
        import av
        length, flags = wire.fields("II")
        if flags & RESET_ALL_CONTEXTS:
            self.contexts.clear()
        if flags & RESET_CONTEXT or rect not in self.contexts:
            context = av.CodecContext.create("h264", "r")
            context.thread_count = 1
            self.contexts[rect] = context
        made = self.contexts[rect].decode(av.Packet(wire.read(length)))
        self.frames += len(made)
        return rgb(made[-1]) if made else None
