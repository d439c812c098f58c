"""The public site: routes, templates, texts."""
