"""How Passerelle is run: embedded for the demo and the tests, Docker and Kubernetes for a team."""
