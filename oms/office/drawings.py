"""Flat illustrations of goods, as SVG of 96 × 96.

A shape (`shapes.svg`) is found by the words of a SKU's names, the first match wins. It is drawn in
three tones of one colour, on a pale tint of it.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

COLOURS = {
    "terracotta": "#c4693f", "sage": "#8aa587", "white": "#e9e6df", "cobalt": "#2f55a4",
    "ochre": "#d09a32", "anthracite": "#4a5259", "forest green": "#2f6b4a", "orange": "#e2792b",
    "red": "#c23b3b", "silver": "#b4bcc4", "steel": "#a3adb6", "black": "#3b4046",
    "cream": "#e8dcc0", "navy": "#2c3f66", "yellow": "#e4b92e", "violet": "#7a5aa8",
    "natural": "#d3bc94", "wood": "#b98a5a", "clear": "#bcd4de", "smoke": "#8d969c",
    "sand": "#d9c7a3", "grey": "#99a1a8", "lavender": "#9d8fc9", "citrus": "#dfc04a",
    "fig": "#7d5470", "green": "#3f8a5a", "brass": "#c2a04a", "oak": "#b88f5b",
    "walnut": "#6f4d34", "sky": "#8db9d6", "warm white": "#efc873", "neutral white": "#c9dbe6",
    "striped blue": "#4b78b5", "striped green": "#4d9270",
}  # fmt: skip
# Where a SKU has no colour, its kind of shape has.
PLAIN = {
    "pot": "#c4693f", "seeds": "#6f9e58", "sack": "#7d6247", "bottle": "#7c8b3c",
    "jar": "#c79a3b", "packet": "#d8b562", "can": "#b8453c", "tool": "#7c8790", "spade": "#7c8790",
    "box": "#c3a27a", "brush": "#6c8fae", "screw": "#9aa4ac", "drip": "#4f93b5", "cake": "#c48a4e",
    "wreath": "#4d7f55", "figures": "#b98a5a", "fish": "#4f93b5", "gift": "#b8534a",
    "coffee": "#6b4a36", "tape": "#d8c48c",
}  # fmt: skip
DEFAULT = "#8fa3ad"
PALE = 0xB8
PALE_GROUND = "#d3dbe0"

LINE = re.compile(r'^<g id="(?P<name>[\w ]+)">(?P<body>.*)</g>$', re.MULTILINE)
SHAPES = {
    found["name"]: found["body"]
    for found in LINE.finditer(Path(__file__).with_name("shapes.svg").read_text(encoding="utf-8"))
}

# Word in a SKU's product or category name → shape. The first that is found wins.
WORDS = (
    ("set", "gift"), ("table for four", "gift"), ("angle grinder", "drill"),
    ("artichokes", "jar"), ("starter", "gift"), ("box pasta", "gift"), ("dinner box", "gift"),
    ("breakfast", "gift"), ("stockpot", "casserole"), ("casserole", "casserole"),
    ("balcony", "planter"), ("planter", "planter"), ("saucepan", "saucepan"), ("moka pot", "moka"),
    ("seeds", "seeds"), ("bulbs", "seeds"), ("soil", "sack"), ("fertiliser", "sack"),
    ("charcoal grill", "grill"), ("charcoal", "sack"), ("trowel", "trowel"), ("fork", "rake"),
    ("shears", "shears"), ("lopper", "shears"), ("folding saw", "saw"), ("gloves", "glove"),
    ("rake", "rake"), ("hoe", "tool"), ("spade", "spade"), ("edger", "tool"),
    ("watering can", "watering can"), ("hose", "hose"), ("spray gun", "drip"), ("drip", "drip"),
    ("timer", "appliance"), ("deck chair", "chair"), ("chair", "chair"), ("table lamp", "lamp"),
    ("tablecloth", "cloth"), ("table", "table"), ("parasol", "parasol"), ("hammock", "hammock"),
    ("lantern", "lantern"), ("solar", "lights"), ("frying pan", "pan"), ("wok", "pan"),
    ("griddle", "pan"), ("pizza stone", "stone"), ("peel", "spoon"), ("tin", "tin"),
    ("mould", "tin"), ("rolling", "pin"), ("cups", "cup"), ("grinder", "appliance"),
    ("frother", "appliance"), ("canister", "jar"), ("beans", "coffee"), ("ground coffee", "coffee"),
    ("wine glass", "wine glass"), ("glass", "glass"), ("carafe", "glass"), ("cutlery", "cutlery"),
    ("napkins", "cloth"), ("feeding bowl", "bowl"), ("bowl", "bowl"), ("platter", "plate"),
    ("plate", "plate"), ("utility knife", "saw"), ("knife", "knife"), ("board", "board"),
    ("grater", "grater"), ("colander", "bowl"), ("tongs", "cutlery"), ("spoon", "spoon"),
    ("jar", "jar"), ("bread bin", "tin"), ("scales", "appliance"), ("duvet", "bedding"),
    ("sheet", "bedding"), ("pillowcase", "cushion"), ("cushion", "cushion"), ("blanket", "cloth"),
    ("bathrobe", "robe"), ("mat", "rug"), ("towel", "cloth"), ("pendant", "pendant"),
    ("lamp", "lamp"), ("led bulb", "bulb"), ("lights", "lights"), ("stool", "stool"),
    ("side table", "table"), ("bookcase", "shelves"), ("rack", "rack"), ("bench", "table"),
    ("candle", "candle"), ("diffuser", "bottle"), ("vase", "vase"), ("frame", "frame"),
    ("clock", "clock"), ("mirror", "mirror"), ("broom", "broom"), ("mop", "broom"),
    ("basket", "basket"), ("pegs", "hanger"), ("soap", "soap"), ("hammer", "hammer"),
    ("screwdriver", "screwdriver"), ("pliers", "pliers"), ("spanner", "spanner"),
    ("measure", "measure"), ("level", "level"), ("toolbox", "toolbox"), ("drill bit", "screw"),
    ("drill", "drill"), ("jigsaw", "drill"), ("sander", "drill"),
    ("battery", "battery"), ("spray paint", "spray"), ("paint roller", "roller"),
    ("wall paint", "paint"), ("varnish", "paint"), ("enamel", "paint"), ("brush", "brush"),
    ("tape", "tape"), ("screws", "screw"), ("plugs", "screw"), ("hooks", "handle"),
    ("bracket", "bracket"), ("padlock", "padlock"), ("handle", "handle"), ("lead", "cable"),
    ("oil", "bottle"), ("vinegar", "bottle"), ("passata", "bottle"), ("pasta", "packet"),
    ("rice", "sack"), ("flour", "sack"), ("pesto", "jar"), ("honey", "jar"),
    ("jam", "jar"), ("panettone", "cake"), ("cantucci", "packet"), ("torrone", "packet"),
    ("mower", "mower"), ("spreader", "mower"), ("nativity", "figures"), ("bauble", "bauble"),
    ("wreath", "wreath"), ("espresso machine", "appliance"), ("wallpaper", "roller"),
    ("dog bed", "pet bed"), ("cat tree", "rack"), ("litter", "sack"), ("biscuits", "bone"),
    ("nest", "house"), ("feeder", "house"), ("bird seed", "sack"), ("aquarium filter", "appliance"),
    ("aquarium", "fish"), ("kettle", "kettle"), ("toaster", "appliance"), ("blender", "appliance"),
    ("ice cream", "appliance"), ("storage box", "box"), ("hanger", "hanger"),
    ("curtain", "curtain"), ("rug", "rug"), ("stand", "rack"), ("pot", "pot"),
)  # fmt: skip
# Longer words that contain a shorter one of another meaning.
EXCEPT = {"drill bit set": "screw", "screwdriver set": "screwdriver", "cutlery set": "cutlery",
          "mop set": "broom", "paint roller set": "roller", "dog lead": "lead"}  # fmt: skip


@lru_cache(maxsize=1024)
def _drawn(shape: str, colour: str) -> str:
    # What is almost white stands on grey, or it would not be seen.
    pale = min(int(colour[i : i + 2], 16) for i in (1, 3, 5)) > PALE
    ground = PALE_GROUND if pale else _mix(colour, "#ffffff", 0.82)
    body = SHAPES[shape]
    for mark, tone in (
        ("COLOUR", colour),
        ("DARK", _mix(colour, "#1d2730", 0.28)),
        ("LIGHT", _mix(colour, "#ffffff", 0.45)),
    ):
        body = body.replace(mark, tone)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
        f'<rect width="96" height="96" fill="{ground}"/>'
        f'<g transform="translate(9.6 9.6) scale(.8)">{body}</g></svg>'
    )


def drawing(words: Iterable[str], *, colour: str = "") -> str:
    """An SVG for goods named by `words`, most telling first, in a colour known by name."""
    shape = next((found for found in map(shape_of, words) if found), "box")
    return _drawn(shape, COLOURS.get(colour) or PLAIN.get(shape, DEFAULT))


def shape_of(name: str) -> str:
    """The shape that a name speaks of; empty if none."""
    text = name.casefold()
    for words, shape in EXCEPT.items():
        if words in text:
            return shape
    return next((shape for word, shape in WORDS if re.search(rf"\b{word}s?\b", text)), "")


def _mix(colour: str, other: str, share: float) -> str:
    """`colour` with that share of `other` in it."""
    ours, theirs = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (colour, other))
    return "#" + "".join(
        f"{round(a * (1 - share) + b * share):02x}" for a, b in zip(ours, theirs, strict=True)
    )
