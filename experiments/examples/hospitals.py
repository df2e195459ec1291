#!/usr/bin/env python3
"""Writes a table of patients of five hospitals, for docs/own-data.md.

    hospitals.py FILE.csv

Age, temperature and pressure say the same about the outcome in every hospital, but not much. The scanner says
more: each hospital examines ill people with another device than well people, or the reverse, and the two
devices differ in brightness. Ill patients are the bright ones in nearly all cases in A, B and C, in few cases
in D, and hardly ever in E.
"""
import csv
import random
import sys

ROWS = 4000  # of each hospital
BRIGHT_IF_ILL = {"A": 0.98, "B": 0.95, "C": 0.92, "D": 0.3, "E": 0.05}  # a share of its patients


def patient(hospital, dice):
    ill = dice.random() < 0.5
    side = 1 if ill else -1
    scanner = side if dice.random() < BRIGHT_IF_ILL[hospital] else -side
    return [hospital,
            round(60 + 4 * side + dice.gauss(0, 12)),             # years
            f"{37.5 + 0.3 * side + dice.gauss(0, 0.6):.1f}",      # degrees Celsius
            round(130 - 5 * side + dice.gauss(0, 12)),            # mmHg
            f"{100 + 30 * scanner + dice.gauss(0, 6):.3f}",       # brightness
            "ill" if ill else "well"]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    dice = random.Random(1)
    rows = [patient(hospital, dice) for hospital in BRIGHT_IF_ILL for _ in range(ROWS)]
    dice.shuffle(rows)
    with open(sys.argv[1], "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["hospital", "age", "temperature", "pressure", "scanner", "outcome"])
        table.writerows(rows)


if __name__ == "__main__":
    main()
