"""Small cities for tests, notebooks and plugin authors."""
