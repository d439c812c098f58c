"""What people declare: needs, capabilities, contacts; the site, its forms and personal pages.

Writes needs, capabilities, contacts and letters; reads matches and introductions.
"""
