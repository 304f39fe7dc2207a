"""The polite HTTP client to everything outside: bounded, paced, and honest about what is not known."""
