# SPDX-License-Identifier: GPL-2.0
"""Pages whose text is in other files of the project: the source of the module, the
uapi header, the man pages and the Markdown files. Each has a stub of the right name
in Documentation; its text is appended when Sphinx reads the stub. A line ".. stats: KIND"
in a page becomes a table of counters."""

import html
import pathlib
import re
import subprocess

PROJECT = pathlib.Path(__file__).resolve().parents[2]
MODULE = "drivers/vhost/vsock_bridge"
HEADER = "include/uapi/linux/vsock_bridge.h"
# The comment above, the name, the value, the comment behind
DEFINE = re.compile(r"^(?:/\* (.*?)\.? \*/\n)?#define (\w+)[ \t]+(\S.*?)"
                    r"(?:[ \t]*/\* (.*) \*/)?$", re.M)
# Kind, name and text of an entry of VSOCK_BRIDGE_STATS
STAT = re.compile(r'^\t(GAUGE|COUNT|END|ERROR)\(\w+,\s*(\w+),\s*((?:"[^"]*"\s*)+)\)', re.M)
# A heading that mandoc has written, or the end of its section
HEADING = re.compile(r'<section class="S[hs]">\s*<h([12]) .*?><a .*?>(.*?)</a></h\1>'
                     r"|</section>", re.S)


def title(text, line):
    return f"\n{text}\n{line * len(text)}\n\n"


def has_kernel_doc(name):
    return "\n/**\n" in (PROJECT / MODULE / name).read_text(encoding="utf-8")


def sources():
    """A section for each file of the module that has kernel-doc comments."""
    root = PROJECT / MODULE
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*.[ch]"))
    for name in filter(has_kernel_doc, names):
        yield title(name, "=") + f".. kernel-doc:: {MODULE}/{name}\n"


def plain(text):
    return re.sub(r"([*_`|\\])", r"\\\1", text)


def constants():
    """A table for each run of #define lines, because kernel-doc leaves them out."""
    text = (PROJECT / HEADER).read_text(encoding="utf-8")
    for run in filter(None, map(DEFINE.findall, text.split("\n\n"))):
        above, _, _, behind = run[0]
        if above and behind:
            yield f"\n{plain(above)}:\n"
        yield "\n.. list-table::\n   :widths: 40 30 40\n\n"
        for above, name, value, behind in run:
            yield f"   * - ``{name}``\n     - ``{value}``\n     - {plain(behind or above)}\n"


def stats(kind):
    """The table of the entries of one kind in VSOCK_BRIDGE_STATS."""
    header = (PROJECT / HEADER).read_text(encoding="utf-8")
    yield "\n.. list-table::\n   :widths: 35 65\n\n"
    for entry, name, text in STAT.findall(re.sub(r"[ \t]*\\\n", "\n", header)):
        if entry == kind:
            text = "".join(re.findall(r'"(.*?)"', text))
            yield f"   * - ``{name}``\n     - {plain(text)}\n"


def raw(part):
    """HTML as it is; Sphinx puts its words into the index of the search."""
    part = part.strip()
    if part:
        yield ".. raw:: html\n\n" + re.sub(r"(?m)^", "   ", part) + "\n\n"


def man(name):
    """A man page: its sections are those of the page, the rest is HTML of mandoc."""
    page = subprocess.run(
        ["mandoc", "-T", "html", "-O", "fragment", PROJECT / "tools/vsock-bridge" / name],
        check=True, capture_output=True, encoding="utf-8").stdout
    text = re.search(r'<div class="manual-text">\n(.*)</div>\n<table class="foot">',
                     page, re.S)[1]
    text = re.sub(r"<b>(vsock[-_]bridge)</b>\((\d)\)",
                  r'<a href="\1.\2.html"><b>\1</b>(\2)</a>', text)
    text = re.sub(r"Documentation/([\w/-]+)\.rst", r'<a href="../\1.html">\g<0></a>', text)
    start = 0
    for heading in HEADING.finditer(text):
        yield from raw(text[start:heading.start()])
        if heading[1]:
            words = " ".join(html.unescape(heading[2]).split())
            yield title(plain(words), "-=~"[int(heading[1])])
        start = heading.end()


def markdown(name):
    """A file of the project's top folder."""
    yield "\n" + (PROJECT / name).read_text(encoding="utf-8")


MADE = {
    "driver-api/reference": (sources,),
    "userspace-api/ioctls": (constants,),
    "reference/vsock-bridge.1": (man, "vsock-bridge.1"),
    "reference/vsock_bridge.4": (man, "vsock_bridge.4"),
    "reference/changes": (markdown, "CHANGELOG.md"),
    "explanation/security": (markdown, "SECURITY.md"),
    "dev-tools/contributing": (markdown, "CONTRIBUTING.md"),
}


def make(_app, page, text):
    function, *arguments = MADE.get(page, (list,))
    text[0] += "".join(function(*arguments))
    text[0] = re.sub(r"^\.\. stats: (\w+)$", lambda found: "".join(stats(found[1])),
                     text[0], flags=re.M)


def setup(app):
    app.connect("source-read", make)
    return {"parallel_read_safe": True}
