/**
 * What the demo needs beyond the sample, and why. Strangers can call the demo if it is open to a network: so there are
 * limits for each of them, short timeouts, and no trust in names and types of blobs. People open its page in a browser,
 * on a laptop with somebody's login: so no other site may read it, and no blob may run a script. Whoever reads an error
 * may see neither the log nor Azure: so each error says what to do. An application behind a gateway, with Spring
 * Security, may need none of this.
 */
@NullMarked
package io.podidentity.demo.hardening;

import org.jspecify.annotations.NullMarked;
