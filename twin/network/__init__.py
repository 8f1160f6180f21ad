"""Networks of static models: links with volume–delay functions between numbered nodes."""
