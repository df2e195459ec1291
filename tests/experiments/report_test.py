#!/usr/bin/env python3
"""`report`, `plot`, `train --report`: whole pages that need no other file, escape every name, have text and
numbers for each picture, and stay small and quick.

    report_test.py FOLDER_OF_THE_PROGRAMS [CLASS ...]     exit: 0 passed, 1 failed, 77 every test was skipped
"""
import html.parser
import json
import os
import re
import resource
import shutil
import struct
import subprocess
import sys
import unittest
import zlib

import program_test
from program_test import DATA, MISSING, USAGE

VOID = {"meta", "link", "br", "hr", "img", "input", "area", "base", "col", "embed", "source", "track", "wbr"}
SHAPES = {"path", "circle", "text", "image", "rect"}
SPIRALS = '{"batch_size": 32, "mlp_width": 16, "tau": 0.6}'
HOSTILE = "<script>alert('x')</script>\"&\n\x1b[31m"


class Page(html.parser.HTMLParser):
    """The elements of a page. Raises if an element is not closed, or closed in another order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.stack, self.elements, self.ids, self.figures, self.text = [], [], {}, [], []
        self.feed(text)
        self.close()
        assert not self.stack, self.stack

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), (tag, attrs)
        element = {"tag": tag, "attributes": attributes, "text": "", "inside": []}
        for outer in self.stack:
            outer["inside"].append(element)
        self.elements.append(element)
        if "id" in attributes:
            assert attributes["id"] not in self.ids, attributes["id"]
            self.ids[attributes["id"]] = element
        if tag not in VOID:
            self.stack.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        assert self.stack and self.stack[-1]["tag"] == tag, (tag, [e["tag"] for e in self.stack])
        self.stack.pop()

    def handle_data(self, data):
        for outer in self.stack:
            outer["text"] += data

    def all(self, tag, inside=None):
        return [e for e in (self.elements if inside is None else inside["inside"]) if e["tag"] == tag]


def luminance(colour):
    shades = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shades]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Case(program_test.Case):
    def train(self, folder, *words, algorithm="SANDMask", steps=30, every=10, hparams=SPIRALS):
        self.run_program("train", "--algorithm", algorithm, "--steps", str(steps), "--record-every",
                         str(every), "--hparams", hparams, "--output-dir", folder, *words)

    def report(self, *words, out="report.html", **options):
        self.run_program("report", *words, "--out", out, **options)
        return self.check_page(self.read(out))

    def check_page(self, text):
        """-> the page; checks all that holds for every report."""
        page = Page(text)
        self.assertTrue(text.startswith("<!DOCTYPE html>"))
        self.assertEqual(page.all("html")[0]["attributes"]["lang"], "en")
        self.assertEqual(page.all("script") + page.all("iframe") + page.all("link") + page.all("object"), [])
        self.assertIn("default-src 'none'", page.all("meta")[1]["attributes"]["content"])
        for element in page.elements:
            for name, value in element["attributes"].items():
                self.assertFalse(name.startswith("on"), element)
                if name in ("href", "src", "xlink:href", "action", "data"):
                    self.assertRegex(value, r"^(#[\w-]+|data:image/png;base64,[\w+/]+=*)$")
                if value and value.startswith("#") and name == "href":
                    self.assertIn(value[1:], page.ids)
        for style in page.all("style"):
            self.assertNotIn("url(", style["text"])
            self.assertNotIn("@import", style["text"])
        self.assertEqual(len(page.all("h1")), 1)
        for svg in page.all("svg"):
            self.check_picture(page, svg)
        for figure in page.all("figure"):
            self.assertEqual(len(page.all("svg", figure)), 1)
            self.assertTrue(page.all("figcaption", figure)[0]["text"].strip())
            table = page.all("table", page.all("details", figure)[0])[0]
            self.assertGreaterEqual(len(page.all("tr", table)), 2, figure["text"][:100])
        for table in page.all("table"):
            rows = page.all("tr", table)
            self.assertTrue(page.all("caption", table)[0]["text"].strip())
            widths = {len([c for c in row["inside"] if c["tag"] in ("td", "th")]) for row in rows}
            self.assertEqual(len(widths), 1, table["text"][:200])
        return page

    def check_picture(self, page, svg):
        self.assertEqual(svg["attributes"]["role"], "img")
        for name in svg["attributes"]["aria-labelledby"].split():
            self.assertGreater(len(page.ids[name]["text"]), 5)
        width, height = map(float, svg["attributes"]["viewbox"].split()[2:])
        self.assertGreater(min(width, height), 40)
        shapes = [e for e in svg["inside"] if e["tag"] in SHAPES]
        self.assertGreaterEqual(len(shapes), 3, svg["text"][:100])
        for text in page.all("text", svg):
            x, y = float(text["attributes"]["x"]), float(text["attributes"]["y"])
            self.assertTrue(-1 <= x <= width + 1 and 0 <= y <= height + 1, (text, width, height))

    def headings(self, page):
        return [heading["text"] for heading in page.all("h2")]


class Pages(Case):
    def test_a_report_of_two_runs_has_every_part(self):
        self.train("erm", algorithm="ERM")
        self.train("sand")
        page = self.report("erm", "sand")
        self.assertEqual(self.headings(page),
                         ["Runs", "Warnings", "Settings", "Learning curves", "Masks",
                          "Agreement of the domains", "Gradients of the domains", "First layer",
                          "Decision surface", "Predictions"])
        titles = [caption["text"] for caption in page.all("figcaption")]
        self.assertEqual(len(titles), len(set(titles)))
        for run in ("erm", "sand"):
            for title in ["accuracy by domain", "loss by domain", "mask of all weights",
                          "mask density by tensor", "mask saturation by tensor", "agreement at step 29",
                          "agreement over the steps", "cosines of gradients over the steps",
                          "mean and least cosine", "decision surface",
                          "predictions, test domains",
                          "predictions, training domains, examples that they train on"]:
                self.assertIn(f"{run}: {title}", titles)
        self.assertIn("sand: mask of the first layer over the steps", titles)
        self.assertIn("All runs: score on test domains", titles)
        self.assertEqual(titles.count("Spirals: signatures, the shortcut"), 1)
        differences = next(t for t in page.all("table") if "Settings that differ" in t["text"])
        self.assertEqual([row["inside"][0]["text"] for row in page.all("tr", differences)][:2],
                         ["setting", "algorithm"])

    def test_curves_have_the_numbers_of_the_metrics(self):
        self.train("sand")
        page = self.report("sand")
        figure = next(f for f in page.all("figure") if "accuracy by domain" in f["text"])
        rows = page.all("tr", figure)
        names = [cell["text"] for cell in rows[0]["inside"]]
        for line, row in zip(self.whole_lines("sand", "metrics.jsonl"), rows[1:]):
            cells = dict(zip(names, (cell["text"] for cell in row["inside"])))
            self.assertEqual(cells["step"], str(line["step"]))
            self.assertEqual(cells["test (test)"], f"{100 * line['domains'][0]['in_accuracy']:.1f}%")
            self.assertEqual(cells["env3"], f"{100 * line['domains'][3]['in_accuracy']:.1f}%")

    def test_the_same_runs_give_the_same_page_with_any_number_of_threads(self):
        self.train("sand")
        pages = []
        for threads in ("1", "2"):
            self.report("sand", "--threads", threads, out=threads)
            pages.append(self.read(threads))
        self.assertEqual(*pages)

    def test_a_report_changes_nothing_in_the_run(self):
        self.train("sand")
        def times():
            return {name: os.stat(self.path("sand", name)).st_mtime_ns
                    for name in os.listdir(self.path("sand"))}

        before = times()
        self.report("sand")
        self.assertEqual(before, times())
        self.run_program("verify", "sand")

    def test_train_writes_a_report_and_prints_its_path(self):
        words = ["train", "--steps", "3", "--hparams", SPIRALS, "--output-dir", "run", "--report"]
        self.assertEqual(self.run_program(*words)[0].splitlines()[-1], "report: run/report.html")
        self.check_page(self.read("run", "report.html"))
        stdout, stderr = self.run_program(*words, "--fresh", "--json")
        self.assertEqual([line for line in stdout.splitlines() if not line.startswith("{")], [])
        self.assertIn("report: run/report.html\n", stderr)
        self.refused(USAGE, "train", "--steps", "3", "--report", says=["--report needs --output-dir"])

    def test_images_have_examples_filters_and_confusions(self):
        self.run_program("train", "--dataset", "ColoredMNIST-IRM", "--digits", "generated", "--protocol",
                         "domainbed", "--test-envs", "2", "--steps", "2", "--algorithm", "SANDMask",
                         "--evaluate-examples", "50", "--output-dir", "digits", "--hparams",
                         '{"batch_size": 8, "mlp_width": 8, "tau": 0.5}')
        page = self.report("digits")
        titles = " ".join(caption["text"] for caption in page.all("figcaption"))
        for title in ("examples of", "weights of the first layer", "predictions, test domains"):
            self.assertIn(title, titles)
        self.assertNotIn("decision surface", titles)
        figure = next(f for f in page.all("figure") if "examples of" in page.all("figcaption", f)[0]["text"])
        self.assertEqual(len(page.all("image", figure)), 24)

    def test_text_has_a_contrast_of_4_5_in_light_and_dark(self):
        self.train("erm", steps=2)
        page = self.report("erm")
        rules = page.all("style")[0]["text"]
        schemes = re.findall(r":root\{([^}]*)\}", rules)
        self.assertEqual(len(schemes), 3)
        for scheme in schemes:
            colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", scheme))
            for ink in ("ink", "soft", "link"):
                for ground in ("page", "card", "warn"):
                    self.assertGreaterEqual(contrast(colours[ink], colours[ground]), 4.5, (ink, ground))
            for series in range(8):
                self.assertGreaterEqual(contrast(colours[f"s{series}"], colours["card"]), 3)


class Plots(Case):
    def png(self, name):
        """-> width, height and the rows of points of an RGB PNG"""
        with open(self.path(name), "rb") as file:
            content = file.read()
        self.assertEqual(content[:8], b"\x89PNG\r\n\x1a\n")
        width, height, depth, kind = struct.unpack(">IIBB", content[16:26])
        self.assertEqual((depth, kind), (8, 2))
        body, at = b"", 8
        while at < len(content):
            length = struct.unpack(">I", content[at : at + 4])[0]
            if content[at + 4 : at + 8] == b"IDAT":
                body += content[at + 8 : at + 8 + length]
            at += length + 12
        self.assertEqual(len(zlib.decompress(body)), height * (3 * width + 1))
        return width, height, len(set(zlib.decompress(body)))

    def test_each_kind_of_plot_is_an_svg_and_a_png(self):
        self.train("run")
        for what in ("curves", "masks", "agreement", "cosines", "layer", "surface"):
            for out in ("plot.svg", "plot.png"):
                told = self.run_program("plot", "run", "--what", what, "--out", out)[0]
                self.assertEqual(told, f"plot: {out}\n")
            page = Page(self.read("plot.svg"))
            self.check_picture(page, page.all("svg")[0])
            for element in page.elements:
                for name, value in element["attributes"].items():
                    if name == "href":
                        self.assertTrue(value.startswith("data:image/png;base64,"))
            width, height = map(float, page.all("svg")[0]["attributes"]["viewbox"].split()[2:])
            wide, high, shades = self.png("plot.png")
            self.assertEqual((wide, high), (2 * width, 2 * -(-height // 1)))
            self.assertGreater(shades, 20)

    def test_a_wrong_word_is_an_error_with_what_to_do(self):
        self.refused(USAGE, "plot", "run", "--what", "mask", "--out", "a.svg",
                     says=["plot: no such name", "did you mean masks?"])
        self.refused(USAGE, "plot", "run", "--what", "masks", "--out", "a.jpg",
                     says=["--out must end with .svg or .png"])
        self.refused(MISSING, "plot", "run", "--what", "masks", "--out", "a.svg",
                     says=["the directory holds no run"])

    def test_a_chart_that_a_run_does_not_have_is_an_error_with_the_reason(self):
        self.train("run", steps=2)
        os.remove(self.path("run", "metrics.jsonl"))
        self.refused(DATA, "plot", "run", "--what", "curves", "--out", "a.svg",
                     says=["the run has no curves: it has no record yet"])
        self.assertFalse(os.path.exists(self.path("a.svg")))


class Broken(Case):
    def edit(self, folder, change):
        record = json.loads(self.read(folder, "record.json"))
        change(record)
        with open(self.path(folder, "record.json"), "w", encoding="utf-8") as file:
            json.dump(record, file)

    def warnings(self, page):
        return " ".join(e["text"] for e in page.elements if e["attributes"].get("class") == "warn")

    def test_what_is_no_run_is_an_error_with_its_path(self):
        os.mkdir(self.path("empty"))
        for folder, says in [("empty", "neither a run nor a sweep"), ("none", "no such directory")]:
            self.refused(MISSING, "report", folder, says=[says, folder])
        os.mkdir(self.path("cut"))
        with open(self.path("cut", "record.json"), "w", encoding="utf-8") as file:
            file.write('{"args": {"data')
        self.refused(DATA, "report", "cut", says=["no JSON object; was the file cut?", "cut/record.json"])
        self.assertFalse(os.path.exists(self.path("report.html")))

    def test_half_written_runs_are_shown_as_far_as_they_are(self):
        self.train("run")
        os.remove(self.path("run", "done"))
        with open(self.path("run", "metrics.jsonl"), "a", encoding="utf-8") as file:
            file.write('{"step": 99, "lo')
        told = self.warnings(self.report("run"))
        self.assertIn("the run is not finished", told)
        self.assertIn("1 of its lines are no whole JSON object", told)
        for name in os.listdir(self.path("run", "checkpoints")):
            with open(self.path("run", "checkpoints", name), "r+b") as file:
                file.truncate(100)
        page = self.report("run")
        self.assertIn("no checkpoint that can be read", self.warnings(page))
        self.assertIn("Learning curves", self.headings(page))
        os.remove(self.path("run", "metrics.jsonl"))
        shutil.rmtree(self.path("run", "checkpoints"))
        self.assertIn("no metrics.jsonl yet", self.warnings(self.report("run")))

    def test_runs_of_other_versions_keep_what_their_text_files_say(self):
        self.train("run")
        self.edit("run", lambda record: record.update(numerics=99, args={"x": 1}))
        page = self.report("run")
        self.assertIn("version 99 of the arithmetic", self.warnings(page))
        self.assertIn("charts that need the network and its data are missing", self.warnings(page))
        self.assertIn("Masks", self.headings(page))
        old = os.path.join(program_test.SOURCE, "tests/experiments/old_run")
        self.assertIn("Learning curves", self.headings(self.report(old)))

    def test_missing_data_are_a_warning(self):
        with open(self.path("table.csv"), "w", encoding="utf-8") as file:
            file.write("domain,label,x,y\n")
            for i in range(120):
                file.write(f"{'abc'[i % 3]},{i % 2},{(i * 7) % 11},{(i * 5) % 13}\n")
        self.run_program("train", "--dataset", "Table", "--data-file", "table.csv", "--test-envs", "2",
                         "--algorithm", "ERM", "--steps", "2", "--hparams", '{"mlp_width": 8}',
                         "--output-dir", "run")
        self.assertIn("Decision surface", self.headings(self.report("run")))
        os.remove(self.path("table.csv"))
        page = self.report("run")
        self.assertIn("table.csv", self.warnings(page))
        self.assertNotIn("Decision surface", self.headings(page))

    def test_hostile_names_are_shown_and_never_parsed(self):
        folder = "<b>\"'&\x1brun\n<script>"
        self.train(folder, steps=3)
        self.edit(folder, lambda record: record["data"].update(
            domains=[{"name": HOSTILE} for _ in record["data"]["domains"]], source=HOSTILE))
        self.edit(folder, lambda record: record.update(cpu=HOSTILE, sandgrad="</style><script>"))
        self.edit(folder, lambda record: record["hparams"].update({HOSTILE: HOSTILE}))
        lines = self.whole_lines(folder, "metrics.jsonl")
        with open(self.path(folder, "metrics.jsonl"), "w", encoding="utf-8") as file:
            for line in lines:
                line["mask"]["slots"][HOSTILE] = line["mask"]["total"]
                file.write(json.dumps(line) + "\n")
        page = self.report(folder)
        shown = "<script>alert('x')</script>\"&\\x0a\\x1b[31m"
        self.assertIn(shown, page.all("body")[0]["text"])
        self.assertNotIn("\x1b", self.read("report.html"))
        self.run_program("plot", folder, "--what", "curves", "--out", "plot.svg")
        self.assertIn("<script>alert('x')</script>", Page(self.read("plot.svg")).elements[0]["text"])
        self.run_program("plot", folder, "--what", "curves", "--out", "plot.png")

    def test_hostile_names_in_a_table_are_shown_and_never_parsed(self):
        with open(self.path("table.csv"), "w", encoding="utf-8") as file:
            file.write("domain,label,<i>x,y\"\"\n".replace('y""', "y"))
            for i in range(120):
                domain = ["<script>alert(1)</script>", "a\"\"b'", "c&d"][i % 3]
                file.write(f'"{domain}","{"<b>no" if i % 2 else "yes"}",{(i * 7) % 11},{(i * 5) % 13}\n')
        self.run_program("train", "--dataset", "Table", "--data-file", "table.csv", "--test-envs", "2",
                         "--algorithm", "ERM", "--steps", "2", "--hparams", '{"mlp_width": 8}',
                         "--output-dir", "run")
        text = self.report("run").all("body")[0]["text"]
        for name in ("<script>alert(1)</script>", "<b>no", "a\"b'"):
            self.assertIn(name, text)

    def test_numbers_that_are_not_finite_are_gaps(self):
        self.train("run", steps=50, every=10)
        lines = self.whole_lines("run", "metrics.jsonl")
        with open(self.path("run", "metrics.jsonl"), "w", encoding="utf-8") as file:
            for line in lines:
                if line["step"] == 20:
                    line["loss"] = float("nan")
                    line["domains"][0]["in_accuracy"] = float("inf")
                file.write(json.dumps(line) + "\n")
        page = self.report("run")
        figure = next(f for f in page.all("figure") if "run: loss by domain" in f["text"])
        line = next(e for e in page.all("path", figure) if "var(--soft)" in e["attributes"].get("stroke", "")
                    and e["attributes"]["stroke-width"] == "2")
        self.assertEqual(line["attributes"]["d"].count("M"), 2)
        for path in page.all("path"):
            self.assertNotRegex(path["attributes"]["d"], "nan|inf")

    def test_ten_thousand_records_give_a_small_page(self):
        self.train("run", steps=3)
        line = self.whole_lines("run", "metrics.jsonl")[-1]
        with open(self.path("run", "metrics.jsonl"), "w", encoding="utf-8") as file:
            for step in range(10000):
                file.write(json.dumps({**line, "step": step}) + "\n")
        page = self.report("run")
        self.assertIn("10000 records", page.all("body")[0]["text"])
        self.assertLess(os.path.getsize(self.path("report.html")), 2_000_000)


class Sweeps(Case):
    def write_sweep(self, runs, records):
        """Runs as DomainBed leaves them: one in ten never learned."""
        for number in range(runs):
            folder = self.path("sweep", f"{number:032x}")
            os.makedirs(folder)
            algorithm = ["ERM", "SANDMask", "ANDMask"][number % 3]
            args = {"dataset": "ColoredMNIST", "algorithm": algorithm, "test_envs": [number // 3 % 3],
                    "hparams_seed": number // 9, "trial_seed": 0, "holdout_fraction": 0.2}
            hparams = {"lr": 10 ** (-4.5 + number % 7 / 3), "batch_size": 8 + number % 50,
                       "weight_decay": 0.0, "tau": number % 11 / 11, "k": 10 ** (number % 8 - 3)}
            dead = number % 10 == 0
            with open(os.path.join(folder, "results.jsonl"), "w", encoding="utf-8") as file:
                for record in range(records):
                    score = 0.5 if dead else 0.4 + 0.4 * record / records + 0.001 * (number % 17)
                    line = {"args": args, "hparams": hparams, "step": 100 * record, "loss": 0.5}
                    for env in range(3):
                        line[f"env{env}_in_acc"] = score
                        line[f"env{env}_out_acc"] = score
                    file.write(json.dumps(line, sort_keys=True) + "\n")
            with open(os.path.join(folder, "done"), "w", encoding="utf-8") as file:
                file.write("done")

    def test_a_sweep_has_its_tables_and_a_scatter_for_each_hyper_parameter(self):
        self.write_sweep(27, 5)
        page = self.report("sweep")
        self.assertEqual(self.headings(page), ["Sweep sweep"])
        titles = [caption["text"] for caption in page.all("figcaption")]
        for title in ("lr", "batch_size", "tau", "k"):
            self.assertIn(f"ColoredMNIST, SANDMask: {title} against the score", titles)
        self.assertFalse([title for title in titles if "weight_decay" in title])
        captions = " ".join(caption["text"] for caption in page.all("caption"))
        for text in ("training-domain validation set", "test-domain validation set (oracle)",
                     "without the runs that never learned", "How many runs are behind the tables"):
            self.assertIn(text, captions)
        self.assertIn("1 of 9 runs never learned", page.all("body")[0]["text"])
        collected = self.run_program("collect", "sweep", "--format", "csv", "--selection", "oracle")[0]
        self.assertIn("ColoredMNIST", collected)

    def test_a_sweep_of_300_runs_takes_10_seconds_and_10_megabytes_at_most(self):
        self.write_sweep(300, 51)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.report("sweep")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"300 runs: {seconds:.2f} s of the CPU, {os.path.getsize(self.path('report.html')):,} bytes")
        self.assertLess(os.path.getsize(self.path("report.html")), 10_000_000)
        self.assertLess(seconds, 10)


class Figures(Case):
    def test_two_runs_of_600_steps_take_3_seconds_and_3_megabytes_at_most(self):
        hparams = '{"batch_size": 64, "mlp_width": 64, "mlp_depth": 2, "tau": 0.6}'
        self.train("erm", algorithm="ERM", steps=600, every=4, hparams=hparams)
        self.train("sand", steps=600, every=4, hparams=hparams)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.report("erm", "sand")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"2 runs: {seconds:.2f} s of the CPU, {os.path.getsize(self.path('report.html')):,} bytes")
        self.assertLess(os.path.getsize(self.path("report.html")), 3_000_000)
        self.assertLess(seconds, 3)


class Browser(Case):
    """In headless Chromium, if it is installed."""

    def setUp(self):
        super().setUp()
        self.chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        if not self.chromium:
            self.skipTest("no chromium here; apt install chromium")

    def dump(self, page):
        """-> the page after Chromium has read it, and what Chromium logged"""
        done = subprocess.run(
            [self.chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--enable-logging=stderr", "--v=0", "--user-data-dir=" + self.path("profile"), "--dump-dom",
             "file://" + self.path(page)],
            capture_output=True, encoding="utf-8", timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done.stdout, done.stderr

    def test_chromium_reads_every_figure_and_logs_nothing(self):
        self.train("erm", algorithm="ERM")
        page = self.report("erm")
        shown, log = self.dump("report.html")
        self.assertEqual(shown.count("<figure"), len(page.all("figure")))
        self.assertNotIn("CONSOLE", log)

    def test_hostile_names_run_no_script(self):
        self.train("run", steps=3)
        record = json.loads(self.read("run", "record.json"))
        record["data"]["domains"] = [{"name": "<img src=x onerror=\"document.title='hacked'\">"}] * 17
        record["data"]["source"] = "<script>document.title='hacked'</script>"
        with open(self.path("run", "record.json"), "w", encoding="utf-8") as file:
            json.dump(record, file)
        self.report("run")
        shown, log = self.dump("report.html")
        self.assertNotIn("<title>hacked", shown)
        self.assertNotIn("CONSOLE", log)


if __name__ == "__main__":
    sys.exit(program_test.main())
