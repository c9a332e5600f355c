"""Data of the arena's shape: items, and files of a web page's kinds and sizes with compressed siblings."""
import gzip
import hashlib
import json
import pathlib
import random
import shutil
import subprocess

SEED = 1997
ITEMS = 50
NAMES = (("Amber", "Brisk", "Copper", "Dapper", "Elder", "Frost", "Gentle", "Hollow", "Ivory", "Juniper"),
         ("Anvil", "Basket", "Candle", "Drawer", "Easel", "Funnel", "Goblet", "Hammer", "Inkwell", "Ladder"))
CATEGORIES = ("kitchen", "workshop", "garden", "study", "nursery", "cellar")
TAGS = ("handmade", "sturdy", "foldable", "washable", "seasonal", "second-hand", "limited", "gift",
        '9" wide', "naïve", "left\\right", "two\nlines\tor so\u0001")
WORDS = ("apple barrel canvas dragon ember fennel garnet harbor island jacket kettle lantern meadow needle orchard pebble "
         "quarry ribbon saddle timber umber velvet willow yonder zephyr angle border column delta edge frame grid hover "
         "index join key layer margin node offset panel query row scale track unit value width axis").split()

# Of each file its name and its size in bytes.
SIZES = {
    "reset.css": 8192, "theme.css": 18432, "layout.css": 25600, "utilities.css": 61440, "components.css": 204800,
    "analytics.js": 12288, "helpers.js": 22528, "router.js": 35840, "app.js": 204800, "vendor.js": 307200,
    "header.html": 122880, "footer.html": 56320, "logo.svg": 15344, "icon-sprite.svg": 71680, "manifest.json": 2883,
    "regular.woff2": 18432, "bold.woff2": 22528, "thumb1.webp": 8192, "thumb2.webp": 6144, "hero.webp": 46080,
}
HEADS = {".woff2": b"wOF2\0\1\0\0", ".webp": b"RIFF\0\0\0\0WEBPVP8 "}


def item(number, dice):
    return {"id": number, "name": " ".join(map(dice.choice, NAMES)), "category": dice.choice(CATEGORIES),
            "price": dice.randint(1, 500), "quantity": dice.randint(1, 100), "active": dice.random() < 0.7,
            "tags": dice.sample(TAGS, dice.randint(1, 4)),
            "rating": {"score": dice.randint(1, 50), "count": dice.randint(1, 500)}}


# Text: for each kind of file one more line of it.

def css_line(dice):
    first, second, third = dice.sample(WORDS, 3)
    return (f".{first}-{second}{{{third}-color:#{dice.randrange(1 << 24):06x};margin:{dice.randrange(64)}px "
            f"{dice.randrange(64)}px;width:calc({dice.randrange(100)}% - {dice.randrange(20)}px)}}\n")


def js_line(dice):
    first, second, third, fourth = dice.sample(WORDS, 4)
    return (f"export function {first}{second.title()}({third}){{const {fourth}={third}.{second}({dice.randrange(5000)});"
            f"return {fourth}?{fourth}.{first}:{first}{third.title()}({third},\"{second}\")}}\n")


def html_line(dice):
    first, second, *more = dice.sample(WORDS, 9)
    return f'<li class="{first}-{second}"><a href="/{first}/{dice.randrange(1000)}">{" ".join(more)}</a></li>\n'


def svg_line(dice):
    places = " ".join(f"{dice.choice('LQ')}{dice.randrange(640)} {dice.randrange(480)}" for _ in range(4))
    colour = f"#{dice.randrange(1 << 24):06x}"
    return f'<path class="{dice.choice(WORDS)}" fill="{colour}" d="M{dice.randrange(640)} 0 {places}z"/>\n'


def json_line(dice):
    key = f"{dice.choice(WORDS)}{dice.randrange(100)}"
    return f'  "{key}": {{"src": "/{dice.choice(WORDS)}.png", "size": {dice.randrange(512)}}},\n'


LINES = {".css": css_line, ".js": js_line, ".html": html_line, ".svg": svg_line, ".json": json_line}
ENDS = {".json": ("{\n", '  "end": {}\n}\n'), ".html": ("<ul>\n", "</ul>\n"), ".svg": ("<svg>\n", "</svg>\n")}


def text(kind, size, dice):
    """So many bytes: whole lines, then spaces where a line was too long."""
    begin, end = ENDS.get(kind, ("", ""))
    lines, left = [begin], size - len(begin) - len(end)
    while len(line := LINES[kind](dice)) <= left:
        lines.append(line)
        left -= len(line)
    return "".join([*lines, " " * left, end]).encode()


def content(name, size, dice):
    kind = pathlib.PurePath(name).suffix
    if kind in LINES:
        return text(kind, size, dice)
    return HEADS[kind] + dice.randbytes(size - len(HEADS[kind]))


def compress(path):
    """Siblings beside the file, as small as they get."""
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    subprocess.run(["brotli", "-q", "11", "-k", "-f", str(path)], check=True, timeout=60)


def make(folder):
    """All of it, unless it is there already as this file would make it."""
    stamp = folder / "made-by"
    ours = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == ours:
        return
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "static").mkdir(parents=True)
    dice = random.Random(SEED)
    items = [item(number, dice) for number in range(1, ITEMS + 1)]
    (folder / "dataset.json").write_text(json.dumps(items, indent=2) + "\n")
    for name, size in SIZES.items():
        path = folder / "static" / name
        path.write_bytes(content(name, size, dice))
        if path.suffix in LINES:
            compress(path)
    stamp.write_text(ours)


class Data:
    """A folder of such data, as the checks need it."""

    def __init__(self, folder):
        self.folder = folder
        self.items = json.loads((folder / "dataset.json").read_text())
        paths = {path.name: path for path in sorted((folder / "static").iterdir())}
        self.files = {name: path for name, path in paths.items() if path.suffix not in (".br", ".gz")}
        self.siblings = {name: [kind for kind in ("br", "gz") if f"{name}.{kind}" in paths] for name in self.files}

    def answer(self, count, multiplier):
        """What /json/{count}?m={multiplier} says."""
        items = [{**item, "total": item["price"] * item["quantity"] * multiplier} for item in self.items[:count]]
        return {"items": items, "count": len(items)}
