"""What becomes of a ledger row: pure functions that every store shares.

Each takes a row as it is and gives the row as it shall be, with the events to write beside it. A store finds, locks
and writes rows; it decides nothing.
"""
