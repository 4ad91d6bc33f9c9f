"""The way back: shipments, stock levels and product details to the source."""
