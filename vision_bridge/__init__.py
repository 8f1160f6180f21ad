"""From cameras, bike share and gauges to observations; frames, faces and plates end here."""
