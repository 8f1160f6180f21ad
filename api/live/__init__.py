"""The live city on the wire: the feed that plays, the hub that shares one encoded state among many listeners."""
