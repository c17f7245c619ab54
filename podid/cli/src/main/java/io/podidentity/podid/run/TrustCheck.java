// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.explain.FederationAdvice;
import io.podidentity.podid.explain.log.LogFinding;
import io.podidentity.podid.explain.log.LogReading;
import io.podidentity.podid.run.ClusterReader.Borrowed;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenSources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** Exchanges the account's token once, so that what Entra ID refuses is explained before the program starts. */
public final class TrustCheck {

    private static final String RESOURCE = "https://storage.azure.com/";
    private static final Duration DEADLINE = Duration.ofSeconds(15);
    private static final Set<String> OF_CREDENTIAL =
            Set.of("aadsts-700211", "aadsts-700212", "aadsts-700213", "aadsts-7002138", "aadsts-70021");

    /** Without the identity or the tenant no program can have a token. */
    private static final Set<String> OF_IDENTITY = Set.of("aadsts-700016", "aadsts-90002");

    /** Held here, since a logger that nobody holds forgets its level. */
    private static final Logger LIBRARY = Logger.getLogger(AzureServiceTokenProvider.class.getPackageName());

    private final AzureServiceTokenProvider tokens;

    TrustCheck(Map<String, String> variables) {
        // Whose identity it is, podid says itself.
        LIBRARY.setLevel(Level.WARNING);
        this.tokens = AzureServiceTokenProvider.builder()
                .environment(variables)
                .sources(List.of(TokenSources.workloadIdentity()))
                .deadline(DEADLINE)
                .build();
    }

    AzureServiceTokenProvider tokens() {
        return tokens;
    }

    /** Says what a user should know, if there is no token and the program may start all the same. */
    Optional<String> run(Borrowed borrowed, String token) throws CannotBorrowException {
        try {
            AccessToken unused = tokens.getAuthenticationResult(RESOURCE);
            return Optional.empty();
        } catch (TokenAcquisitionException e) {
            Optional<LogFinding> known = known(e);
            if (known.filter(one -> OF_IDENTITY.contains(id(one)) || OF_CREDENTIAL.contains(id(one)))
                    .isEmpty()) {
                return Optional.of("the identity could not be tried: " + e.getMessage());
            }
            var account = new ObjectName(borrowed.namespace(), borrowed.serviceAccount());
            throw new CannotBorrowException("Entra ID does not give service account " + account + " the identity "
                    + borrowed.clientId() + " of tenant " + borrowed.tenantId() + ": " + e.reason() + "\n  "
                    + String.join("\n  ", next(e, Cluster.EMPTY, account, borrowed.clientId(), token)));
        }
    }

    private static String id(LogFinding finding) {
        return finding.known().id();
    }

    private static Optional<LogFinding> known(TokenAcquisitionException refusal) {
        return LogReading.of(Stream.of(refusal.reason())).findings().stream().findFirst();
    }

    /** What to do where Entra ID refuses the token of a service account: the credential that the identity lacks. */
    public static List<String> next(
            TokenAcquisitionException refusal, Cluster cluster, ObjectName account, String clientId, String token) {
        Optional<LogFinding> known = known(refusal);
        return known.filter(one -> OF_CREDENTIAL.contains(id(one))).isPresent()
                ? List.of(
                        FederationAdvice.commandFor(cluster, account, clientId, token),
                        "A credential that is seconds old is not known everywhere yet: then wait two minutes.")
                : known.map(LogFinding::next).orElse(List.of(refusal.remedy()));
    }
}
