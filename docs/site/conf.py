"""Sphinx's settings for the documentation site; scripts/make_site.py lays out the pages that it is run on."""

from __future__ import annotations

from typing import Final

from shared_core.version import SOFTWARE_VERSION

project = "OpenBAC"
author = "OpenBAC developers"
copyright = "OpenBAC developers, BSD 3-Clause licence. Research use only: never a diagnosis."
release = version = SOFTWARE_VERSION
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
highlight_language = "none"  # what names no language is no program
suppress_warnings: Final = ["ref.python"]  # words in backticks that several classes have as a field

# The anchors of headings are GitHub's, so a link works in the repository and on the site.
myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath"]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_default_options: Final = {"members": True, "undoc-members": True}
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_preprocess_types = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_title = "OpenBAC"
html_logo = html_favicon = "static/logo.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_sidebars: Final = {"index": []}
html_theme_options: Final = {
    "github_url": "https://github.com/OpenBAC/OpenBAC",
    "header_links_before_dropdown": 6,
    "logo": {"text": "OpenBAC"},
    "navbar_align": "left",
    "navbar_persistent": ["search-button-field"],
    "navbar_end": ["theme-switcher", "navbar-icon-links"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "friendly",
    "pygments_dark_style": "github-dark",
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
    "show_nav_level": 1,
    "show_prev_next": True,
}
