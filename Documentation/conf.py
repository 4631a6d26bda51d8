# SPDX-License-Identifier: GPL-2.0
"""The configuration of Sphinx; the extensions are the kernel's own and those in sphinx/."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
KERNEL = os.environ["KERNEL"]

sys.path.insert(0, os.path.join(KERNEL, "Documentation", "sphinx"))
sys.path.insert(0, os.path.join(HERE, "sphinx"))
extensions = ["made_pages", "page_names", "sequence", "kerneldoc", "automarkup",
              "sphinx.ext.graphviz", "myst_parser"]
kerneldoc_bin = os.path.join(KERNEL, "scripts", "kernel-doc")
kerneldoc_srctree = os.path.dirname(HERE)
graphviz_output_format = "svg"

project = "vsock_bridge"
author = "The vsock_bridge developers"
with open(os.path.join(kerneldoc_srctree, "VERSION"), encoding="ascii") as file:
    version = release = file.read().strip()

# benchmarks.rst includes the tables of the benchmark.
exclude_patterns = ["output", "dev-tools/benchmarks"]
primary_domain = "c"
highlight_language = "none"
c_id_attributes = ["__user"]
# The types of the kernel have no page here, and enum vsb_reason is made from a list,
# which the page of error counters shows.
nitpick_ignore_regex = [("c:identifier", "(?!vsb_|vsock_bridge_).*|vsb_reason")]

html_theme = "furo"
html_title = f"vsock_bridge {version}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
pygments_style = "tango"
pygments_dark_style = "native"
