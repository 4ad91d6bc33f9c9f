"""What of the Shopify source needs no shop."""
