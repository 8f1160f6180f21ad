"""The ground of the embedded Huế, fitted to spot heights and to the flood depths that were published."""
