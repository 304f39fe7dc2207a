"""What the service does, one file per verb; each commits inside."""
