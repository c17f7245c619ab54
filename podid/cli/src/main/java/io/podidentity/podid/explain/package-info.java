/** {@code podid explain}: which identity a pod gets and why. Start at {@code Explainer}. */
@NullMarked
package io.podidentity.podid.explain;

import org.jspecify.annotations.NullMarked;
