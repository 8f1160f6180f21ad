"""The city as it is now: observations, the state they add up to, how fresh it is, and what it says about links."""
