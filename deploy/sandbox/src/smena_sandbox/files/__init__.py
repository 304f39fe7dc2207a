"""Files a shop's program would put into a folder: the formats of the shipped manifests; ours, not the operators'."""
