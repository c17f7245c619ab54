package io.podidentity.podid.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.explain.FederationAdvice;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenSources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Exchanges the account's token once, so that what Entra ID refuses is explained before the program starts. */
final class TrustCheck {

    private static final String RESOURCE = "https://storage.azure.com/";
    private static final Duration DEADLINE = Duration.ofSeconds(15);
    private static final Pattern NUMBER = Pattern.compile("AADSTS(\\d+)");

    /** Held here, since a logger that nobody holds forgets its level. */
    private static final Logger LIBRARY = Logger.getLogger(AzureServiceTokenProvider.class.getPackageName());

    private final AzureServiceTokenProvider tokens;

    /** @param variables those of the program */
    TrustCheck(Map<String, String> variables) {
        // Whose identity it is, podid says itself.
        LIBRARY.setLevel(Level.WARNING);
        this.tokens = AzureServiceTokenProvider.builder()
                .environment(variables)
                .sources(List.of(TokenSources.workloadIdentity()))
                .deadline(DEADLINE)
                .build();
    }

    /** The same identity, for who wants more of it. */
    AzureServiceTokenProvider tokens() {
        return tokens;
    }

    /**
     * Asks for a token.
     *
     * @return what a user should know, if that did not work and the program may start all the same
     * @throws CannotBorrowException if Entra ID does not trust the account
     */
    Optional<String> run(Borrowed borrowed, AccountToken account) throws CannotBorrowException {
        try {
            AccessToken unused = tokens.getAuthenticationResult(RESOURCE);
            return Optional.empty();
        } catch (TokenAcquisitionException e) {
            Matcher number = NUMBER.matcher(String.valueOf(e.getMessage()));
            String code = number.find() ? number.group(1) : "";
            String remedy = switch (code) {
                case "70021", "700211", "700212", "700213", "7002138" -> credential(borrowed, account);
                case "700016" ->
                    "There is no identity with client ID " + borrowed.clientId() + " in tenant "
                            + borrowed.tenantId() + ". Compare the annotation azure.workload.identity/client-id of"
                            + " service account " + borrowed.serviceAccount() + " with: az identity list --query"
                            + " \"[].{name:name,clientId:clientId}\" -o table";
                case "90002" ->
                    "There is no tenant " + borrowed.tenantId()
                            + ". Say the right one: --tenant ID (az account show --query tenantId)";
                default -> "";
            };
            if (remedy.isEmpty()) {
                return Optional.of("the identity could not be tried: " + e.getMessage());
            }
            throw new CannotBorrowException(
                    "Entra ID does not give service account " + borrowed.namespace() + "/" + borrowed.serviceAccount()
                            + " the identity " + borrowed.clientId() + " (AADSTS" + code + ").\n" + remedy);
        }
    }

    private static String credential(Borrowed borrowed, AccountToken account) {
        var name = new ObjectName(borrowed.namespace(), borrowed.serviceAccount());
        return "It needs a federated credential that is equal to the token in issuer, subject and audience:\n  "
                + FederationAdvice.commandFor(Cluster.EMPTY, name, borrowed.clientId(), account.value())
                + "\nOne that was made a moment ago takes up to some minutes. The issuer must be one that Azure can reach.";
    }
}
