"""The bike-share scenario: stations, riders, trucks."""
