/** The user's kubectl, and what it says when it fails: start at {@code Kubectl}. */
@NullMarked
package io.podidentity.podid.kubectl;

import org.jspecify.annotations.NullMarked;
