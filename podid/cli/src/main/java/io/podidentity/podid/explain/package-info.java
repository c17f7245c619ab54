/**
 * The command {@code podid explain}, which says which identity each pod gets and why, or the first reason why a pod
 * gets none.
 *
 * <p>Start at {@code Explainer}. It plays one token request of a pod, and returns an {@code Explanation}, which {@code
 * TextReport} and {@code JsonReport} write. {@code PodIdentityTrace} is what such a request has shown in a cluster
 * with NMI; {@code PodIdentitySteps} and {@code PodIdentityAdvice} put it into words. {@code WorkloadAdvice} does the
 * same for workload identity, and {@code ReferenceExplanation} for objects such as a {@code SecretProviderClass}.
 */
@NullMarked
package io.podidentity.podid.explain;

import org.jspecify.annotations.NullMarked;
