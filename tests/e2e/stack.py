"""The whole product under test: sandbox, services, database, bus, each a process that a test may kill."""

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from smena.cli.demo import children
from smena.cli.demo.api import Addresses, Api, JobError
from smena.cli.demo.job import Outcome, Task, run_job
from smena.cli.demo.sandbox import Sandbox

SERVICES = ("catalog-sync", "sales-ingest", "ledger")
SEGMENTS = {"catalog-sync": "catalog", "sales-ingest": "sales", "ledger": "ledger"}
TOKEN = "end-to-end-token-of-the-tests"
READING_TOKEN = "token-of-the-tests-that-only-reads"
TOKEN_BLOCK = """
[[api_tokens]]
name = "tests"
sha256 = "{digest}"
person = "tests"
organizations = ["*"]
scopes = ["catalog:write", "sales:write", "ledger:write"]

[[api_tokens]]
name = "reader"
sha256 = "{reading_digest}"
person = "reader"
organizations = ["*"]
scopes = ["catalog:read", "sales:read", "ledger:read"]

[timing]
onec_request = {onec_request}
onec_absence_horizon = {onec_absence_horizon}
onec_absence_looks = 3
delivery_retry = 1
lease = 6
cabinet_request = 20
verify_every = 3600
relay_poll = 1
"""
FROM_THE_BEGINNING = {"Document_УстановкаЦенНоменклатуры", "Document_ПоступлениеТоваровУслуг"}
"""Kinds the sandbox's 1C holds before the product ever writes."""


