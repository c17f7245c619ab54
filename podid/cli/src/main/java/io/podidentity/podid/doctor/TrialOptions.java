// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import java.net.URI;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What {@code doctor} tries beyond reading.
 *
 * @param withToken whether a token of the service account is made and exchanged
 * @param authorityHost of Entra ID, null for that of the pod
 * @param tenant null for that of the pod
 * @param blob a container, or an account's address; null if none is to be read
 * @param tls by which Entra ID and the account are known, null for the JVM's own
 */
record TrialOptions(
        boolean withToken,
        @Nullable String authorityHost,
        @Nullable String tenant,
        @Nullable URI blob,
        @Nullable SSLContext tls) {}
