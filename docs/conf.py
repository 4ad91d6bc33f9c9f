"""Sphinx settings."""

from tradegecko_bridge import __version__

project = "tradegecko-bridge"
author = "The tradegecko-bridge developers"
project_copyright = f"2026, {author}"
release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
myst_enable_extensions = ["colon_fence", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
nitpick_ignore_regex = [("py:.*", ".*")]
html_theme = "furo"
html_title = f"tradegecko-bridge {release}"
