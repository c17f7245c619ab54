/**
 * One interface for everything that hands out tokens: the token provider, its peers, and floors, which do the least
 * that is possible. Load tests call a client many times; programs that get a single token and halt are in
 * {@code programs}.
 */
@NullMarked
package io.podidentity.benchmarks.clients;

import org.jspecify.annotations.NullMarked;
