/**
 * One interface for everything that hands out tokens: the token provider, its peers, and floors, which do the least that
 * is possible. A client lives in a process that calls it many times; what gets a single token and halts is a program.
 */
@NullMarked
package io.podidentity.benchmarks.clients;

import org.jspecify.annotations.NullMarked;
