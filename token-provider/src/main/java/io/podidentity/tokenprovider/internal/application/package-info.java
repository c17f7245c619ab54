/**
 * Sign-in as an application: by a secret, a certificate, an assertion, or a workload identity's federated token. Start with
 * {@link io.podidentity.tokenprovider.internal.application.EnvironmentTokenSource}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.application;

import org.jspecify.annotations.NullMarked;
