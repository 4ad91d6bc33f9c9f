"""The running server: the ASGI application, the control area, and `Sandbox`."""
