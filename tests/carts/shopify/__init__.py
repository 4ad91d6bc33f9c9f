"""A stand-in for Shopify: its own schemas, executed by graphql-core over real HTTP."""
