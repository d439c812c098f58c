"""The real Apache Kafka, started by the tests: for what the embedded broker cannot show."""
