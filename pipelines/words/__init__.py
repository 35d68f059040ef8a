"""Tables that the readers of `pipelines` look things up in: labels, months, roles, agencies, names of fields."""
