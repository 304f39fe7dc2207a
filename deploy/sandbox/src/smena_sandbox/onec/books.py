"""A view of the books in which cash that was booked twice shows."""

from collections import defaultdict
from typing import Any

from smena_sandbox.onec import names
from smena_sandbox.onec.store import Store
from smena_sandbox.onec.values import scaled


def postings(store: Store) -> dict[str, Any]:
    """Return movements per posted document, and debit, credit and balance per account, in rubles as text."""
    codes = {record["Ref_Key"]: record["Code"] for record in store.table(names.ACCOUNTS)}
    turnovers: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    documents = []
    for table in store.documents():
        if table.entity.name == names.PRICE_SETTINGS:
            continue
        for record in table.between("Date", None, None):
            if not record["Posted"]:
                continue
            key = f"{record['Ref_Key']}|StandardODATA.{table.entity.name}"
            booked = store.table(names.MOVEMENT_SETS).get(key)
            movements = []
            for row in booked["RecordSet"] if booked else ():
                debit, credit = codes[row["AccountDr_Key"]], codes[row["AccountCr_Key"]]
                amount = scaled(row["Сумма"], 2)
                turnovers[debit][0] += amount
                turnovers[credit][1] += amount
                movements.append({"debit": debit, "credit": credit, "amount": rubles(amount)})
            documents.append(
                {
                    "kind": table.entity.name,
                    "ref": record["Ref_Key"],
                    "number": record["Number"],
                    "date": record["Date"],
                    "operation": record.get("ВидОперации", ""),
                    "comment": record.get("Комментарий", ""),
                    "movements": movements,
                }
            )
    totals = {
        code: {"debit": rubles(debit), "credit": rubles(credit), "balance": rubles(debit - credit)}
        for code, (debit, credit) in sorted(turnovers.items())
    }
    return {"documents": documents, "totals": totals}


def rubles(kopecks: int) -> str:
    """Return kopecks as a decimal with two places."""
    sign, whole = "-" if kopecks < 0 else "", abs(kopecks)
    return f"{sign}{whole // 100}.{whole % 100:02d}"
