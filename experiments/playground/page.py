#!/usr/bin/env python3
"""Makes the page of the playground: one HTML file that needs no other file and no network.

    page.py ENGINE.wasm PAGE.html     exit: 0; 65 if the page is larger than a megabyte

Puts style, scripts and the engine (gzip, base64) into page/index.html. The same input gives the same bytes.
"""
import base64
import gzip
import pathlib
import sys

MOST_BYTES = 1_000_000
SCRIPTS = ("engine.js", "settings.js", "draw.js", "main.js", "views.js")
HERE = pathlib.Path(__file__).resolve().parent / "page"


def put(page, mark, text):
    """-> `page` with `text` for `mark`, which occurs once"""
    if page.count(mark) != 1:
        sys.exit(f"page.py: index.html must have one {mark}, found {page.count(mark)}")
    return page.replace(mark, text)


def make_page(engine):
    """-> the text of the page with this engine (bytes of WebAssembly)"""
    packed = base64.b64encode(gzip.compress(engine, 9, mtime=0)).decode()
    scripts = [f'const ENGINE = "{packed}";'] + [(HERE / name).read_text() for name in SCRIPTS] + ["start();"]
    page = put((HERE / "index.html").read_text(), "/* style.css */", (HERE / "style.css").read_text())
    return put(page, "/* scripts */", "\n".join(scripts))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    page = make_page(pathlib.Path(sys.argv[1]).read_bytes()).encode()
    if len(page) > MOST_BYTES:
        print(f"page.py: the page has {len(page)} bytes, at most {MOST_BYTES}", file=sys.stderr)
        sys.exit(65)
    new = pathlib.Path(sys.argv[2] + ".new")
    new.write_bytes(page)
    new.rename(sys.argv[2])


if __name__ == "__main__":
    main()
