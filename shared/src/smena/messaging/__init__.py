"""The bus: one port, RabbitMQ and the embedded transport behind it."""
