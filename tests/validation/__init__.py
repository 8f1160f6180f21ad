"""Published cases and independent models that the product has to agree with."""
