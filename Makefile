# Thin names for what one would type anyway.
.DEFAULT_GOAL := help
.PHONY: help format check test e2e pictures site release-check demo faults soak fuzz attacks mutation bench bench-quick bench-apps

help: ## Show this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 16

format: ## Format the Java sources
	mvn -B -q spotless:apply

check: ## Compile with every check on, without tests
	mvn -B -q -DskipTests verify

test: ## Run all tests, as CI does first
	mvn -B verify

e2e: ## Run the story on the real az and Azurite (e2e/install.sh installs them)
	mvn -B -q -DskipTests package
	e2e/run

faults: ## Run the whole of docs/faults.md with calls that must end 100 ms after their deadline, on an idle machine
	mvn -B -pl token-provider -am verify -Dtest=FaultsPageTest \
	    -Dit.test='FaultMatrixIT,ProgramMatrixIT,ProgramHygieneIT,ScarcityIT,SecretsIT,ReloadIT' \
	    -Dpodidentity.faults.all=true -Dpodidentity.faults.grace=100

SOAK_DAYS ?= 1000

soak: ## Live SOAK_DAYS days (1000) of faults, clock jumps and sleeps, each of a new seed, in minutes
	mvn -B -pl token-provider -am test -Dtest=SoakTest -Dpodidentity.soak.days=$(SOAK_DAYS)

FUZZ_SECONDS ?= 3600

fuzz: ## Feed every reader of text from elsewhere for FUZZ_SECONDS (3600) with texts of chance, of a new seed
	mvn -B -pl token-provider,pod-identity/emulator -am test -Dtest='FuzzTest,RequestReaderFuzzTest,ManifestFuzzTest' \
	    -Dpodidentity.fuzz.seconds=$$(( $(FUZZ_SECONDS) / 12 ))

attacks: ## Attack the demo, the emulator and the programs that the library starts
	mvn -B -pl token-provider,pod-identity/emulator,demo-app,podid/cli -am verify -Dpodidentity.attacks=true -Dpodidentity.long=true \
	    -Dtest='HostileNamesTest,MortalRunsTest,HostileAssertionsTest,SlowClientsTest,RequestReaderTest,BrowserFilterTest,HostileTokenTest' \
	    -Dit.test='ProgramSecretsIT,AttacksIT,HostileStorageIT,SlowReadersIT'

mutation: ## Change one thing after another in the engine, the matcher and the rules, and list the changes that no test notices
	mvn -B -P mutation -pl token-provider,pod-identity/emulator,podid/cli test-compile -Derror-prone= -Dspotless.check.skip=true

pictures: ## Make the pictures of docs/images again (needs pngquant)
	mvn -B -q -DskipTests package
	E2E_PICTURES=yes e2e/run 85

site: ## Make the site of the documents in site/target/pages (needs node 20 with npm)
	site/build

release-check: ## Make, sign and use what a release would publish, in a temporary folder
	e2e/release.sh

demo: ## Serve the demo on http://localhost:8080 with an emulated Azure
	mvn -B -q -Ppage -pl demo-app

bench: ## Measure everything, on a machine that does nothing else; JDKS="FOLDER FOLDER" for other JDKs than that of PATH
	mvn -B -q -pl benchmarks,benchmarks/peer-app,demo-app,podid/cli -am -DskipTests package
	java -cp benchmarks/target/classes io.podidentity.benchmarks.Benchmarks $(addprefix --jdk ,$(JDKS))

bench-quick: ## The same in a few rounds on one JDK, in under five minutes
	mvn -B -q -pl benchmarks,benchmarks/peer-app,demo-app,podid/cli -am -DskipTests package
	java -cp benchmarks/target/classes io.podidentity.benchmarks.Benchmarks --quick

bench-apps: ## One application with azure-identity, the library and the starter, in a few rounds
	mvn -B -q -pl benchmarks,benchmarks/peer-app,demo-app,podid/cli -am -DskipTests package
	java -cp benchmarks/target/classes io.podidentity.benchmarks.Benchmarks --quick --only apps $(addprefix --jdk ,$(JDKS))
