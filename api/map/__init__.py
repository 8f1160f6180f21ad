"""The deck.gl map: what is drawn, how it looks, and the binary packs it is drawn from."""
