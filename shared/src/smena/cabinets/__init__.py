"""The port to a cash operator's cabinet and the operators' adapters."""
