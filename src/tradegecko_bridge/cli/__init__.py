"""The command line, ``tgbridge`` (extra ``cli``)."""
