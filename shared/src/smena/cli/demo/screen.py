"""Progress bars on a terminal, plain lines where there is none."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

PIPE_COLUMNS = 144


def make_console() -> Console:
    """A console as wide as the terminal; in a pipe wide enough for the closing table."""
    console = Console()
    return console if console.is_terminal else Console(width=PIPE_COLUMNS)


class Screen:
    """Shows each step of the job as a bar; in a pipe only the finished steps are printed, a line each."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description:<58}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._open: tuple[str, TaskID] | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._finish()
        self._progress.stop()

    def bar(self, label: str) -> "ScreenBar":
        """Close the step before and open a new one."""
        self._finish()
        task = self._progress.add_task(label, total=None)
        self._open = (label, task)
        return ScreenBar(self._progress, task)

    def _finish(self) -> None:
        if self._open is None:
            return
        label, task = self._open
        shown = self._progress.tasks[self._progress.task_ids.index(task)]
        total = shown.total or 1
        self._progress.update(task, completed=total, total=total)
        if not self._console.is_terminal:
            self._console.print(f"  {label}: done in {shown.elapsed or 0:.1f} s")
        self._open = None


class ScreenBar:
    """The bar of one step."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show how far the step is."""
        self._progress.update(self._task, completed=done, total=total)
