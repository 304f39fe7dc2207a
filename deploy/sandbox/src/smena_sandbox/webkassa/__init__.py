"""The Webkassa cabinet as its public clients saw it; ours, not the operator's."""
