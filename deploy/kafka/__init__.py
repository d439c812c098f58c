"""What an Apache Kafka that others share needs to know of Passerelle."""
