"""What holds on Apache Kafka: the runtime's suites again, and what only Kafka can show."""
