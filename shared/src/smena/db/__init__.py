"""PostgreSQL: connections, transactions, migrations, and the embedded server."""
