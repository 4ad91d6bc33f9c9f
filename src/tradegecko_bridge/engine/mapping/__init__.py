"""From a source order to the order to create, or to the reason why not. Pure functions."""
