"""PostgreSQL, a broker, a mailbox and the services on one computer, with Python alone."""
