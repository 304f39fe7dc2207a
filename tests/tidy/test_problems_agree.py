"""All services run in one process: a problem's name means one thing in all of them."""

from importlib.metadata import entry_points

from smena.http.problems import DECLARED


def test_the_services_declare_no_name_twice_with_another_meaning() -> None:
    """What several services answer stands in ``smena.http``; a clash would stop ``smena up``."""
    services = [point.load() for point in entry_points(group="smena.services")]

    assert {service.segment for service in services} == {"catalog", "sales", "ledger"}
    assert len(DECLARED) > 20
