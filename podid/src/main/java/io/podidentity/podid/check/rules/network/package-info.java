/** Rules about network policies: C12. Start at {@code EgressOfPod}. */
@NullMarked
package io.podidentity.podid.check.rules.network;

import org.jspecify.annotations.NullMarked;
