"""Draws the charts and the table of the handwritten questions, with matplotlib and gnuplot; nothing of `synth` is used.

Fonts are free ones that training never had, but for DejaVu Sans, which both programs take when none is named.
Usage: draw_charts(Path("pictures"), fonts)    where fonts["cabin"] is a font file; make_pictures.py calls it
"""

import subprocess
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import font_manager  # noqa: E402
from matplotlib import pyplot as plt  # noqa: E402

DPI = 100


def new_chart(width: int, height: int, font: Path | None, size: float):
    """A figure of that many pixels; `size` is of the letters, in points of 1/72 inch."""
    matplotlib.rcdefaults()
    if font is not None:
        font_manager.fontManager.addfont(font)
        plt.rcParams["font.family"] = font_manager.FontProperties(fname=font).get_name()
    plt.rcParams["font.size"] = size
    return plt.subplots(figsize=(width / DPI, height / DPI), dpi=DPI)


def save(figure, path: Path) -> None:
    figure.tight_layout(pad=0.6)
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    plt.close(figure)


def bars_months(path: Path, fonts: dict) -> None:
    figure, axes = new_chart(320, 240, fonts["cabin"], 9)
    bars = axes.bar(["January", "February", "March", "April"], [12, 25, 31, 18], color="#3b7a57", width=0.6)
    axes.bar_label(bars, padding=2)
    axes.set_title("Visitors")
    axes.set_ylim(0, 36)
    axes.spines[["top", "right"]].set_visible(False)
    save(figure, path)


def bars_plain(path: Path) -> None:
    """As matplotlib draws it when nothing is set: its own font, its own blue."""
    figure, axes = new_chart(320, 240, None, 9)
    axes.bar(["Red", "Blue", "Green", "White", "Black"], [8, 3, 6, 10, 5])
    axes.set_ylabel("Cars")
    axes.set_yticks(range(0, 11, 2))
    axes.grid(axis="y", alpha=0.5)
    save(figure, path)


def bars_fruit(path: Path, fonts: dict) -> None:
    figure, axes = new_chart(320, 224, fonts["caladea"], 10)
    bars = axes.barh(["Pears", "Plums", "Apples", "Grapes"], [35, 20, 60, 45],
                     color=["#c9b037", "#6a3d7c", "#b22222", "#5b8c3e"])  # fmt: skip
    axes.bar_label(bars, padding=3)
    axes.set_title("Fruit sold (kg)")
    axes.set_xlim(0, 70)
    save(figure, path)


def line_years(path: Path, fonts: dict) -> None:
    figure, axes = new_chart(320, 240, fonts["quicksand"], 9)
    axes.plot(["2015", "2016", "2017", "2018", "2019"], [20, 35, 30, 55, 40], "o-", color="#d2691e", linewidth=2)
    axes.set_title("Members of the club")
    axes.set_ylim(0, 60)
    axes.set_facecolor("#fff8ee")
    axes.grid(color="#dddddd")
    save(figure, path)


def pie_budget(path: Path, fonts: dict) -> None:
    figure, axes = new_chart(288, 240, fonts["league_spartan"], 10)
    axes.pie([50, 25, 15, 10], labels=["Rent", "Food", "Travel", "Books"], autopct="%d%%", startangle=90,
             colors=["#e07a5f", "#81b29a", "#f2cc8f", "#9aa5c9"])  # fmt: skip
    axes.set_title("Money spent")
    save(figure, path)


def table_prices(path: Path, fonts: dict) -> None:
    figure, axes = new_chart(320, 176, fonts["cabin"], 11)
    rows = [["Milk", "1.20", "14"], ["Bread", "2.80", "9"], ["Butter", "3.50", "6"], ["Honey", "5.90", "2"]]
    table = axes.table(rows, colLabels=["Product", "Price", "Stock"], loc="center", cellLoc="center",
                       colColours=["#cfe2f3"] * 3)  # fmt: skip
    table.auto_set_font_size(False)
    table.set_fontsize(11)
    table.scale(1, 1.7)
    axes.axis("off")
    save(figure, path)


GNUPLOT = """
set terminal pngcairo size 320,240 font "{font},10" background "#ffffff"
set output "{out}"
set title "Hours of sun"
set style fill solid 0.8 border -1
set boxwidth 0.6
set yrange [0:10]
set ytics 2
set grid ytics
set key off
plot "-" using 0:2:xtic(1) with boxes linecolor rgb "#7b3f9e", "" using 0:2:2 with labels offset 0,0.6
{rows}
"""


def bars_gnuplot(path: Path) -> None:
    rows = "Mon 4\nTue 7\nWed 2\nThu 8\nFri 6\nSat 5\ne\n"
    script = GNUPLOT.format(font="DejaVu Sans", out=path, rows=rows + rows)
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def draw_charts(out: Path, fonts: dict) -> None:
    bars_months(out / "bars_months.png", fonts)
    bars_plain(out / "bars_plain.png")
    bars_fruit(out / "bars_fruit.png", fonts)
    line_years(out / "line_years.png", fonts)
    pie_budget(out / "pie_budget.png", fonts)
    table_prices(out / "table_prices.png", fonts)
    bars_gnuplot(out / "bars_gnuplot.png")
