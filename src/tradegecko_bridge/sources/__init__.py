"""Where orders come from: one package or module for each source we ship."""
