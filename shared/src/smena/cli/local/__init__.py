"""`smena local up|job|down`: the services as processes of their own on one machine."""
