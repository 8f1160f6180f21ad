"""The engine every scenario runs on: clock, run, result, store, replications, comparison."""
