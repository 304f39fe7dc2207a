"""Workbooks for people: tables written row by row, and the answer that sends one."""
