"""Hooks of the documentation site (mkdocs.yml), for what MkDocs itself does not do.

Pages stay readable in the repository, where they lie beside README.md and config/. On the site

- ``<!-- include FILE -->`` and ``<!-- include FILE "Heading" -->`` (path from the top of the
  repository) stand for the text of that file, or of the section below that heading;
- ``<!-- command line -->`` stands for the help of ``vibrates`` and of all its sub-commands;
- links to files outside docs/ lead to the page that shows them, or become the name of the file.
"""

import argparse
import os
import posixpath
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Files outside docs/ that a page of the site shows.
SHOWN = {
    "README.md": "docs/index.md",
    "CONTRIBUTING.md": "docs/reference/contributing.md",
    "config/README.md": "docs/reference/configuration.md",
}
# What a page has no use for, so that its text is wider.
HIDDEN = {"index.md": ["navigation"], "reference/configuration.md": ["toc"]}
INCLUDE = re.compile(r'^<!-- include (\S+?)(?: "(.+)")? -->$', re.MULTILINE)
COMMAND_LINE = "<!-- command line -->"
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
LOADED = re.compile(
    r'<(?:script|img|iframe)[^>]* src="?(https?://[^" >]+)'
    r'|<link[^>]*stylesheet[^>]* href="?(https?://[^" >]+)'
)
COMMENT_LINE = re.compile(r"^(<!-- [^>]* -->)$", re.MULTILINE)
HELP_COLUMNS = "100"


def on_page_markdown(markdown, page, config, files):
    """Text of a page as MkDocs gets it."""
    source = f"docs/{page.file.src_uri}"
    text = INCLUDE.sub(lambda found: included(found[1], found[2], source), markdown)
    if COMMAND_LINE in text:
        text = text.replace(COMMAND_LINE, command_line())
    text = with_links(text, source, source)
    # Python-Markdown takes what follows a comment directly for a part of it, also a table.
    return COMMENT_LINE.sub(r"\n\1\n", text)


def on_page_context(context, page, config, nav):
    """Pages without the columns beside their text that they have no use for."""
    page.meta.setdefault("hide", HIDDEN.get(page.file.src_uri, []))


def included(path: str, heading: str | None, source: str) -> str:
    """Text of a file, or of one of its sections, with links as they have to be in ``source``."""
    text = (ROOT / path).read_text(encoding="utf-8")
    body = text.partition("\n")[2] if heading is None else section(text, heading, path)
    return with_links(body.strip("\n"), path, source)


def section(text: str, heading: str, path: str) -> str:
    """What stands below a heading of the second level, to the next one."""
    _, found, rest = text.partition(f"\n## {heading}\n")
    if not found:
        stop(f"{path} has no section '{heading}'; mend the include of the page")
    return rest.partition("\n## ")[0]


def with_links(text: str, written_in: str, source: str) -> str:
    """``text``, whose links are relative to ``written_in``, with links for the page ``source``."""

    def link(found: re.Match) -> str:
        image, label, target = found.groups()
        name, hash_, anchor = target.partition("#")
        if "://" in target or not name:
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(written_in), name))
        path = SHOWN.get(path, path)
        if path.startswith("docs/"):
            relative = posixpath.relpath(path, posixpath.dirname(source))
            return f"{image}[{label}]({relative}{hash_}{anchor})"
        if (ROOT / path).exists() and not image:
            named = f"`{path}`"
            return named if label.strip("`") in (path, name) else f"{label} ({named})"
        return found[0]  # MkDocs reports it

    return LINK.sub(link, text)


def command_line() -> str:
    """Help of the program and of all its sub-commands, as sections."""
    sys.path.insert(0, str(ROOT / "src"))
    from vibrates.cli import parser

    os.environ |= {"COLUMNS": HELP_COLUMNS, "NO_COLOR": "1"}  # argparse reads them
    program = parser()
    (commands,) = (
        action for action in program._actions if isinstance(action, argparse._SubParsersAction)
    )
    texts = [f"```text\n{program.format_help()}```"]
    for name, sub in commands.choices.items():
        texts.append(f"## vibrates {name}\n\n```text\n{sub.format_help()}```")
    return "\n\n".join(texts)


def on_post_build(config):
    """Stop if a page would load anything from a network."""
    for path in sorted(Path(config.site_dir).rglob("*.html")):
        if found := LOADED.search(path.read_text(encoding="utf-8")):
            stop(f"{path}: would load {found[1] or found[2]}; keep a copy of it in docs/")


def stop(message: str):
    """End the build with one line."""
    from mkdocs.exceptions import PluginError  # the functions above are tested without MkDocs

    raise PluginError(message)
