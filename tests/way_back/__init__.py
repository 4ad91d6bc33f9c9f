"""The way back in simulated time: two shops on one account, everything that goes wrong, and what holds in the end."""
