"""Tables, repositories, the configuration as rules, and the door to sales-ingest."""
