"""Joins the parts, serves them, and turns errors into words."""
