"""What-ifs: a snapshot, interventions, a SimPy clock and a result."""
