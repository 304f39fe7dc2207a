"""Long work as stored runs: taken by workers under a lease, with progress that anyone may watch."""
