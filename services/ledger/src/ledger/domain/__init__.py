"""Rules of the ledger: what documents a shift makes and what may be done with each. No input, no output."""
