"""What people do and need to know: decisions on orders, alerts, expiry of personal data."""
