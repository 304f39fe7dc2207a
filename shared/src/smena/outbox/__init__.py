"""Events leave a service through rows written in the use case's own transaction."""
