// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.podidentity.emulator.server.ProxyAuthentication;
import java.text.ParseException;
import java.util.Optional;
import java.util.Set;

/**
 * Knows NMI's part on each node by a token of its service account, which the cluster has signed for podid alone: it is
 * worth nothing at the API server. Without it any pod could say that it is another one. Thread-safe.
 */
final class NodeTokens implements ProxyAuthentication {

    /** Where the DaemonSet is. */
    static final String NAMESPACE = "emulated-nmi";

    /** For whom the DaemonSet's manifest asks the token. */
    static final String AUDIENCE = "emulated-azure.podid.io";

    private static final String SUBJECT = "system:serviceaccount:" + NAMESPACE + ":nmi";

    private volatile Optional<DefaultJWTProcessor<SecurityContext>> check = Optional.empty();

    /** Takes what this cluster signs tokens with from now on. */
    void trust(String issuer, JWKSet keys) {
        var processor = new DefaultJWTProcessor<SecurityContext>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                Set.copyOf(JWSAlgorithm.Family.SIGNATURE), new ImmutableJWKSet<>(keys)));
        processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(
                AUDIENCE,
                new JWTClaimsSet.Builder().issuer(issuer).subject(SUBJECT).build(),
                Set.of("exp")));
        check = Optional.of(processor);
    }

    @Override
    public Optional<String> refusal(String token) {
        if (check.isEmpty()) {
            return Optional.of("podid does not know the cluster's keys yet");
        }
        try {
            check.get().process(token, null);
            return Optional.empty();
        } catch (ParseException | BadJOSEException | JOSEException e) {
            return Optional.of("this is no valid token of the service account nmi of " + NAMESPACE + " for podid");
        }
    }
}
