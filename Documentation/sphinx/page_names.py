# SPDX-License-Identifier: GPL-2.0
"""Names of pages in running text become links: vsock_bridge.rst, howto/qemu.rst,
Documentation/faq.rst, SECURITY.md, vsock-bridge(1). A name that no page has, or that
two pages have, is a warning."""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
NAME = re.compile(r"(?<![\w/.-])(?:[\w.-]+/)*[\w-]+\.(?:rst|md)\b|\bvsock[-_]bridge\([14]\)")
# Files outside of Documentation that have a page
PAGES = {
    "CHANGELOG.md": "reference/changes",
    "CONTRIBUTING.md": "dev-tools/contributing",
    "README.md": "index",
    "SECURITY.md": "explanation/security",
    "vsock-bridge(1)": "reference/vsock-bridge.1",
    "vsock_bridge(4)": "reference/vsock_bridge.4",
}
# Pages of Linux
OF_LINUX = {
    "Documentation/process/coding-style.rst",
    "Documentation/userspace-api/ioctl/ioctl-number.rst",
}


def candidates(env, page, name):
    """The pages that @name can mean, as text of @page."""
    if name in PAGES:
        return [PAGES[name]]
    name = name.removeprefix("Documentation/").removesuffix(".rst")
    beside = page.rpartition("/")[0] + "/" + name
    if beside in env.found_docs:
        return [beside]
    return [doc for doc in env.found_docs if f"/{doc}".endswith(f"/{name}")]


def link(page, name, target):
    """The title of page @target as a link, or the name of a man page."""
    return addnodes.pending_xref(
        "", nodes.inline("", name, classes=["doc"]), refdomain="std", reftype="doc",
        refdoc=page, reftarget="/" + target, refexplicit="(" in name, refwarn=True)


def marked(env, page, node):
    """The parts of a text node, names replaced by links; None if it has none."""
    text, start, parts = str(node), 0, []
    for match in NAME.finditer(text):
        name = match[0]
        if name.startswith("tools/") or name in OF_LINUX:
            continue
        found = candidates(env, page, name)
        if len(found) != 1:
            LOGGER.warning("%s pages are named %s", len(found), name, location=node.parent)
            continue
        if found[0] == page:
            continue
        parts += [nodes.Text(text[start:match.start()]), link(page, name, found[0])]
        start = match.end()
    return parts + [nodes.Text(text[start:])] if parts else None


def is_running(node):
    """Is a text node part of a sentence, not of a literal, a title or a link?"""
    parents = (nodes.FixedTextElement, nodes.literal, nodes.title, nodes.reference,
               nodes.raw, addnodes.pending_xref)
    parent = node.parent
    while parent is not None:
        if isinstance(parent, parents):
            return False
        parent = parent.parent
    return True


def mark_up(app, doctree):
    page = app.env.docname
    for node in list(filter(is_running, doctree.findall(nodes.Text))):
        parts = marked(app.env, page, node)
        if parts:
            node.parent.replace(node, parts)


def setup(app):
    # before the kernel's automarkup, which finds names of the same folder only
    app.connect("doctree-read", mark_up, priority=400)
    return {"parallel_read_safe": True}
