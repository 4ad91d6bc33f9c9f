"""Sphinx settings."""

import sys
from pathlib import Path

from tradegecko_bridge import __version__

sys.path.append(str(Path(__file__).parent / "_ext"))

project = "tradegecko-bridge"
author = "The tradegecko-bridge developers"
project_copyright = f"2026, {author}"
release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "references",
]
myst_enable_extensions = ["colon_fence", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
autodoc_member_order = "bysource"
toc_object_entries = False  # every page would list every object: most of the build, and of each page
autodoc_typehints = "description"
autodoc_use_type_comments = False
# Names of others, whose pages cannot be asked without a network. Of our own package every name has to be found.
nitpick_ignore_regex = [
    ("py:.*", rf"{package}\..*")
    for package in (
        "collections",
        "concurrent",
        "contextlib",
        "datetime",
        "decimal",
        "httpx",
        "opentelemetry",
        "os",
        "pathlib",
        "sqlalchemy",
        "ssl",
        "tenacity",
    )
]
nitpick_ignore = [
    ("py:class", "tradegecko_bridge.sources.folder.csv_orders.TableReader"),
    ("py:class", "Engine"),
    ("py:class", "TracerProvider"),
]  # SQLAlchemy's, OpenTelemetry's
copybutton_prompt_text = "$ "  # of commands shown with their output only the commands are copied
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_theme = "furo"
html_title = f"tradegecko-bridge {release}"
