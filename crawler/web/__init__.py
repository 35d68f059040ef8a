"""A collection in the browser: search and articles, mementos of what was captured, and its tables by Datasette."""
