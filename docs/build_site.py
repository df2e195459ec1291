#!/usr/bin/env python3
"""Builds a web site from the pages of this repository. It needs no network, neither to build nor to read.

    build_site.py FOLDER      writes FOLDER/index.html and what it links to

Every page that can be reached from README.md becomes HTML (Debian package python3-markdown). Files of source
that a page links to become pages with their text; pictures are copied. Exit: 0 done, 65 a link to a missing
file, 69 no python3-markdown.
"""
import html
import pathlib
import posixpath
import re
import shutil
import sys

try:
    import markdown
except ImportError:
    print("build_site: python3-markdown is missing; apt install python3-markdown", file=sys.stderr)
    sys.exit(69)

SOURCE = pathlib.Path(__file__).resolve().parent.parent
PICTURES = (".png", ".svg")
STYLE = """
:root { color-scheme: light dark;
  --ink: #1b1b1b; --paper: #fff; --soft: #f2f2f2; --line: #bbb; --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #161616; --soft: #242424; --line: #555; --link: #8ab8f0; } }
body { margin: 0 auto; padding: 1rem; max-width: 52rem; font: 1rem/1.5 sans-serif; color: var(--ink);
       background: var(--paper); }
a { color: var(--link); }
pre, code { font-family: monospace; font-size: .9em; background: var(--soft); }
pre { padding: .7rem; overflow-x: auto; border-left: 3px solid var(--line); }
pre code { background: none; }
.table { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: left; vertical-align: top; }
img { max-width: 100%; height: auto; }
nav { border-bottom: 1px solid var(--line); padding-bottom: .5rem; }
@media print { nav { display: none; } }
"""


def place_of(path):
    """The file of the site for a file of the repository: README.md is the front page."""
    if path == "README.md":
        return "index.html"
    if path.endswith(".md"):
        return path[:-3] + ".html"
    return path if path.endswith(PICTURES) else path + ".html"


def between(here, there):
    return posixpath.relpath(there, posixpath.dirname(here) or ".")


def page_of(path, title, body):
    here = place_of(path)
    front, index = between(here, "index.html"), between(here, place_of("docs/README.md"))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title><style>{STYLE}</style></head>
<body><nav><a href="{front}">Sandgrad</a> &middot; <a href="{index}">all pages</a></nav>
<main>
{body}
</main></body></html>
"""


class Site:
    def __init__(self, folder):
        self.folder = folder
        self.seen, self.waiting, self.missing = set(), [], []

    def need(self, path):
        if path not in self.seen:
            self.seen.add(path)
            self.waiting.append(path)

    def target(self, page, link):
        """The link as the site has it; what it leads to gets a page, too."""
        if re.match(r"[a-z]+:|#", link):
            return link
        name, _, anchor = html.unescape(link).partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), name))
        if path.startswith("..") or not (SOURCE / path).exists():
            self.missing.append(f"{page}: there is no {link}")
            return link
        if (SOURCE / path).is_dir():
            path = posixpath.join(path, "README.md")
        self.need(path)
        return html.escape(between(place_of(page), place_of(path)) + ("#" + anchor if anchor else ""))

    def body_of(self, page, text):
        text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.S)
        body = markdown.markdown(text, extensions=["tables", "fenced_code", "toc", "sane_lists"])
        body = re.sub(r"(<table>.*?</table>)", r'<div class="table" tabindex="0">\1</div>', body, flags=re.S)
        return re.sub(r'(href|src)="([^"]*)"', lambda at: f'{at[1]}="{self.target(page, at[2])}"', body)

    def write(self, path):
        file = self.folder / place_of(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(PICTURES):
            shutil.copyfile(SOURCE / path, file)
            return
        text = (SOURCE / path).read_text(encoding="utf-8")
        title = (re.search(r"^# (.+)$", text, re.M) or [0, path])[1] if path.endswith(".md") else path
        body = (self.body_of(path, text) if path.endswith(".md")
                else f"<h1>{html.escape(path)}</h1>\n<pre>{html.escape(text)}</pre>")
        file.write_text(page_of(path, title, body), encoding="utf-8")

    def build(self):
        self.need("README.md")
        while self.waiting:
            self.write(self.waiting.pop())


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    site = Site(pathlib.Path(sys.argv[1]))
    site.build()
    for missing in site.missing:
        print(f"build_site: {missing}", file=sys.stderr)
    print(f"{len(site.seen)} files; the first page is {site.folder / 'index.html'}")
    sys.exit(65 if site.missing else 0)


if __name__ == "__main__":
    main()
