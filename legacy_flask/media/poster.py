"""Posters without artists: shapes and colours that always come out the same for a title."""

import random
import textwrap
from hashlib import sha256

from markupsafe import escape

from shared.models import Kind, Media

WIDTH, HEIGHT = 400, 600
MARGIN = 32
LINE = 14
LARGEST, LEADING = 46, 1.08
# How wide a letter of a bold sans serif is, in em, with something to spare.
LETTER = 0.66

# Ground, two shapes, ink.
PALETTES = (
    ("#20124d", "#ff5c8a", "#ffb86b", "#fff6ec"),
    ("#0b3c49", "#f2c14e", "#f78154", "#fdf8ee"),
    ("#3d0c11", "#ff7f51", "#ffd3b6", "#fff4ec"),
    ("#10312b", "#7bd389", "#f4e285", "#f6fff8"),
    ("#1d1e4f", "#5fa8ff", "#c8b6ff", "#f5f3ff"),
    ("#ffd9c7", "#e2504f", "#2a4b7c", "#2a1a2e"),
    ("#f6e7b4", "#2f7f79", "#e8743b", "#20302f"),
    ("#d9e8f5", "#26547c", "#ef476f", "#14263a"),
    ("#2b2b33", "#e9c46a", "#8ecae6", "#faf8f3"),
    ("#4a1942", "#f694c1", "#d3f8e2", "#fff0f8"),
    ("#e8ddf2", "#6d4aa8", "#f2994a", "#291a45"),
    ("#c8402f", "#ffcf56", "#2b1b17", "#fff8ea"),
    ("#0f7173", "#f05d5e", "#e7ecef", "#f4fbfb"),
    ("#fdca40", "#d7263d", "#1b1b3a", "#1b1b3a"),
    ("#f4f1ea", "#e63946", "#1d3557", "#1d3557"),
    ("#2e294e", "#1b998b", "#f46036", "#fdf6f0"),
    ("#ff9b85", "#60d394", "#3a2449", "#33172f"),
)


def draw_poster(media: Media, style: str) -> str:
    seed = sha256(f"{media.artist}/{media.title}/{media.year}".encode()).digest()
    chance = random.Random(seed)  # noqa: S311 - a drawing, no secret
    ground, first, second, ink = chance.choice(PALETTES)
    mixed = chance.choice(list(STYLES.values()))
    shapes = STYLES.get(style, mixed)(chance, ground, first, second)
    title = textwrap.wrap(media.title, LINE, max_lines=4, placeholder="…") or [""]
    longest = max(len(line) for line in title) or 1
    size = min(LARGEST, round((WIDTH - 2 * MARGIN) / (longest * LETTER)))
    step = round(size * LEADING)
    top = HEIGHT - 62 - (len(title) - 1) * step
    lines = "".join(
        f'<text x="{MARGIN}" y="{top + row * step}" font-size="{size}" font-weight="700" '
        f'letter-spacing="-.5">{escape(line)}</text>'
        for row, line in enumerate(title)
    )
    kind = "Series" if media.kind is Kind.SERIES else "Film"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{escape(media.title)}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/>{shapes}'
        f'<rect y="{top - size - 58}" width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/>'
        f'<g fill="{ink}" font-family="Avenir Next, Futura, Century Gothic, Segoe UI, '
        f'Helvetica Neue, Arial, sans-serif">'
        f'<text x="{MARGIN}" y="{top - size - 14}" font-size="18" font-weight="600" '
        f'letter-spacing="2" opacity=".85">{escape(media.artist.upper())}</text>{lines}'
        f'<text x="{MARGIN}" y="{HEIGHT - 24}" font-size="17" opacity=".75">'
        f"{kind} · {media.year}</text></g></svg>"
    )


def rings(chance: random.Random, ground: str, first: str, second: str) -> str:
    x, y = chance.randint(90, 310), chance.randint(110, 260)
    step = chance.choice((26, 32, 38))
    drawn = [
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="none" stroke="{colour}" '
        f'stroke-width="{step * 0.42:.1f}"/>'
        for radius, colour in zip(
            range(step * 9, 0, -step), [first, second, first, first, second] * 2, strict=False
        )
    ]
    dot = (
        f'<circle cx="{x}" cy="{y}" r="{step}" fill="{second}"/>'
        f'<circle cx="{x}" cy="{y}" r="7" fill="{ground}"/>'
    )
    return "".join(drawn) + dot


def stripes(chance: random.Random, ground: str, first: str, second: str) -> str:
    angle = chance.choice((-32, -18, 18, 32, 48))
    drawn, offset = [], -320
    while offset < HEIGHT + 320:
        height = chance.choice((14, 22, 34, 60))
        colour = chance.choice((first, first, second, ground))
        drawn.append(
            f'<rect x="-400" y="{offset}" width="1200" height="{height}" fill="{colour}"/>'
        )
        offset += height + chance.choice((10, 18))
    return f'<g transform="rotate({angle} {WIDTH // 2} {HEIGHT // 2})">{"".join(drawn)}</g>'


def tiles(chance: random.Random, ground: str, first: str, second: str) -> str:
    drawn = []
    for y in range(0, HEIGHT, 100):
        for x in range(0, WIDTH, 100):
            colour = chance.choice((first, second, second, ground))
            shape = chance.choice(("square", "disc", "quarter", "quarter", "half"))
            if shape == "square":
                drawn.append(f'<rect x="{x}" y="{y}" width="100" height="100" fill="{colour}"/>')
            elif shape == "disc":
                drawn.append(f'<circle cx="{x + 50}" cy="{y + 50}" r="42" fill="{colour}"/>')
            elif shape == "quarter":
                turn = chance.choice((0, 90, 180, 270))
                drawn.append(
                    f'<path d="M{x} {y}h100a100 100 0 0 1-100 100z" fill="{colour}" '
                    f'transform="rotate({turn} {x + 50} {y + 50})"/>'
                )
            else:
                drawn.append(
                    f'<path d="M{x} {y + 50}a50 50 0 0 1 100 0z" fill="{colour}"/>'
                    f'<path d="M{x} {y + 100}a50 50 0 0 1 100 0z" fill="{colour}"/>'
                )
    return "".join(drawn)


STYLES = {"rings": rings, "stripes": stripes, "tiles": tiles}
