"""Tests of the protocol library: `docs/protocol.md`, sentence by sentence."""
