/** One face for all that hands out tokens: the token provider, its peers, and the least that could do it. */
@NullMarked
package io.podidentity.benchmarks.clients;

import org.jspecify.annotations.NullMarked;
