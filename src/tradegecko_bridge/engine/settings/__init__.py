"""What can be set for a connection, how it is read, which orders and lines it takes, and the waits of the engine."""
