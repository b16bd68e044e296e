"""What a reader copies from the pages works: Python, commands, options, targets; the site's hooks.

Pages that are read from the top (README, home, tutorials, exports) are executed in their order, in
a directory with a table of rates that follows a known law; what would need a computed campaign is
parsed. On all pages the commands named have to exist.
"""

import ast
import importlib.util
import os
import re
import runpy
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from vibrates import cli
from vibrates.core.netcdf import write_atomic

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "library"))
from library_tables import learned  # noqa: E402

PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "config/README.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
]
EXECUTED = [
    "README.md",
    "docs/index.md",
    "docs/exports.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "tutorials").glob("*.md")),
]
# Sub-commands that need a configuration or a table of rates alone.
RUNNABLE = ("check", "export", "k", "new", "results")
# Programs that read exported rates; their blocks run in `make test-exports`.
OPTIONAL = ("cantera", "pycollisiondb")
PROGRAMS = ("vibrates", "make", "pip", "python", "snakemake", ".venv/bin/vibrates")
TARGETS = set(
    re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
)


def blocks(text):
    """(language, text) of the code blocks, in order; indented ones are commands: language sh."""
    found, fence, lines = [], None, []
    for line in text.splitlines():
        if fence is not None:
            if line.strip() == "```":
                found.append((fence, "\n".join(lines)))
                fence = None
            else:
                lines.append(line)
        elif opening := re.match(r"```(\w*)$", line):
            fence, lines = opening[1], []
        elif re.match(r"    (?:vibrates|make|snakemake|python) ", line):
            found.append(("sh", line))
    return found


def command(line):
    """Words of a command line of a page, without the remark behind it; [] where there is none."""
    line = re.split(r"\s{2,}|\s#\s", line.strip())[0]
    return shlex.split(re.sub(r"[\[\]]", "", line))


def commands(text):
    """All commands of the code blocks of a page."""
    lines = [line for name, block in blocks(text) if name == "sh" for line in block.splitlines()]
    return [words for line in lines if (words := command(line))]


def faults(words):
    """What is wrong with a command: unknown program, sub-command, option, target, or file."""
    program, *rest = words
    name = Path(program).name
    if name == "vibrates":
        (sub,) = (action for action in cli.parser()._actions if action.choices)
        if not rest or rest[0].startswith("-"):
            return [f"no option {o}" for o in rest if o not in cli.parser()._option_string_actions]
        if rest[0] not in sub.choices:
            return [f"no sub-command {rest[0]}"]
        own = sub.choices[rest[0]]._option_string_actions
        if rest[0] in ("run", "resume"):  # their options are for snakemake
            return []
        return [f"no option {o}" for o in rest if o.startswith("--") and o not in own]
    if name == "make":
        named = [word for word in rest if not word.startswith("-") and "=" not in word]
        return [f"no target {word}" for word in named if word not in TARGETS]
    if name == "python":
        files = [word for word in rest if word.endswith(".py")]
        return [f"no file {word}" for word in files if not (ROOT / word).is_file()]
    return [] if program in PROGRAMS else [f"unknown program {program}"]


def run_command(words):
    """Run a command that needs no campaign, parse any other; True where it was run."""
    program, *rest = words
    assert faults(words) == [], shlex.join(words)
    if program == "python":
        runpy.run_path(rest[0], run_name="not main")["main"](rest[1:])
        return True
    if program != "vibrates" or rest[0].startswith("-"):
        return False
    options = cli.parser().parse_args(rest)
    named = [getattr(options, name, None) for name in ("config", "rates", "radiative")]
    if rest[0] not in RUNNABLE or any(path and not path.exists() for path in named):
        return False
    assert cli.main(rest) == 0, shlex.join(words)
    return True


def missing(code):
    """Programs that read exports which a block imports and this environment does not have."""
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)]
    names = [node.module or "" for node in nodes]
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import)]
    names += [alias.name for node in nodes for alias in node.names]
    roots = {name.partition(".")[0] for name in names} & set(OPTIONAL)
    return {name for name in roots if importlib.util.find_spec(name) is None}


