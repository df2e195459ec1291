#!/usr/bin/env python3
"""Does Doxygen describe the public interface without a warning, an undocumented member included?

    doxygen_test.py SOURCE      exit: 0 yes, 1 no, with the warnings on stderr, 77 no doxygen
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def warnings_of(source, more):
    settings = (source / "docs/Doxyfile").read_text() + more
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["doxygen", "-"], input=f"{settings}\nOUTPUT_DIRECTORY = {folder}\n", text=True,
                              cwd=source, capture_output=True)
    return sorted({line for line in done.stderr.splitlines() if line.strip()})


def missing_headers(source):
    """The headers that pages for users of the library name, but Doxyfile does not."""
    inputs = re.search(r"^INPUT\s*=((?:.*\\\n)*.*)$", (source / "docs/Doxyfile").read_text(), re.M)[1]
    inputs = inputs.replace("\\\n", " ").split()
    docs = source / "docs"
    pages = [docs / "cpp.md", *docs.glob("own-*.md"), *docs.glob("lessons/*.md")]
    named = {header for page in pages for header in
             re.findall(r'(?:\]\((?:\.\./)+|^#include ")((?:tensor|autograd|domains|nn|optim)/[\w/]+\.h)',
                        page.read_text(), re.M)}
    return {header for header in named
            if not any(header == path or header.startswith(path + "/") for path in inputs)}


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    problems = [f"docs/Doxyfile: INPUT lacks {header}" for header in sorted(missing_headers(source))]
    if not shutil.which("doxygen"):
        print("\n".join(problems), file=sys.stderr)
        print("skipped: doxygen is missing; apt install doxygen")
        return 1 if problems else SKIPPED
    problems += warnings_of(source, "")
    # of all other headers, only what is wrong, not what is missing
    problems += warnings_of(source, "\nINPUT = tensor autograd domains nn optim experiments\n"
                                    "WARN_IF_UNDOCUMENTED = NO\n")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
