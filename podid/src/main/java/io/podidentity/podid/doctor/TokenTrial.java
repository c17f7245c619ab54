package io.podidentity.podid.doctor;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.explain.FederationAdvice;
import io.podidentity.podid.explain.log.LogFinding;
import io.podidentity.podid.explain.log.LogReading;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlFailure;
import io.podidentity.podid.kubectl.KubectlFailure.Kind;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenSources;
import java.net.URI;
import java.net.URISyntaxException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Proves the rest by doing it: makes a token of the pod's service account, exchanges it as the pod would, and reads one
 * container. Both tokens stay in memory, and are in no text.
 */
final class TokenTrial {

    private static final String STORAGE = "https://storage.azure.com/";
    private static final String PUBLIC_CLOUD = "https://login.microsoftonline.com/";
    /** Whoever may create a pod may write any host into it; the token goes to these, or to one that the user names. */
    private static final Set<String> CLOUDS = Set.of(
            "login.microsoftonline.com",
            "login.microsoftonline.us",
            "login.partner.microsoftonline.cn",
            "login.chinacloudapi.cn",
            "login.windows.net");

    private static final Set<String> OF_CREDENTIAL =
            Set.of("aadsts-700211", "aadsts-700212", "aadsts-700213", "aadsts-7002138", "aadsts-70021");

    private final Kubectl kubectl;
    private final Wish trial;
    private final Cluster cluster;
    private final ObjectName account;
    private final String clientId;
    private final String tenant;
    private final String authority;

    /**
     * What is tried beyond reading.
     *
     * @param withToken whether a token of the service account is made and exchanged
     * @param authorityHost of Entra ID, null for that of the pod
     * @param tenant null for that of the pod
     * @param blob a container, or an account's address; null if none is to be read
     * @param tls by which Entra ID and the account are known, null for the JVM's own
     */
    record Wish(
            boolean withToken,
            @Nullable String authorityHost,
            @Nullable String tenant,
            @Nullable URI blob,
            @Nullable SSLContext tls) {}

    TokenTrial(Kubectl kubectl, Wish trial, Cluster cluster, ObjectName account, WorkloadLinks workload) {
        this.kubectl = kubectl;
        this.trial = trial;
        this.cluster = cluster;
        this.account = account;
        this.clientId = workload.clientId();
        this.tenant = first(trial.tenant(), workload.tenant(), "");
        this.authority = first(
                trial.authorityHost(), WorkloadLinks.variable(workload.sample(), "AZURE_AUTHORITY_HOST"), PUBLIC_CLOUD);
    }

    private static String first(@Nullable String given, String found, String otherwise) {
        return given != null ? given : found.isEmpty() ? otherwise : found;
    }

    /** Ends at the first that fails. */
    List<Link> links() throws InterruptedException {
        if (!trial.withToken()) {
            return List.of(Link.skipped("token", "not tried: --no-token"));
        }
        var links = new ArrayList<Link>();
        Optional<String> assertion = assertion(links);
        if (assertion.isPresent()) {
            Optional<AccessToken> token = exchange(assertion.get(), links);
            if (token.isPresent()) {
                links.add(ContainerRead.of(trial.blob(), trial.tls(), token.get(), clientId));
            }
        }
        return links;
    }

    private Optional<String> assertion(List<Link> links) throws InterruptedException {
        Kubectl.Result made = kubectl.run(
                "create",
                "token",
                account.name(),
                "--namespace=" + account.namespace(),
                "--audience=" + WebhookSettings.AUDIENCE);
        if (made.failure().isPresent()) {
            links.add(notMade(made.failure().get()));
            return Optional.empty();
        }
        String token = made.stdout().strip();
        try {
            JWTClaimsSet claims = SignedJWT.parse(token).getJWTClaimsSet();
            links.add(Link.ok(
                    "token",
                    "issuer " + claims.getIssuer() + ", subject " + claims.getSubject() + ", audience "
                            + String.join(", ", claims.getAudience())));
            return Optional.of(token);
        } catch (ParseException e) {
            links.add(Link.failed(
                    "token", "kubectl create token printed " + token.length() + " characters that are no token"));
            return Optional.empty();
        }
    }

    private Link notMade(KubectlFailure failure) {
        String said = failure.message().lines().findFirst().orElse("");
        return failure.kind() == Kind.FORBIDDEN
                ? Link.unknown(
                        "token",
                        "you may not create serviceaccounts/token in " + account.namespace(),
                        failure.denied().map(MissingRight::role).stream().toArray(String[]::new))
                : Link.failed(
                        "token", said, "kubectl get serviceaccount " + account.name() + " -n " + account.namespace());
    }

    private Optional<AccessToken> exchange(String assertion, List<Link> links) {
        if (tenant.isEmpty()) {
            links.add(Link.unknown("Entra ID", "no pod has AZURE_TENANT_ID", "Give it by --tenant"));
            return Optional.empty();
        }
        if (trial.authorityHost() == null && !isOfCloud(authority)) {
            links.add(Link.unknown(
                    "Entra ID",
                    "the pod's AZURE_AUTHORITY_HOST is that of no known cloud, so no token is sent there",
                    "If you know it, give it by --authority-host"));
            return Optional.empty();
        }
        try {
            var builder = AzureServiceTokenProvider.builder()
                    .authorityHost(authority)
                    .sources(List.of(TokenSources.clientAssertion(tenant, clientId, () -> assertion)));
            if (trial.tls() != null) {
                builder.sslContext(trial.tls());
            }
            AccessToken token = builder.build().getAuthenticationResult(STORAGE);
            links.add(Link.ok("Entra ID", "gives client ID " + clientId + " a token for " + STORAGE));
            return Optional.of(token);
        } catch (TokenAcquisitionException e) {
            links.add(refused(e, assertion));
            return Optional.empty();
        }
    }

    private static boolean isOfCloud(String url) {
        try {
            URI uri = new URI(url);
            return "https".equals(uri.getScheme()) && uri.getHost() != null && CLOUDS.contains(uri.getHost());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** In Entra ID's own words, with the credential that it lacks. */
    private Link refused(TokenAcquisitionException refusal, String assertion) {
        if (refusal.code() == Code.SERVICE_UNAVAILABLE || refusal.code() == Code.TIMED_OUT) {
            return Link.unknown(
                    "Entra ID", refusal.reason() + "; that is so from here, the pod may reach it", refusal.remedy());
        }
        Optional<LogFinding> known =
                LogReading.of(Stream.of(refusal.reason())).findings().stream().findFirst();
        if (known.filter(one -> OF_CREDENTIAL.contains(one.known().id())).isPresent()) {
            return Link.failed(
                    "Entra ID",
                    refusal.reason(),
                    FederationAdvice.commandFor(cluster, account, clientId, assertion),
                    "A credential that is seconds old is not known everywhere yet: then wait two minutes.");
        }
        return Link.failed(
                "Entra ID", refusal.reason(), known.map(LogFinding::next).orElse(List.of(refusal.remedy())));
    }
}
