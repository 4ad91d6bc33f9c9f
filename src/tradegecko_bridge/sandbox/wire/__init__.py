"""What travels over the wire, as plain values: requests, answers, refusals, faults, parameters and HTML."""
