"""Tables, repositories and bulk engines: everything that speaks SQL."""
