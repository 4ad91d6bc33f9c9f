"""The command ``tgbridge sandbox``: runs a sandbox, or talks to one that runs."""
