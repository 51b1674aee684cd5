"""How `make docs` builds these pages; what is made at that moment is in `tools/manual`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from rulesengine import __version__

project = "rulesengine"
copyright = "the authors of rulesengine, MIT licence"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "manual"]
exclude_patterns = ["examples"]
root_doc = "index"

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4
# docstrings write code as Markdown does
default_role = "code"
toc_object_entries = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
python_display_short_literal_types = True
maximum_signature_line_length = 80

# an example of a finding is YAML that no YAML reader takes
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = f"rulesengine {__version__}"
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["manual.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
