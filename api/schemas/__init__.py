"""What travels over HTTP, as the OpenAPI document describes it."""
