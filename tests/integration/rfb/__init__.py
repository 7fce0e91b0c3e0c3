# SPDX-License-Identifier: GPL-2.0-or-later
"""An RFB client written from the specifications alone: a second opinion on the daemon's protocol."""
