"""Bar charts as SVG: plain shapes and text, legible on light and on dark, without scripts."""
import html

WIDTH, LABELS, VALUES, BAR, GAP, TOP, BOTTOM = 800, 250, 90, 20, 8, 64, 16
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .note { font-size: 12px; fill: #57606a; }
  .ours { fill: #d1553a; } .other { fill: #8c959f; } .base { fill: #4f7f62; }
  .strong { font-weight: 600; }
  line { stroke: #d0d7de; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .note { fill: #9198a1; } line { stroke: #3d444d; }
    .ours { fill: #e8775d; } .other { fill: #768390; } .base { fill: #6ba583; }
  }
"""


def element(name, content=None, **attributes):
    words = "".join(f' {key.replace("_", "-").rstrip("-")}="{html.escape(str(value))}"'
                    for key, value in attributes.items())
    return f"<{name}{words}/>" if content is None else f"<{name}{words}>{content}</{name}>"


def text(words, x, y, kind="", anchor="start"):
    attributes = {"class_": kind} if kind else {}
    return element("text", html.escape(words), x=x, y=y, text_anchor=anchor, **attributes)


def row(place, label, value, words, kind, longest):
    """A label, a bar and its value."""
    y = TOP + place * (BAR + GAP)
    middle = y + BAR - 6
    length = max(1, round((WIDTH - LABELS - VALUES) * value / longest, 1))
    strong = "strong" if kind == "ours" else ""
    return [text(label, LABELS - 10, middle, strong, "end"),
            element("rect", x=LABELS, y=y, width=length, height=BAR, rx=2, class_=kind),
            text(words, LABELS + length + 8, middle, strong)]


def bars(title, note, rows):
    """`rows` are (label, value, its words, kind): ours, other, or base, whose figure is 1."""
    height = TOP + len(rows) * (BAR + GAP) + BOTTOM
    longest = max(value for _, value, _, _ in rows) or 1
    parts = [element("title", html.escape(title)), element("style", STYLE), text(title, 12, 26, "title"),
             text(note, 12, 46, "note"),
             element("line", x1=LABELS, y1=TOP - 6, x2=LABELS, y2=height - BOTTOM)]
    for place, (label, value, words, kind) in enumerate(rows):
        parts += row(place, label, value, words, kind, longest)
    return element("svg", "\n" + "\n".join(parts) + "\n", xmlns="http://www.w3.org/2000/svg",
                   viewBox=f"0 0 {WIDTH} {height}", width=WIDTH, height=height, role="img") + "\n"
