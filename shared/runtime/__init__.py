"""What no service should write twice: the log, the database, links, languages, observation."""
