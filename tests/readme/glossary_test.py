#!/usr/bin/env python3
"""Is each word of docs/glossary.md linked where it first appears in a lesson and in README.md?

    glossary_test.py SOURCE [--write]      exit: 0 yes, 1 no, with every missing link on stderr

Headings, code, tables, pictures and the text of other links do not count. --write adds the links.
"""
import pathlib
import re
import sys

WORDS = 20  # of the glossary
HIDDEN = re.compile(r"^```.*?^```$|^#.*?$|^\|.*?$|^<!--.*?$|^!\[.*?$|^\[[^\]]+\]: .*?$|`[^`\n]*`",
                    re.M | re.S)
LINK = re.compile(r"\[([^\]]+)\](?:\[([^\]]+)\]|\([^)]*\)|(?!\())")


def words_of(glossary):
    """-> {word: pattern of its forms}, the longest word first"""
    found = re.findall(r"^## (.+)\n<!-- forms: (.+) -->$", glossary, re.M)
    words = {}
    for word, forms in sorted(found, key=lambda entry: -len(entry[0])):
        one_of = "|".join(re.escape(form).replace(r"\ ", r"\s") for form in forms.split(", "))
        words[word] = re.compile(rf"(?<![\w-])(?:{one_of})(?![\w-])", 0 if word.isupper() else re.I)
    return words


def blank(text, span):
    return text[: span[0]] + re.sub(r"\S", " ", text[span[0] : span[1]]) + text[span[1] :]


def first_uses(text, words):
    """-> {word: (place of its first use, whether it is linked there)}"""
    prose, linked = text, {}
    for hidden in HIDDEN.finditer(text):
        prose = blank(prose, hidden.span())
    for link in LINK.finditer(prose):
        word = (link[2] or link[1]).lower().replace("\n", " ")
        if f"[{word}]: " in text.lower():  # to the glossary
            linked.setdefault(word, link.span())
        if not (link[0].endswith("]") and link[2] is None and f"[{word}]: " not in text.lower()):
            prose = blank(prose, link.span())
    uses = {}
    for word, forms in words.items():
        found = [use.span() for use in forms.finditer(prose)]
        for span in found:
            prose = blank(prose, span)  # a word inside a longer one is no use of it
        link = linked.get(word.lower())
        if found and (link is None or found[0][0] < link[0]):
            uses[word] = (found[0], False)
        elif link:
            uses[word] = (link, True)
    return uses


def add_links(text, uses, glossary):
    for word, (span, is_linked) in sorted(uses.items(), key=lambda use: -use[1][0][0]):
        shown = text[slice(*span)]
        if not is_linked and text[span[0] - 1] != "[":  # its definition may be missing only
            link = f"[{shown}]" if shown.lower() == word.lower() else f"[{shown}][{word}]"
            text = text[: span[0]] + link + text[span[1] :]
    defined = [f"[{word}]: {glossary}#{word.lower().replace(' ', '-')}" for word in sorted(uses)]
    text = re.sub(r"\n+(\[[^\]]+\]: \S*glossary\.md#\S+\n)+$", "\n", text)
    return text.rstrip("\n") + "\n\n" + "\n".join(defined) + "\n"


def main():
    source = pathlib.Path(sys.argv[1])
    words = words_of((source / "docs/glossary.md").read_text())
    problems = [] if len(words) == WORDS else [f"docs/glossary.md: {len(words)} words, not {WORDS}"]
    for page in [source / "README.md", *sorted((source / "docs/lessons").glob("*.md"))]:
        text = page.read_text()
        uses = first_uses(text, words)
        if "--write" in sys.argv:
            there = "docs/glossary.md" if page.name == "README.md" else "../glossary.md"
            page.write_text(add_links(text, uses, there))
            continue
        for word, ((at, _), is_linked) in uses.items():
            line = text.count("\n", 0, at) + 1
            if not is_linked:
                problems.append(f"{page}:{line}: \"{word}\" first appears here without a link")
        anchors = {f"#{word.lower().replace(' ', '-')}" for word in words}
        for anchor in set(re.findall(r"glossary\.md(#[\w-]+)", text)) - anchors:
            problems.append(f"{page}: docs/glossary.md has no {anchor}")
        problems += [f"{page}: [{word}] is defined but not used" for word in
                     re.findall(r"^\[([^\]]+)\]: \S*glossary", text, re.M) if word not in uses]
    print("\n".join(problems), file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
