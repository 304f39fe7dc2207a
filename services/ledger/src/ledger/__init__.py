"""Turns published shifts into accounting documents and delivers them to the ERP once."""
