"""The main job from end to end: what `make demo`, `make job` and the end-to-end tests run."""
