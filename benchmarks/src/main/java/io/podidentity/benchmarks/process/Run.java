package io.podidentity.benchmarks.process;

/**
 * What a process took.
 *
 * @param wallMillis from its start until it was gone
 * @param cpuMillis of all its threads, in user and system, with the processes it waited for
 * @param peakMegabytes the most memory it had resident
 * @param exitCode its exit status
 * @param output its standard output
 */
public record Run(double wallMillis, double cpuMillis, double peakMegabytes, int exitCode, String output) {}
