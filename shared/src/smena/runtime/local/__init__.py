"""Servers on this machine, for one person's use and for the tests: PostgreSQL from a wheel, a private RabbitMQ."""
