"""The README's table of what works stands on tests that exist."""

from pathlib import Path

from tidy.what_works import BEGIN, END, README, ROOT, passed, promises, table


def test_every_test_behind_a_promise_exists() -> None:
    """A renamed test must not leave its promise standing."""
    missing = [
        test
        for promise in promises()
        for test in promise["tests"]
        if f"def {test.split('::')[1]}(" not in (ROOT / test.split("::")[0]).read_text(encoding="utf-8")
    ]

    assert missing == []


def test_the_readme_promises_nothing_else() -> None:
    """Every row of the table is a promise of the list, word for word."""
    text = README.read_text(encoding="utf-8").split(BEGIN, 1)[1].split(END, 1)[0]
    rows = [line.split(" | ")[0].removeprefix("| ") for line in text.strip().splitlines()[2:]]

    assert rows
    assert set(rows) <= {promise["sentence"] for promise in promises()}


def test_a_failed_or_absent_test_takes_its_promise_from_the_table(tmp_path: Path) -> None:
    """The table is made from what passed, not from what was hoped."""
    path, name = promises()[0]["tests"][0].split("::")
    case = f'<testcase classname="{path.removesuffix(".py").replace("/", ".")}" name="{name}[a]"'
    report = tmp_path / "report.xml"
    report.write_text(f"<testsuites><testsuite>{case}/>{case}><failure/></testcase></testsuite></testsuites>")

    assert promises()[0]["sentence"] not in table(passed(report))
    report.write_text(f"<testsuites><testsuite>{case}/></testsuite></testsuites>")
    assert promises()[0]["sentence"] in table(passed(report))
    assert promises()[1]["sentence"] not in table(passed(report))
