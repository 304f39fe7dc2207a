"""The console: the accountant's windows in a browser, drawn from nothing but the published API."""
