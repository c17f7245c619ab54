/**
 * The user's kubectl: how podid runs it, reads what it prints, and tells what its failures mean.
 *
 * <p>Start at {@code Kubectl}. {@code KubernetesJson} is what kubectl printed as JSON, and {@code KubectlException}
 * says why kubectl failed and what to do.
 */
@NullMarked
package io.podidentity.podid.kubectl;

import org.jspecify.annotations.NullMarked;
