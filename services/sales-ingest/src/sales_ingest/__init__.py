"""Reads receipts, groups them by shift, proves them complete, publishes shifts."""
