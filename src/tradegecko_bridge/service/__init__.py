"""What runs for weeks: jobs at their rhythm, alerts that leave the machine, health and metrics."""
