"""From the land and infrastructure databases to a City; all mess ends here."""
