#!/usr/bin/env python3
"""Are the numbers of docs/lessons/3-mask.md right? Recomputes each from the page's own gradients, tau and k,
in plain Python, and compares the printed digits.

    mask_lesson_test.py PAGE [--write]      exit: 0 yes, 1 no, with every wrong row on stderr
"""
import math
import pathlib
import re
import sys


def digits(number):
    """As the page prints it: four digits after the point, without the zeros at the end."""
    text = f"{number:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def tables_of(lines):
    """-> {header: number of the first row's line}"""
    return {tuple(cells(lines[i])): i + 2 for i in range(len(lines) - 1) if lines[i + 1].startswith("|---")}


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def rows_from(lines, first):
    end = first
    while lines[end].startswith("|"):
        end += 1
    return slice(first, end)


def expected(gradients, tau, k):
    """-> {header of a table: its rows}"""
    agreement, and_mask, sand_mask = [], [], []
    for weight, g in gradients:
        plus, minus = sum(x > 0 for x in g), sum(x < 0 for x in g)
        mean = sum(g) / len(g)
        agreement.append((weight, plus, minus, abs(plus - minus) / len(g), mean,
                          sum((x - mean) ** 2 for x in g) / (len(g) - 1)))
    for weight, _, _, s, mean, var in agreement:
        x = k * (s - tau) / var
        and_mask.append([weight, 1 if s >= tau else 0, mean])
        sand_mask.append([weight, x, max(0.0, math.tanh(x)), mean])
    tables = {("weight", "n_plus", "n_minus", "s", "gbar", "var"): agreement}
    for header, rows in ((("weight", "m", "m gbar", "d"), and_mask),
                         (("weight", "x", "m", "m gbar", "d"), sand_mask)):
        opening = sum(row[-2] for row in rows) / len(rows)
        c = 1 / (1e-10 + opening)
        tables[header] = [(*row[:-1], row[-2] * row[-1], row[-2] * row[-1] * c) for row in rows]
        tables[("mean m", "c")] = [(opening, c)]  # of the last one, SAND-mask
    return {header: ["| " + " | ".join(x if isinstance(x, str) else digits(x) for x in row) + " |"
                     for row in rows] for header, rows in tables.items()}


def main():
    page = pathlib.Path(sys.argv[1])
    lines = page.read_text().splitlines()
    found = tables_of(lines)
    first = rows_from(lines, found[("weight", "A", "B", "C")])
    gradients = [(row[0], [float(x) for x in row[1:]]) for row in map(cells, lines[first])]
    tau, k = (float(re.search(rf"here {name} = ([\d.]+)", page.read_text().replace("\n", " "))[1].rstrip("."))
              for name in ("tau", "k"))
    script = re.search(r"ROWS = (\[\[.*\]\])", page.read_text())[1]
    if eval(script, {}) != [list(row) for row in zip(*(g for _, g in gradients))]:
        sys.exit(f"{page}: the script has other gradients than the table")
    wrong = 0
    for header, rows in expected(gradients, tau, k).items():
        place = rows_from(lines, tables_of(lines)[header])
        if "--write" in sys.argv:
            lines[place] = rows
        elif lines[place] != rows:
            wrong += 1
            print(f"{page}: {header}: expected\n" + "\n".join(rows) + "\nfound\n" + "\n".join(lines[place]),
                  file=sys.stderr)
    if "--write" in sys.argv:
        page.write_text("\n".join(lines) + "\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
