.PHONY: bench bench-quick

# Everything on every JDK found, for the record: on a machine that does nothing else.
bench:
	mvn -q -pl benchmarks -am -DskipTests package
	java -cp benchmarks/target/classes io.podidentity.benchmarks.Benchmarks

# The same in a few rounds on one JDK, in under five minutes.
bench-quick:
	mvn -q -pl benchmarks -am -DskipTests package
	java -cp benchmarks/target/classes io.podidentity.benchmarks.Benchmarks --quick
