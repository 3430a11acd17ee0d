"""How Markdown pages are formed: decisions, the changelog, links, and what they talk about."""

import os
import re

from files import Files, Problem, Problems, numbered, under

_DECISION_NAME = re.compile(r"docs/decisions/(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md")
_STATUS = re.compile(r"(proposed|accepted|rejected|superseded by \[?\d{4}\]?.*)")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def check_decisions(files: Files) -> Problems:
    seen: dict[str, str] = {}
    for path in sorted(files):
        if not under(path, "docs/decisions") or path.endswith("/README.md"):
            continue
        match = _DECISION_NAME.fullmatch(path)
        if not match:
            yield Problem(path, 1, "decision", "name it docs/decisions/NNNN-title-in-words.md")
            continue
        number = match[1]
        if number in seen:
            yield Problem(path, 1, "decision", f"{seen[number]} has this number: take the next free one")
        seen[number] = path
        yield from check_decision(path, number, files[path])
    for position, number in enumerate(sorted(seen)):
        if int(number) != position:
            yield Problem(seen[number], 1, "decision", f"numbers have no holes: {position:04d} is missing")
            break


def check_decision(path: str, number: str, text: str) -> Problems:
    lines = text.split("\n")
    is_template = number == "0000"
    if not re.fullmatch(rf"# {number}\. \S.*", lines[0]):
        yield Problem(path, 1, "decision", f"begin with the title: '# {number}. What was decided'")
    fields = {m[1]: m[2] for m in (re.fullmatch(r"- (Status|Date): (.*)", line) for line in lines) if m}
    for field, form, example in (("Status", _STATUS, "accepted"), ("Date", _DATE, "2026-01-31")):
        if field not in fields:
            yield Problem(path, 1, "decision", f"add the field '- {field}: {example}' below the title")
        elif not is_template and not form.fullmatch(fields[field]):
            yield Problem(path, 1, "decision", f"'{fields[field]}' is no {field}: write it like '{example}'")
    headings = [line[3:] for line in lines if line.startswith("## ")]
    wanted = ["Context", "Decision", "Consequences"]
    if [h for h in headings if h in wanted] != wanted:
        yield Problem(path, 1, "decision",
                      "its sections are ## Context, ## Decision, ## Consequences, in this order")
        return
    for heading in wanted:
        body = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
        if not body.strip():
            yield Problem(path, 1, "decision", f"say something below ## {heading}")


_CHANGE_KINDS = ("Breaking", "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def check_changelog(path: str, text: str) -> Problems:
    lines = text.split("\n")
    if lines[0] != "# Changelog":
        yield Problem(path, 1, "changelog", "begin with '# Changelog'")
    releases = [(n, line) for n, line in numbered(text) if line.startswith("## ")]
    if not releases or releases[0][1] != "## [Unreleased]":
        yield Problem(path, releases[0][0] if releases else 1, "changelog", "'## [Unreleased]' comes first")
    previous = None
    for number, line in releases[1:]:
        match = re.fullmatch(r"## \[(\d+)\.(\d+)\.(\d+)\] - (\S+)", line)
        if not match or not _DATE.fullmatch(match[4]):
            yield Problem(path, number, "changelog", "write a release as '## [1.2.3] - 2026-01-31'")
            continue
        version = tuple(int(part) for part in match.groups()[:3])
        if previous is not None and version >= previous:
            yield Problem(path, number, "changelog", "the newest release comes first")
        previous = version
    for number, line in numbered(text):
        if line.startswith("### ") and line[4:] not in _CHANGE_KINDS:
            yield Problem(path, number, "changelog", f"'{line[4:]}': one of {', '.join(_CHANGE_KINDS)}")


_FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)|<img[^>]*\bsrc=\"([^\"]+)\"")


def check_links(path: str, files: Files) -> Problems:
    text = _FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), files[path])
    text = re.sub(r"`[^`\n]*`", lambda m: " " * len(m[0]), text)
    for number, line in numbered(text):
        for match in _LINK.finditer(line):
            target = next(group for group in match.groups() if group)
            if re.match(r"[a-z][a-z0-9+.-]*:", target) or target.startswith("#"):
                continue
            target = target.split("#")[0]
            if target.startswith("/"):
                yield Problem(path, number, "link", f"{target}: link relative to this page")
                continue
            full = os.path.normpath(os.path.join(os.path.dirname(path), target))
            if full != "." and full not in files and not any(under(other, full) for other in files):
                yield Problem(path, number, "link", f"{target} does not exist: mend the link or add the page")


_SPAN = re.compile(r"`([^`\n]+)`")
_TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
_TEST_NAME = re.compile(r"[A-Z]\w+\.[A-Z]\w+")
_MUTANT_NAME = re.compile(r"simulation_finds_([a-z]\w*)")


def test_names(files: Files) -> set[str]:
    sources = (text for path, text in files.items() if under(path, "tests") and path.endswith(".cc"))
    return {f"{suite}.{name}" for text in sources for suite, name in _TEST.findall(text)}


def check_test_names(path: str, text: str, files: Files) -> Problems:
    """A page that names a test leads to it."""
    known = None
    for number, line in numbered(_FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)):
        for span in _SPAN.findall(line):
            mutant = _MUTANT_NAME.fullmatch(span)
            if mutant and f"tests/simulation/mutants/{mutant[1]}.mutant" not in files:
                yield Problem(path, number, "test-name", f"{span} is no test: name one that is there")
            if not _TEST_NAME.fullmatch(span):
                continue
            known = test_names(files) if known is None else known
            if span not in known:
                yield Problem(path, number, "test-name", f"{span} is no test: name one that is there")


# Pages tell what the product is, never how the day went or where a remark came from.
_CHATTER = re.compile(
    r"\b(?:issue|ticket|PR|pull request)s?\s+#?\d+\b|(?<![\w&/(#\[])#\d+\b"
    r"|\b(?:in|from|of|since|until) (?:this|that|an? (?:earlier|previous|later)) session\b"
    r"|\b(?:in|from|of|since|until) the (?:last|next|previous) session\b"
    r"|\bwork(?:ing)? session\b|\bsub-?agents? (?:wrote|did|built)\b|\bCEO\b",
    re.IGNORECASE,
)


def check_chatter(path: str, text: str) -> Problems:
    for number, line in numbered(text):
        match = _CHATTER.search(line)
        if match:
            yield Problem(path, number, "chatter",
                          f"'{match[0]}': say what holds now and why, not where it came from")
