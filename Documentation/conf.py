# SPDX-License-Identifier: GPL-2.0
"""How Sphinx builds these pages: like the kernel's, with its own extensions."""

import os
import pathlib
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(HERE)
KERNEL = os.environ["KERNEL"]
MODULE = "drivers/vhost/vsock_bridge"
HEADER = "include/uapi/linux/vsock_bridge.h"
# What is above, name, value, what is behind
DEFINE = re.compile(r"^(?:/\* (.*?)\.? \*/\n)?#define (\w+)[ \t]+(\S.*?)"
                    r"(?:[ \t]*/\* (.*) \*/)?$", re.M)

# Kind, name and text of an entry of VSOCK_BRIDGE_STATS
STAT = re.compile(r'^\t(GAUGE|COUNT|END|ERROR)\(\w+,\s*(\w+),\s*((?:"[^"]*"\s*)+)\)', re.M)

sys.path.insert(0, os.path.join(KERNEL, "Documentation", "sphinx"))
extensions = ["kerneldoc", "automarkup"]
kerneldoc_bin = os.path.join(KERNEL, "scripts", "kernel-doc")
kerneldoc_srctree = PROJECT

project = "vsock_bridge"
author = "The vsock_bridge developers"
with open(os.path.join(PROJECT, "VERSION"), encoding="ascii") as file:
    version = release = file.read().strip()

# The tables of the benchmark are parts of a page.
exclude_patterns = ["output", "dev-tools/benchmarks"]
primary_domain = "c"
highlight_language = "none"
c_id_attributes = ["__user"]
# What the kernel's own types are is told elsewhere.
# enum vsb_reason is made of a list, which the page of counters shows.
nitpick_ignore_regex = [("c:identifier", "(?!vsb_|vsock_bridge_).*|vsb_reason")]

html_theme = "alabaster"
html_theme_options = {
    "description": f"A guest's vsock device, bridged to AF_UNIX sockets ({version})",
    "page_width": "65em",
    "sidebar_width": "15em",
    "fixed_sidebar": "true",
    "font_size": "inherit",
    "font_family": "serif",
}
html_static_path = [os.path.join(KERNEL, "Documentation", "sphinx-static")]
html_css_files = ["custom.css"]
html_sidebars = {"**": ["about.html", "searchbox.html", "localtoc.html", "navigation.html"]}
html_copy_source = False
html_show_copyright = False


def title(text, line):
    return f"\n{text}\n{line * len(text)}\n\n"


def has_kernel_doc(name):
    with open(os.path.join(PROJECT, MODULE, name), encoding="utf-8") as source:
        return "\n/**\n" in source.read()


def sources():
    """A section for each file of the module that documents anything."""
    root = pathlib.Path(PROJECT, MODULE)
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*.[ch]"))
    for name in filter(has_kernel_doc, names):
        yield title(name, "=") + f".. kernel-doc:: {MODULE}/{name}\n"


def plain(text):
    return re.sub(r"([*_`|\\])", r"\\\1", text)


def constants():
    """A table for each run of #define lines: kernel-doc leaves them out."""
    with open(os.path.join(PROJECT, HEADER), encoding="utf-8") as header:
        runs = [DEFINE.findall(part) for part in header.read().split("\n\n")]
    for run in filter(None, runs):
        above, _, _, behind = run[0]
        if above and behind:
            yield f"\n{plain(above)}:\n"
        yield "\n.. list-table::\n   :widths: 40 30 40\n\n"
        for above, name, value, behind in run:
            yield f"   * - ``{name}``\n     - ``{value}``\n     - {plain(behind or above)}\n"


def stats(kind):
    """The table of the entries of one kind in VSOCK_BRIDGE_STATS."""
    with open(os.path.join(PROJECT, HEADER), encoding="utf-8") as header:
        entries = STAT.findall(re.sub(r"[ \t]*\\\n", "\n", header.read()))
    yield "\n.. list-table::\n   :widths: 35 65\n\n"
    for _, name, text in filter(lambda entry: entry[0] == kind, entries):
        text = "".join(re.findall(r'"(.*?)"', text))
        yield f"   * - ``{name}``\n     - {plain(text)}\n"


MADE = {"driver-api/reference": sources, "userspace-api/ioctls": constants}


def make(_app, page, text):
    """Some pages end with what is found in the source, or have a table of it."""
    text[0] += "".join(MADE[page]()) if page in MADE else ""
    text[0] = re.sub(r"^\.\. stats: (\w+)$", lambda found: "".join(stats(found[1])),
                     text[0], flags=re.M)


def setup(app):
    app.connect("source-read", make)
