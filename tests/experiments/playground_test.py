#!/usr/bin/env python3
"""Tests of the playground: its engine under node against the program, and its page as a file.

    playground_test.py PROGRAMS [CLASS...]     exit: 0; 77 if there is no page or no node, with the reason

PROGRAMS/playground holds the page, made by `sh experiments/playground/build.sh PROGRAMS/playground`.
"""
import html.parser
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "experiments/playground/page"
programs = pathlib.Path()  # set by main()
STEPS = 200


def engine(**request):
    """-> what the page's scripts answer, see playground_run.js"""
    done = subprocess.run(["node", ROOT / "tests/experiments/playground_run.js",
                           programs / "playground/engine.wasm", PAGE, json.dumps(request)],
                          capture_output=True, text=True, timeout=250)
    if done.returncode != 0:
        raise AssertionError(f"node failed: {done.stderr}")
    return json.loads(done.stdout)


def program(command):
    """-> stdout of `sandgrad ...`, a line of shell words"""
    words = shlex.split(command)
    assert words[0] == "sandgrad", command
    done = subprocess.run([programs / "sandgrad", *words[1:]], capture_output=True, text=True, timeout=250)
    if done.returncode != 0:
        raise AssertionError(f"{command}\n{done.stderr}")
    return done.stdout


class Bits(unittest.TestCase):
    """The same settings give the same weights in the browser's engine and in the program."""

    def same(self, fragment, steps=STEPS):
        answer = engine(fragment=fragment, steps=steps)
        self.assertNotIn("error", answer)
        quick = " --evaluate-every 100000 --evaluate-examples 5 --test-at-end"
        printed = program(answer["command"] + quick)
        found = re.search(r"^weights ([0-9a-f]{16}) after (\d+) steps$", printed, re.M)
        self.assertEqual((answer["hash"], str(steps)), found.groups(), answer["command"])

    def test_spirals_after_200_steps(self):
        self.same("")

    def test_every_method(self):
        for method in ("ERM", "ANDMask", "GeometricMean", "SANDMask", "SANDMaskSNR", "PCGrad", "UPGrad"):
            with self.subTest(method):
                self.same(f"#method={method}&domains=4&hidden=8-8&signature=3&tau=0.4&k=-1", steps=50)

    def test_every_data_set(self):
        for data in ("ToyLine", "ToyLineRotated", "ColoredMNIST-14"):
            with self.subTest(data):
                self.same(f"#data={data}&activation=tanh&batch=16&tau=0.2", steps=50)

    def test_weights_that_become_subnormal(self):
        self.same("#data=ToyLine&lr=-0.5&hidden=64-64&activation=relu&batch=8&domains=2&tau=0.1", steps=STEPS)


class Explanations(unittest.TestCase):
    def test_a_derivation_is_the_text_of_inspect(self):
        answer = engine(fragment="#domains=3&hidden=8&batch=8&signature=2", steps=12, weight=9)
        with tempfile.TemporaryDirectory() as folder:
            program(f"{answer['command']} --output-dir {folder}/run --evaluate-examples 5")
            text = program(f"sandgrad inspect {folder}/run --step 11 --weight '{answer['name']}'")
        self.assertEqual(text, answer["explanation"] + "\n")


class Refusals(unittest.TestCase):
    def test_an_error_of_the_engine_reaches_the_page_as_text(self):
        for flags, message in (
                (["--sed", "1"], "playground: unknown flag\n    found --sed"),
                (["--data-dir", "/etc"], "--data-dir: the playground has no files"),
                (["--algorithm", "SANDMask", "--hparams", '{"tau": 1}'], "SANDMask: tau must be below 1")):
            with self.subTest(flags):
                answer = engine(flags=flags, steps=0)
                self.assertTrue(answer["error"].startswith(message), answer["error"])

    def test_unreadable_hyper_parameters_are_an_error_and_no_hang(self):
        self.assertIn("error", engine(flags=["--hparams", '{"tau": <script>'], steps=0))

    def test_an_update_that_does_not_exist_is_refused(self):
        self.assertIn("no update yet", engine(flags=[], steps=0, weight=1)["error"])

    def test_unknown_names_of_a_url_are_left_out(self):
        answer = engine(fragment="#<script>=1&method=SANDMask&tau=0.4&__proto__=x", steps=1)
        self.assertEqual(answer["fragment"], "#tau=0.4")


class Outline(html.parser.HTMLParser):
    """Tags that are closed in order, ids, labels and links of a page."""

    EMPTY = {"meta", "input", "link", "br", "img"}

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.unlabelled, self.problems = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("src", "href", "action") if name in given]
        if tag in ("input", "select") and "label" not in self.open and "aria-label" not in given:
            self.unlabelled.append(given)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes another tag, line {self.getpos()[0]}")


class File(unittest.TestCase):
    """The page as a file: small, closed in itself, and with a label for each control."""

    def setUp(self):
        self.bytes = (programs / "playground/playground.html").read_bytes()
        self.text = self.bytes.decode()
        self.outline = Outline(self.text)

    def test_a_page_has_at_most_a_megabyte(self):
        self.assertLessEqual(len(self.bytes), 1_000_000)

    def test_its_tags_match(self):
        self.assertEqual(self.outline.problems, [])
        self.assertEqual(self.outline.open, [])

    def test_it_loads_nothing(self):
        self.assertEqual(self.outline.links, [])
        for call in ("fetch(", "XMLHttpRequest", "import(", "@import", "url(", "WebSocket", "sendBeacon"):
            self.assertNotIn(call, self.text)

    def test_its_scripts_never_write_html(self):
        for call in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            self.assertNotIn(call, self.text)

    def test_every_control_has_a_label(self):
        self.assertEqual(self.outline.unlabelled, [])

    def test_every_part_that_the_scripts_name_exists_once(self):
        self.assertEqual(len(self.outline.ids), len(set(self.outline.ids)))
        named = set(re.findall(r'part\("([\w-]+)"\)', self.text))
        self.assertGreater(len(named), 20)
        self.assertEqual(named - set(self.outline.ids), set())


def main():
    global programs
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    programs = pathlib.Path(sys.argv.pop(1)).resolve()
    if shutil.which("node") is None:
        print("skipped: no node here; apt install nodejs")
        sys.exit(77)
    if not (programs / "playground/engine.wasm").exists():
        print(f"skipped: no page; sh experiments/playground/build.sh {programs}/playground makes it")
        sys.exit(77)
    subprocess.run(["sh", ROOT / "experiments/playground/build.sh", programs / "playground"], check=True,
                   stdout=subprocess.DEVNULL)  # what has changed since
    unittest.main(verbosity=0)


if __name__ == "__main__":
    main()
