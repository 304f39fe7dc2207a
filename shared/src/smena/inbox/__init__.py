"""Events enter a service through a gate that lets each effect happen once."""
