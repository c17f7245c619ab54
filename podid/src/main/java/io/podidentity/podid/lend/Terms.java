package io.podidentity.podid.lend;

import java.time.Instant;

/**
 * What is lent to whom until when. Immutable.
 *
 * @param allowed for which resources
 * @param borrowers to whom
 * @param end when it is over; a token that was lent before is good until it expires
 * @param anyIdentity whether a request that names another identity is answered with the lent one
 */
record Terms(AllowedResources allowed, Borrowers borrowers, Instant end, boolean anyIdentity) {}
