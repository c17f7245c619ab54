package io.podidentity.benchmarks.process;

/**
 * What one run of a program cost.
 *
 * @param wallMillis from its start until it was gone
 * @param cpuMillis processor time of all its threads, user and system, and of the child processes it waited for
 * @param peakMegabytes the most memory it had resident
 * @param output what it wrote to standard output
 */
public record Run(double wallMillis, double cpuMillis, double peakMegabytes, String output) {}
