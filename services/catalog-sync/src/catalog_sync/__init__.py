"""Keeps the items of the ERP and of the cash cabinet equal."""
