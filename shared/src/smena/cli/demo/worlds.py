"""Which outside world the demo plays with, and where it keeps what belongs to that world."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

STATE_FOLDER = Path(".smena")
TOKEN_FILE = STATE_FOLDER / "demo-token"
DEFAULT_SEED = 1
EVERY_OPERATOR = "every"
"""What the sandbox calls four organisations, each behind another operator's cabinet."""

REGISTERS_OF_EVERY_OPERATOR = 4


@dataclass(frozen=True, slots=True)
class World:
    """A seeded world, or one loaded from a folder of real files; ``days`` limits either.

    ``every_operator``: four organisations, each behind another operator's cabinet, one register each when seeded.
    """

    seed: int = DEFAULT_SEED
    data: Path | None = None
    days: int | None = None
    every_operator: bool = False

    @property
    def key(self) -> str:
        """A short name that differs whenever the world differs: also by the files' sizes and times."""
        parts = [f"seed={self.seed}", f"days={self.days}"]
        if self.every_operator:
            parts.append("every operator")
        for file in sorted(self.data.iterdir()) if self.data else ():
            stat = file.stat()
            parts.append(f"{file.name}:{stat.st_size}:{stat.st_mtime_ns}")
        return sha256("|".join(parts).encode()).hexdigest()[:12]

    def folder(self, purpose: str) -> Path:
        """The state folder of this world: what was done in one world never meets another."""
        return STATE_FOLDER / f"{purpose}-{self.key}"

    def sandbox_arguments(self, port: int, keep: Path) -> list[str]:
        """Arguments that make the sandbox play this world and remember what was written to it."""
        arguments = ["serve", "--port", str(port), "--seed", str(self.seed), "--keep", str(keep)]
        if self.data is not None:
            arguments += ["--data", str(self.data.resolve())]
        elif self.every_operator:
            arguments += ["--registers", str(REGISTERS_OF_EVERY_OPERATOR)]
        if self.days is not None:
            arguments += ["--days", str(self.days)]
        return arguments
