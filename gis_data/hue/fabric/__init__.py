"""The generated parts of the embedded Huế: alleys, parcels, buildings, drains, power; each row says it is generated."""
