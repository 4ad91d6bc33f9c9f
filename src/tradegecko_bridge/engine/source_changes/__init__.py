"""What a source says of orders it gave before: changes and cancellations."""
