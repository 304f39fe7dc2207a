"""Tables, repositories and bulk paths on PostgreSQL."""
