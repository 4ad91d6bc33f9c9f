"""The way out: orders from the source into the ledger, and from there into the order-management system."""
