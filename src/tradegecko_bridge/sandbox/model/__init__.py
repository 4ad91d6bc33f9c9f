"""The data of one account: its tables and their description, transactions, the state file, clock and switches."""
