# SPDX-License-Identifier: GPL-2.0
"""The directive "sequence": a sequence diagram from a text file, drawn by graphviz.

The file names the participants, then has a line for each message, downwards in time.
Blank lines are ignored, and a comment is the heading of what follows; the comment in
the first line is for readers of the file:

    # What this is.
    participants: VMM, device
    # Heading
    VMM > device: what is sent
"""

import pathlib

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.ext.graphviz import graphviz
from sphinx.util.docutils import SphinxDirective

COLUMN, ROW = 2.7, 0.36		# inches
FONT = 'fontname="DejaVu Sans,Verdana,sans-serif"'
BOX = 'shape=box, style="rounded,filled", fillcolor="#eef3f8", color="#4a6785"'
HEAD = f"""digraph {{
graph [bgcolor=white, splines=line]
node [shape=point, width=0.01, color="#9db2c8", fontsize=9, {FONT}]
edge [color="#4a6785", arrowsize=0.6]
"""


def point(name, x, y, more=""):
    return f'{name} [pos="{x},{-y}!" {more}]\n'


def text(name, x, y, label, more):
    return point(name, x, y, f'label="{label}", {more}')


def lifeline(column, name, length):
    x = column * COLUMN
    yield text(f"p{column}", x, 0, name, f"width=1.3, height=0.3, fontsize=10, {BOX}")
    yield point(f"q{column}", x, length)
    yield f'p{column} -> q{column} [arrowhead=none, style=dotted, color="#9db2c8"]\n'


def heading(row, label, columns):
    yield text(f"h{row}", (columns - 1) * COLUMN / 2, (row + 0.6) * ROW, label,
               f"shape=box, style=filled, color=white, fillcolor=\"#f6f1e4\", height=0.25, "
               f"width={(columns - 1) * COLUMN + 1.3}, fontsize=10")


def message(row, label, start, end):
    y = (row + 1) * ROW
    # beside the sender, where there is no other arrow below it
    middle = start + (1 if end > start else -1) / 2
    yield text(f"t{row}", middle * COLUMN, y - 0.15, label,
               "shape=plaintext, style=filled, fillcolor=white, margin=0.02, width=0, height=0")
    yield point(f"s{row}", start * COLUMN, y) + point(f"e{row}", end * COLUMN, y)
    yield f"s{row} -> e{row}\n"


def dot(lines):
    """The lines of the file as a graph for neato, each node at its place."""
    lines = [line.strip() for line in lines[1:] if line.strip()]
    names = [name.strip() for name in lines.pop(0).partition(":")[2].split(",")]
    yield HEAD
    for column, name in enumerate(names):
        yield from lifeline(column, name, (len(lines) + 1.5) * ROW)
    for row, line in enumerate(lines, 1):
        if line.startswith("#"):
            yield from heading(row, line.strip("# "), len(names))
            continue
        way, _, label = line.partition(": ")
        start, end = (names.index(name.strip()) for name in way.split(">"))
        yield from message(row, label, start, end)
    yield "}\n"


class Sequence(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"alt": directives.unchanged, "caption": directives.unchanged}

    def run(self):
        _, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(path)
        picture = graphviz("", code="".join(dot(pathlib.Path(path).read_text(
            encoding="utf-8").splitlines())), alt=self.options.get("alt", ""),
            options={"docname": self.env.docname, "graphviz_dot": "neato"})
        if "caption" not in self.options:
            return [picture]
        caption, _ = self.parse_inline(self.options["caption"])
        return [nodes.figure("", picture, nodes.caption("", "", *caption), align="center")]


def setup(app):
    app.add_directive("sequence", Sequence)
    return {"parallel_read_safe": True}
