/** What HTTP requests and answers say, without the connections that carry them: start at {@code Endpoint}. */
@NullMarked
package io.podidentity.emulator.http;

import org.jspecify.annotations.NullMarked;
