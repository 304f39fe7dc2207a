"""How the payments that count are asked for, beside a receipt ``r``."""

JOIN_CORRECTION = """
left join sales_ingest.payment_correction c on c.receipt_id = r.id and c.latest and c.corrected = r.payments
"""
"""The correction that counts; none counts when the cabinet changed the payments since."""
