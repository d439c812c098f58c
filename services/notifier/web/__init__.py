"""The pages behind the links in mails: what GET shows, POST decides."""
