"""Plots as SVG text: small panels of curves, a line per group over named places, and bars with 95 % intervals.

    Path("loss.svg").write_text(panels([("stage1", [(96, 5.1), (192, 4.8)])], "samples", "loss"))
    bars([("words", [("with", 80.0, 75.0, 84.0, 10.0), ("without", 61.0, 55.0, 67.0, 10.0)])])
"""

import math
from html import escape

COLOURS = ("#2a6fb0", "#d9822b", "#3a9a57", "#b0413e", "#7a5ba8", "#6b6b6b")
GREY, FAINT = "#555", "#ddd"
PLACE, CHARACTER = 12, 6.4  # of text, in pixels


def text(x, y, words, anchor="start", colour=GREY, extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" {extra}>{escape(str(words))}</text>'


def line(x1, y1, x2, y2, colour=FAINT, width=1.0):
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'
    )


def curve(points, colour, width=1.6):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"/>'


def whisker(x1, y1, x2, y2, colour):
    """An interval from (x1, y1) to (x2, y2), upright or level, with feet."""
    dx, dy = (3, 0) if x1 == x2 else (0, 3)
    feet = [line(x - dx, y - dy, x + dx, y + dy, colour, 1.2) for x, y in ((x1, y1), (x2, y2))]
    return line(x1, y1, x2, y2, colour, 1.2) + "".join(feet)


def picture(width, height, parts):
    """White behind everything: the page may be dark."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="system-ui, Helvetica, Arial, sans-serif" '
        f'font-size="{PLACE}">\n<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def ticks(low, high, about=4):
    """Round numbers inside [low, high]."""
    if high <= low:
        return [low]
    rough = (high - low) / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [step * n for n in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low, high):
    """1, 2, 5, 10, ... inside [low, high], or round numbers where there are not two of those."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    return found if len(found) > 1 else ticks(low, high)


def short(number):
    """1200000 -> 1.2M"""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:.3g}{unit}"
    return f"{number:.3g}"


def panel(left, top, width, height, title, points, x_unit, y_unit):
    points = [(x, max(y, 1e-4)) for x, y in points]  # losses have a logarithmic axis
    low, high = min(y for _, y in points) / 1.1, max(y for _, y in points) * 1.1
    end = max(x for x, _ in points)
    at_x = lambda x: left + width * x / end  # noqa: E731
    at_y = lambda y: top + height * math.log(high / y) / math.log(high / low)  # noqa: E731
    parts = [text(left, top - 9, title, colour="#222", extra='font-weight="600"')]
    for y in log_ticks(low, high):
        parts += [line(left, at_y(y), left + width, at_y(y)), text(left - 5, at_y(y) + 4, short(y), "end")]
    for x in ticks(0, end, 3):
        parts += [line(at_x(x), top + height, at_x(x), top + height + 4, GREY)]
        parts += [text(at_x(x), top + height + 17, short(x), "middle")]
    parts += [text(left + width, top + height + 31, x_unit, "end"), text(left + width, top - 9, y_unit, "end")]
    if len(points) == 1:
        return parts + [f'<circle cx="{at_x(end):.1f}" cy="{at_y(points[0][1]):.1f}" r="3" fill="{COLOURS[0]}"/>']
    return parts + [curve([(at_x(x), at_y(y)) for x, y in points], COLOURS[0])]


def panels(curves, x_unit, y_unit, columns=3):
    """One panel for each (title, [(x, y), ...]); each has its own axes."""
    width, height = 300, 205
    parts = []
    for i, (title, points) in enumerate(curves):
        left, top = i % columns * width + 48, i // columns * height + 30
        parts += panel(left, top, width - 66, height - 75, title, points, x_unit, y_unit)
    return picture(min(len(curves), columns) * width, math.ceil(len(curves) / columns) * height, parts)


def percent_axis(at, begin, end, upright):
    """Grid lines at 0, 25, ... 100; `upright` for values that go to the right."""
    parts = []
    for value in (0, 25, 50, 75, 100):
        if upright:
            parts += [line(at(value), begin, at(value), end), text(at(value), end + 15, f"{value} %", "middle")]
        else:
            parts += [line(begin, at(value), end, at(value)), text(begin - 6, at(value) + 4, f"{value} %", "end")]
    return parts


def over_places(places, groups):
    """Percentages over named places: groups is [(name, {place: (score, low, high)})]; whiskers are the intervals."""
    left, top, height, step = 52, 20, 260, max(78, 1 + CHARACTER * max(len(place) for place in places) * 0.98)
    right = left + step * len(places)
    at = lambda value: top + height * (1 - value / 100)  # noqa: E731
    parts = percent_axis(at, left, right, upright=False)
    parts += [text(left + step * (i + 0.5), top + height + 18, place, "middle") for i, place in enumerate(places)]
    ends = []
    for number, (name, scores) in enumerate(groups):
        colour = COLOURS[number % len(COLOURS)]
        shift = (number - (len(groups) - 1) / 2) * 7  # whiskers beside each other
        spots = [
            (left + step * (i + 0.5) + shift, *(at(v) for v in scores[place]))
            for i, place in enumerate(places)
            if place in scores
        ]
        parts += [curve([(x, y) for x, y, _, _ in spots], colour)]
        for x, y, low, high in spots:
            parts += [whisker(x, low, x, high, colour), f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>']
        if spots:
            ends.append([spots[-1][1], name, colour])
    ends.sort()
    for before, after in zip(ends, ends[1:]):  # names do not overlap
        after[0] = max(after[0], before[0] + 15)
    parts += [text(right + 4, y + 4, name, colour=colour) for y, name, colour in ends]
    names = max((len(name) for name, _ in groups), default=0)
    return picture(right + 12 + CHARACTER * names, max(top + height + 32, *(y + 10 for y, _, _ in ends)), parts)


def bars(rows):
    """Level bars: rows are [(label, [(name, score, low, high, mark), ...])], with a tick at mark unless it is None."""
    names = list(dict.fromkeys(name for _, of_row in rows for name, *_ in of_row))
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    left, width, thick = 16 + CHARACTER * max(len(label) for label, _ in rows), 430, 15
    at = lambda value: left + width * value / 100  # noqa: E731
    y, parts, x = 18, [], left
    for name in names:
        if x > left and x + CHARACTER * len(name) + 22 > left + width + 60:
            x, y = left, y + 18
        parts += [f'<rect x="{x}" y="{y - 10}" width="11" height="11" fill="{colours[name]}"/>', text(x + 16, y, name)]
        x += CHARACTER * len(name) + 40
    y = top = y + 14
    body = []
    for label, of_row in rows:
        body.append(text(left - 8, y + thick * len(of_row) / 2 + 8, label, "end", "#222"))
        y += 5
        for name, score, low, high, mark in of_row:
            body.append(
                f'<rect x="{left:.1f}" y="{y}" width="{at(score) - left:.1f}" height="{thick - 3}" '
                f'fill="{colours[name]}" fill-opacity="0.75"/>'
            )
            body.append(whisker(at(low), y + 6, at(high), y + 6, "#222"))
            if mark is not None:
                body.append(line(at(mark), y - 1, at(mark), y + thick - 2, "#d11", 2))
            body.append(text(left + width + 46, y + 10, f"{score:.1f}", "end"))
            y += thick
        y += 7
    return picture(left + width + 60, y + 24, parts + percent_axis(at, top, y, upright=True) + body)
