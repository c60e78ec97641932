"""The exchange between nodes: one message shape in both directions, carried in sealed and signed parcels.

`messages` builds and reads what is inside, `server` answers a partner's request, `client` sends one, `delivery` keeps
the outbox moving. Specified in `docs/protocol.md`, "Exchange over HTTP".
"""
