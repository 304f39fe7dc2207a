"""What people decided: a hash-chained record in each service, listed, exported and verified alike."""