@dataclass(slots=True)
class Stack:
    """One running product. ``mode`` is ``processes`` (RabbitMQ) or ``embedded`` (one process)."""

    mode: str
    folder: Path
    database_url: str
    amqp_url: str
    days: int = 2
    data: Path | None = None
    operator: str = "webkassa"
    registers: int = 3
    onec_request: float = 5
    onec_absence_horizon: float = 12
    sandbox: Sandbox | None = None
    running: dict[str, children.Child] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    armed: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start the sandbox, write the configuration, migrate, start every process and wait for readiness."""
        self.start_sandbox()
        self.write_configuration()
        if self.mode == "processes":
            for service in SERVICES:
                self.run_to_end("migrate", service)
        for name in self.process_names():
            armed = self.armed.get(name)
            self.launch(name, {"SMENA_FAILPOINT": armed} if armed else None)
        for name in self.process_names():
            self.wait_ready(name)

    def start_sandbox(self) -> None:
        port = children.free_port(0)
        command = [children.script("smena-sandbox"), "serve", "--port", str(port), "--days", str(self.days)]
        command += ["--registers", str(self.registers)]
        if self.data is not None:
            command += ["--data", str(self.data)]
        child = children.start("sandbox", command, self.folder / "sandbox.log")
        self.running["sandbox"] = child
        self.sandbox = Sandbox(f"http://127.0.0.1:{port}", child)
        children.wait_ready(child, f"{self.sandbox.url}/_sandbox/state")

    def write_configuration(self) -> None:
        from hashlib import sha256

        block = TOKEN_BLOCK.format(
            digest=sha256(TOKEN.encode()).hexdigest(),
            reading_digest=sha256(READING_TOKEN.encode()).hexdigest(),
            onec_request=self.onec_request,
            onec_absence_horizon=self.onec_absence_horizon,
        )
        (self.folder / "smena.toml").write_text(self.outside().configuration(self.operator) + block, encoding="utf-8")

    def outside(self) -> Sandbox:
        assert self.sandbox is not None, "the sandbox was not started"
        return self.sandbox

    def process_names(self) -> list[str]:
        if self.mode == "embedded":
            return ["up"]
        return [f"{command} {service}" for service in SERVICES for command in ("serve", "work")]

    def environment(self, name: str) -> dict[str, str]:
        return {
            **self.outside().secrets(),
            "SMENA_CONFIG": str(self.folder / "smena.toml"),
            "SMENA_STATE_DIR": str(self.folder / "state"),
            "SMENA_DATABASE_URL": self.database_url,
            "SMENA_AMQP_URL": self.amqp_url if self.mode == "processes" else "",
            "SMENA_HTTP_PORT": str(self.port(f"{name} http")),
            "SMENA_ADMIN_PORT": str(self.port(f"{name} admin")),
            "SMENA_SALES_URL": self.addresses().sales,
        }

    def port(self, what: str) -> int:
        if what not in self.ports:
            taken = set(self.ports.values())
            port = children.free_port(0)
            while port in taken:
                port = children.free_port(0)
            self.ports[what] = port
        return self.ports[what]

    def addresses(self) -> Addresses:
        if self.mode == "embedded":
            return Addresses.one(f"http://127.0.0.1:{self.port('up http')}")
        urls = {SEGMENTS[service]: f"http://127.0.0.1:{self.port(f'serve {service} http')}" for service in SERVICES}
        return Addresses(**urls)

    def launch(self, name: str, extra: Mapping[str, str] | None = None) -> None:
        command = [children.script("smena"), *name.split(" ")]
        log = self.folder / f"{name.replace(' ', '-')}.log"
        self.running[name] = children.start(name, command, log, {**self.environment(name), **(extra or {})})

    def wait_ready(self, name: str) -> None:
        children.wait_ready(self.running[name], f"http://127.0.0.1:{self.port(f'{name} admin')}/readyz")

    def run_to_end(self, *arguments: str) -> None:
        name = " ".join(arguments)
        child = children.start(
            name, [children.script("smena"), *arguments], self.folder / "commands.log", self.environment(name)
        )
        assert child.process.wait(timeout=120) == 0, child.tail()

    def kill(self, name: str) -> None:
        """kill -9, by pid, of a process this stack started."""
        child = self.running.pop(name)
        child.process.send_signal(signal.SIGKILL)
        child.process.wait(timeout=30)

    def died(self, name: str) -> bool:
        """Whether a process has ended; then it may be launched again."""
        return self.running[name].process.poll() is not None

    def faults_hit(self) -> int:
        """How often a scripted fault of the sandbox struck."""
        return sum(int(fault["hits"]) for fault in self.sandbox_json("/_sandbox/faults")["data"])

    def names_of(self, service: str) -> list[str]:
        """The processes of one service (the one process in embedded mode)."""
        return ["up"] if self.mode == "embedded" else [f"serve {service}", f"work {service}"]

    def stop(self) -> None:
        children.stop(list(self.running.values()))
        self.running.clear()

    def job(self, task: Task | None = None) -> Outcome:
        """Run the main job once, over the whole of the sandbox's period unless a task says otherwise."""
        api = Api(self.addresses(), TOKEN)
        try:
            return run_job(api, task or self.task(), lambda _label: lambda _done, _total=None: None)
        finally:
            api.close()

    def job_until_done(self, attempts: int = 60) -> Outcome:
        """Run the main job again and again until it ends: what a person would do while parts are down."""
        last: Exception | None = None
        for _ in range(attempts):
            try:
                return self.job()
            except (JobError, httpx.HTTPError) as error:
                last = error
        raise AssertionError(f"the job never ended: {last}\n{self.logs()}")

    def task(self) -> Task:
        return self.outside().task()

    def logs(self) -> str:
        return "\n".join(f"--- {file.name}\n{file.read_text()[-1500:]}" for file in sorted(self.folder.glob("*.log")))

    def sandbox_json(self, path: str, **query: Any) -> Any:
        answer = httpx.get(f"{self.outside().url}{path}", params=query, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def fault(self, **fault: Any) -> None:
        answer = httpx.post(f"{self.outside().url}/_sandbox/faults", json=fault, timeout=30)
        assert answer.is_success, answer.text

    def requests(self) -> list[dict[str, Any]]:
        """The sandbox's ordered log of everything that reached it."""
        rows: list[dict[str, Any]] = self.sandbox_json("/_sandbox/requests")["data"]
        return rows

    def documents_in_onec(self) -> dict[str, dict[str, Any]]:
        """What 1C holds, by reference, without what depends on the order of creation (number, version)."""
        rows = self.sandbox_json("/_sandbox/onec/documents")["documents"]
        return {
            row["Ref_Key"]: {name: value for name, value in row.items() if name not in {"Number", "DataVersion"}}
            for row in rows
            if row["kind"] not in FROM_THE_BEGINNING
        }

    def documents_in_ledger(self) -> dict[str, str]:
        """Each document of the ledger by id, as canonical text without what 1C or the clock gave it."""
        api = Api(self.addresses(), TOKEN)
        try:
            return {row["id"]: canonical(row) for row in api.rows("/ledger/v1/documents")}
        finally:
            api.close()


def canonical(document: dict[str, Any]) -> str:
    """A document as text, without the ERP's number and the instants at which things happened."""
    kept = {name: value for name, value in document.items() if name not in {"erp", "position", "created_at"}}
    erp = document.get("erp") or {}
    kept["erp"] = {"ref": erp.get("ref"), "posted": erp.get("posted")}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)
