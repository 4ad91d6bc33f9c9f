"""The fault suite: real processes, real sockets, real databases, and everything that goes wrong between them."""
