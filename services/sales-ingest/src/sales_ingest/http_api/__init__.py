"""The door over HTTP: one file per resource, no SQL, no rules."""
