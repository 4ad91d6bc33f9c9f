"""What can be set for a connection, how it is declared, and which orders and lines it takes."""