def execute(text):
    """Run the blocks of a page in order; (commands run, Python blocks run)."""
    commands_run, python_run, absent, namespace = 0, 0, set(), {}
    for language, block in blocks(text):
        if language == "python":
            absent |= missing(block)
            code = compile(block, "page", "exec")
            # What follows on a page uses what was made before.
            if not absent:
                exec(code, namespace)
                python_run += 1
        elif language == "yaml" and (named := re.match(r"# (\S+\.yaml)\n", block)):
            Path(named[1]).write_text(block)  # a file that the reader makes
        elif language == "sh":
            commands_run += sum(run_command(words) for words in commands(f"```sh\n{block}\n```"))
    return commands_run, python_run


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """The directory of a reader who has run campaigns: results, configurations, examples."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    for name in ("results", "results-tiny", "results-my-pair"):
        (tmp_path / name).mkdir()
        write_atomic(learned(levels=10), tmp_path / name / "learned.nc")
    for name in ("config", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", EXECUTED)
def test_blocks_of_the_page_run(page, reader, capsys):
    text = (ROOT / page).read_text(encoding="utf-8")
    commands_run, python_run = execute(text)
    assert commands_run + python_run > 0
    assert capsys.readouterr().err == ""


@pytest.mark.exports
@pytest.mark.parametrize("page", ["docs/exports.md", "docs/tutorials/cantera.md"])
def test_blocks_for_other_programs_run(page, reader):
    """Every Python block, where Cantera and pycollisiondb are installed (`make test-exports`)."""
    text = (ROOT / page).read_text(encoding="utf-8")
    python = [block for language, block in blocks(text) if language == "python"]
    assert set().union(*(missing(block) for block in python)) == set()
    assert execute(text)[1] == len(python) > 0


def test_ten_lines_are_the_same_on_both_first_pages():
    first = [
        [block for language, block in blocks((ROOT / page).read_text()) if language == "python"]
        for page in ("README.md", "docs/index.md")
    ]
    assert first[0] == first[1] != []


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_the_page_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    inline = re.findall(r"(?<!`)`((?:vibrates|make) [a-z][^`\n]*)`", text)
    named = commands(text) + [command(line) for line in inline]
    assert [(shlex.join(words), wrong) for words in named if (wrong := faults(words))] == []


@pytest.mark.parametrize(
    "line, wrong",
    [
        ("vibrates exprot results", "no sub-command exprot"),
        ("vibrates export results --format csv   all rates", "no option --format"),
        ("vibrates --verbose", "no option --verbose"),
        ("make test-export CONFIG=config/tiny.yaml", "no target test-export"),
        ("python examples/relax.py results", "no file examples/relax.py"),
        ("vibratse k results", "unknown program vibratse"),
    ],
)
def test_a_command_that_does_not_exist_is_found(line, wrong):
    assert faults(command(line)) == [wrong]


def test_a_block_that_fails_is_found(reader):
    with pytest.raises(AssertionError, match="no sub-command"):
        execute("```sh\nvibrates nosuch results\n```")
    with pytest.raises(AttributeError):
        execute('```python\nimport vibrates\n\nvibrates.open_rates("results").nosuch\n```')
    with pytest.raises(AssertionError, match="100000"):
        execute('```sh\nvibrates k results "N2(1) + H2 -> N2(0) + H2" 100000\n```')


def taken_for_tags(text):
    """What a reader of the displayed page does not see: `<w P>` outside code is a tag of HTML."""
    prose, fenced = [], False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if not fenced and not line.startswith("    "):
            prose.append(re.sub(r"<!--.*?-->", "", line))
    found = re.findall(r"<[A-Za-z][^<>]*>", re.sub(r"`[^`]*`", "", "\n".join(prose)))
    return [tag for tag in found if not tag.startswith("<div ")]


@pytest.mark.parametrize("page", PAGES)
def test_no_formula_of_the_page_is_taken_for_a_tag(page):
    assert taken_for_tags((ROOT / page).read_text(encoding="utf-8")) == []
    assert taken_for_tags("a mean <w P> and `<f>`, P < 1e-3\n\n    <w P f>\n") == ["<w P>"]


def test_every_figure_stands_once_in_the_gallery():
    shown = re.findall(r"\]\((figures/[^)]+)\)", (ROOT / "docs" / "gallery.md").read_text())
    there = [f"figures/{path.name}" for path in (ROOT / "docs" / "figures").glob("*.*")]
    assert sorted(shown) == sorted(there)


def test_the_site_is_built_with_warnings_as_errors():
    """With --quiet MkDocs drops warnings before --strict counts them, and exits with 0."""
    recipe = re.search(r"^docs:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    options = re.search(r"mkdocs build(.*)", recipe)[1].split()
    assert "--strict" in options and not {"--quiet", "-q"} & set(options)


# The site's hooks, which need nothing of MkDocs.


@pytest.fixture(scope="module")
def hooks():
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs" / "hooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(hooks, name, text=None):
    """Text of a page as the site has it."""
    page = SimpleNamespace(file=SimpleNamespace(src_uri=name))
    text = (ROOT / "docs" / name).read_text(encoding="utf-8") if text is None else text
    return hooks.on_page_markdown(text, page, None, None)


@pytest.mark.parametrize("page", [name for name in PAGES if name.startswith("docs/")])
def test_nothing_of_a_page_is_left_to_include(hooks, page, monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    text = shown(hooks, page.removeprefix("docs/"))
    assert "<!-- include" not in text and hooks.COMMAND_LINE not in text
    for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text):
        assert "://" in target or ((ROOT / page).parent / target).is_file(), target


def test_links_out_of_the_pages_lead_to_what_shows_the_file(hooks):
    text = "[keys](../config/README.md), [code](../src/vibrates/cli.py), [a](../README.md#x)\n"
    assert shown(hooks, "rates.md", text) == (
        "[keys](reference/configuration.md), code (`src/vibrates/cli.py`), [a](index.md#x)\n"
    )
    lost = "[lost](nosuch.md), [out](https://example.org)\n"
    assert shown(hooks, "rates.md", lost) == lost


def test_a_section_of_the_readme_is_that_section_with_links_for_its_page(hooks):
    text = shown(hooks, "reference/x.md", '<!-- include README.md "Where next" -->')
    assert "[glossary](../glossary.md)" in text and "## " not in text
    assert "[CONTRIBUTING](contributing.md)" in text


def test_the_help_of_every_sub_command_is_there(hooks, monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    text = hooks.command_line()
    (sub,) = (action for action in cli.parser()._actions if action.choices)
    assert re.findall(r"^## vibrates (.*)$", text, re.MULTILINE) == list(sub.choices)
    assert "--transitions REACTION [REACTION ...]" in text


def test_a_table_does_not_touch_the_marker_above_it(hooks):
    """Python-Markdown would take the table for a part of the comment."""
    text = "<!-- k -->\n| a |\n|---|\n<!-- end k -->\n"
    assert "<!-- k -->\n\n| a |" in shown(hooks, "rates.md", text)
