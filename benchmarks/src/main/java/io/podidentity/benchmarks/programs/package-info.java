/**
 * Programs that get one token, print its length and halt. Each is a single class, so that a process loads nothing but
 * what it measures; the peers, for which that makes no difference, share one. The name of the class, or of the peer, is
 * its row in the tables. {@code Storm}, {@code TwoCalls} and {@code LiveThreads} call a client several times.
 */
@NullMarked
package io.podidentity.benchmarks.programs;

import org.jspecify.annotations.NullMarked;
