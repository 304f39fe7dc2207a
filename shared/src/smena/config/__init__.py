"""The TOML configuration: its model, its loader, and errors that name the line and the reason."""
