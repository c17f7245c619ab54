/**
 * Sign-in as an application: with a secret, a certificate, an assertion, or the federated token of a workload identity
 * or a CI job. Start with {@link io.podidentity.tokenprovider.internal.application.EnvironmentTokenSource}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.application;

import org.jspecify.annotations.NullMarked;
