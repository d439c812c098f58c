"""How fast events travel, beside the floors that database, broker and client set."""
