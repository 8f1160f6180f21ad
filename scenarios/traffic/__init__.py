"""The traffic scenario: a period of a day on the streets, with and without a change."""
