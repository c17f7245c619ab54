/**
 * What HTTP requests and answers say, without the connections that carry them, and how Go reads URLs and parameters.
 *
 * <p>Start at {@code Endpoint}, which gives the answer to a request. {@code RequestFilter} is a step on the way to it.
 */
@NullMarked
package io.podidentity.emulator.http;

import org.jspecify.annotations.NullMarked;
