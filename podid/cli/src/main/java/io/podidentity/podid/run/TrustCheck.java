// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.explain.FederationAdvice;
import io.podidentity.podid.explain.log.LogFinding;
import io.podidentity.podid.explain.log.LogReading;
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

    /** The identity lacks a federated credential for the account, or has one for other tokens. */
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
    Optional<String> run(BorrowedIdentity borrowed, String token) throws CannotBorrowException {
        try {
            AccessToken unused = tokens.getAuthenticationResult(RESOURCE);
            return Optional.empty();
        } catch (TokenAcquisitionException e) {
            if (!isRefusal(e)) {
                return Optional.of("the identity could not be tried: " + e.getMessage());
            }
            throw refused(borrowed, token, e);
        }
    }

    /** Whether Entra ID says that this account does not get this identity, so that the program cannot either. */
    private static boolean isRefusal(TokenAcquisitionException failure) {
        return findKnown(failure)
                .map(TrustCheck::id)
                .filter(id -> OF_IDENTITY.contains(id) || OF_CREDENTIAL.contains(id))
                .isPresent();
    }

    private static CannotBorrowException refused(
            BorrowedIdentity borrowed, String token, TokenAcquisitionException refusal) {
        var account = new ObjectName(borrowed.namespace(), borrowed.serviceAccount());
        List<String> next = listNextSteps(refusal, Cluster.EMPTY, account, borrowed.clientId(), token);
        return new CannotBorrowException("Entra ID does not give service account " + account + " the identity "
                + borrowed.clientId() + " of tenant " + borrowed.tenantId() + ": " + refusal.reason() + "\n  "
                + String.join("\n  ", next));
    }

    private static String id(LogFinding finding) {
        return finding.known().id();
    }

    private static Optional<LogFinding> findKnown(TokenAcquisitionException refusal) {
        return LogReading.of(Stream.of(refusal.reason())).findings().stream().findFirst();
    }

    /** What to do where Entra ID refuses the token of a service account: the credential that the identity lacks. */
    public static List<String> listNextSteps(
            TokenAcquisitionException refusal, Cluster cluster, ObjectName account, String clientId, String token) {
        Optional<LogFinding> known = findKnown(refusal);
        if (known.map(TrustCheck::id).filter(OF_CREDENTIAL::contains).isEmpty()) {
            return known.map(LogFinding::next).orElse(List.of(refusal.remedy()));
        }
        return List.of(
                FederationAdvice.commandFor(cluster, account, clientId, token),
                "A credential that is seconds old is not known everywhere yet: then wait two minutes.");
    }
}
