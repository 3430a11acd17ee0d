"""The worker's end of the producer link as plain state machines: no socket, thread, clock or event loop in here."""
