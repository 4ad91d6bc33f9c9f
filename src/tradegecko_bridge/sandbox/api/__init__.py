"""The resource API without the network: from a request to an answer."""
