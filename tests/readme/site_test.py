#!/usr/bin/env python3
"""The web site that docs/build_site.py writes: every link leads somewhere, and nothing comes from a network.

    site_test.py SOURCE      exit: 0 passed, 1 failed, 77 no python3-markdown
"""
import html.parser
import pathlib
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids, self.headings, self.tags = [], [], set(), 0, set()
        self.title, self.in_title, self.without_text = "", False, 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.add(tag)
        self.ids.add(given.get("id"))
        self.headings += tag == "h1"
        self.in_title = tag == "title"
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif "src" in given or tag == "link":
            self.loads.append(given.get("src", given.get("href", "")))
        self.without_text += tag == "img" and not given.get("alt")

    def handle_data(self, data):
        self.title += data if self.in_title else ""

    def handle_endtag(self, tag):
        self.in_title = False


class Site(unittest.TestCase):
    source = folder = pages = None

    def test_every_page_of_docs_is_there(self):
        for page in (self.source / "docs").rglob("*.md"):
            place = self.folder / page.relative_to(self.source).with_suffix(".html")
            self.assertIn(place.resolve(), self.pages)

    def test_every_link_and_every_anchor_leads_somewhere(self):
        for place, page in self.pages.items():
            for link in page.links + page.loads:
                if link.startswith(("http:", "https:")):
                    continue
                name, _, anchor = link.partition("#")
                target = (place.parent / name).resolve() if name else place
                self.assertTrue(target.exists(), f"{place}: {link}")
                if anchor:
                    self.assertIn(anchor, self.pages[target].ids, f"{place}: {link}")

    def test_nothing_is_loaded_from_a_network_and_nothing_runs(self):
        for place, page in self.pages.items():
            self.assertNotIn("script", page.tags, place)
            self.assertNotIn("url(", place.read_text(), place)
            for load in page.loads:
                self.assertNotIn(":", load, place)

    def test_every_page_has_a_title_one_first_heading_and_text_for_its_pictures(self):
        for place, page in self.pages.items():
            self.assertTrue(page.title.strip(), place)
            self.assertEqual((page.headings, page.without_text), (1, 0), place)

    def test_a_link_to_a_missing_file_is_an_error(self):
        with tempfile.TemporaryDirectory() as name:
            copy = pathlib.Path(name)
            (copy / "docs").mkdir()
            (copy / "docs/build_site.py").write_text((self.source / "docs/build_site.py").read_text())
            (copy / "docs/README.md").write_text("# Index\n")
            (copy / "README.md").write_text("# Title\n\n[there](docs/nowhere.md), [all](docs/README.md)\n")
            done = subprocess.run([sys.executable, copy / "docs/build_site.py", copy / "site"],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 65)
            self.assertIn("README.md: there is no docs/nowhere.md", done.stderr)


def main():
    Site.source = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        Site.folder = pathlib.Path(name).resolve()
        done = subprocess.run([sys.executable, Site.source / "docs/build_site.py", Site.folder],
                              capture_output=True, text=True)
        if done.returncode == 69:
            print("skipped: python3-markdown is missing; apt install python3-markdown")
            return SKIPPED
        if done.returncode != 0:
            print(done.stderr, file=sys.stderr)
            return 1
        Site.pages = {place: Page(place.read_text()) for place in Site.folder.rglob("*.html")}
        return 0 if unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
