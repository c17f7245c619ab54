// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlException.Kind;
import io.podidentity.podid.run.TrustCheck;
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
import org.jspecify.annotations.Nullable;

/**
 * Proves the rest by doing it: makes a token of the pod's service account, exchanges it as the pod would, and reads one
 * container. Both tokens stay in memory, and are in no text. Only a pod can try an identity binding of AKS.
 */
final class TokenTrial {

    private static final String LINK_TOKEN = "token";
    private static final String LINK_ENTRA = "Entra ID";
    private static final String STORAGE = "https://storage.azure.com/";
    private static final String PUBLIC_CLOUD = "https://login.microsoftonline.com/";
    /**
     * The hosts to which a token may go, beside one that the user names: whoever may create a pod may write any host
     * into it.
     */
    private static final Set<String> CLOUDS = Set.of(
            "login.microsoftonline.com",
            "login.microsoftonline.us",
            "login.partner.microsoftonline.cn",
            "login.chinacloudapi.cn",
            "login.windows.net");

    private final Kubectl kubectl;
    private final TrialOptions options;
    private final Cluster cluster;
    private final ObjectName account;
    private final TokenExchange exchange;

    /**
     * One step of the trial.
     *
     * @param token what the next step needs; empty if the trial ends here
     */
    private record Step<T>(Link link, Optional<T> token) {

        static <T> Step<T> passed(Link link, T token) {
            return new Step<>(link, Optional.of(token));
        }

        static <T> Step<T> ended(Link link) {
            return new Step<>(link, Optional.empty());
        }
    }

    /** @param exchange what the containers exchange that the trial stands for */
    TokenTrial(Kubectl kubectl, TrialOptions options, Cluster cluster, ObjectName account, TokenExchange exchange) {
        this.kubectl = kubectl;
        this.options = options;
        this.cluster = cluster;
        this.account = account;
        this.exchange = new TokenExchange(
                exchange.clientId(),
                firstGiven(options.tenant(), exchange.tenant(), ""),
                firstGiven(options.authorityHost(), exchange.authority(), PUBLIC_CLOUD),
                exchange.audience());
    }

    /** What the user has given, else what the pod has, else the default. */
    private static String firstGiven(@Nullable String byUser, String ofPod, String otherwise) {
        if (byUser != null) {
            return byUser;
        }
        return ofPod.isEmpty() ? otherwise : ofPod;
    }

    /** The links of the trial; it ends at the first that fails. */
    List<Link> tryToken() throws InterruptedException {
        if (!options.withToken()) {
            return List.of(Link.skipped(LINK_TOKEN, "not tried: --no-token"));
        }
        var links = new ArrayList<Link>();
        Step<String> assertion = createAssertion();
        links.add(assertion.link());
        if (assertion.token().isPresent()) {
            Step<AccessToken> exchanged = exchangeAssertion(assertion.token().get());
            links.add(exchanged.link());
            exchanged.token().map(this::readBlob).ifPresent(links::add);
        }
        return links;
    }

    /** The first line of what kubectl said, as the text of a link. */
    static String firstLine(KubectlException failure) {
        return failure.message().lines().findFirst().orElse("");
    }

    private Step<String> createAssertion() throws InterruptedException {
        Kubectl.Result created = kubectl.run(
                "create",
                "token",
                account.name(),
                "--namespace=" + account.namespace(),
                "--audience=" + exchange.audience());
        if (created.failure().isPresent()) {
            return Step.ended(explainNotCreated(created.failure().get()));
        }
        String token = created.stdout().strip();
        try {
            JWTClaimsSet claims = SignedJWT.parse(token).getJWTClaimsSet();
            String said = "issuer " + claims.getIssuer() + ", subject " + claims.getSubject() + ", audience "
                    + String.join(", ", claims.getAudience());
            return Step.passed(Link.ok(LINK_TOKEN, said), token);
        } catch (ParseException e) {
            // What kubectl printed may be a token in a form that is not known here, so the text says its length alone.
            return Step.ended(Link.failed(
                    LINK_TOKEN, "kubectl create token printed " + token.length() + " characters that are no token"));
        }
    }

    private Link explainNotCreated(KubectlException failure) {
        if (failure.kind() == Kind.FORBIDDEN) {
            return Link.unknown(
                    LINK_TOKEN,
                    "you may not create serviceaccounts/token in " + account.namespace(),
                    failure.writeGrants("doctor", ""));
        }
        return Link.failed(
                LINK_TOKEN,
                firstLine(failure),
                "kubectl get serviceaccount " + account.name() + " -n " + account.namespace());
    }

    private Step<AccessToken> exchangeAssertion(String assertion) {
        String tenant = exchange.tenant().isEmpty() ? readTenantOfIssuer(assertion) : exchange.tenant();
        if (tenant.isEmpty()) {
            return Step.ended(Link.unknown(LINK_ENTRA, "no pod has AZURE_TENANT_ID", "Give it by --tenant"));
        }
        if (options.authorityHost() == null && !isOfCloud(exchange.authority())) {
            return Step.ended(Link.unknown(
                    LINK_ENTRA,
                    "the pod's AZURE_AUTHORITY_HOST is that of no known cloud, so no token is sent there",
                    "If you know it, give it by --authority-host"));
        }
        try {
            AccessToken token = createProvider(tenant, assertion).getAuthenticationResult(STORAGE);
            Link link = Link.ok(LINK_ENTRA, "gives client ID " + exchange.clientId() + " a token for " + STORAGE);
            return Step.passed(link, token);
        } catch (TokenAcquisitionException e) {
            return Step.ended(explainRefusal(e, assertion));
        }
    }

    private AzureServiceTokenProvider createProvider(String tenant, String assertion) {
        var builder = AzureServiceTokenProvider.builder()
                .authorityHost(exchange.authority())
                .sources(List.of(TokenSources.clientAssertion(tenant, exchange.clientId(), () -> assertion)));
        if (options.tls() != null) {
            builder.sslContext(options.tls());
        }
        return builder.build();
    }

    /** The issuer of AKS has the tenant as the first part of its path; of other clusters nothing is known. */
    private static String readTenantOfIssuer(String assertion) {
        try {
            URI issuer = new URI(
                    String.valueOf(SignedJWT.parse(assertion).getJWTClaimsSet().getIssuer()));
            String[] parts = String.valueOf(issuer.getPath()).split("/", -1);
            return parts.length > 1 && Value.isGuid(parts[1]) ? parts[1] : "";
        } catch (ParseException | URISyntaxException e) {
            return "";
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

    /** Explains a refusal in Entra ID's own words, with the credential that it lacks. */
    private Link explainRefusal(TokenAcquisitionException refusal, String assertion) {
        if (refusal.code() == Code.SERVICE_UNAVAILABLE || refusal.code() == Code.TIMED_OUT) {
            return Link.unknown(
                    LINK_ENTRA, refusal.reason() + "; that is so from here, the pod may reach it", refusal.remedy());
        }
        return Link.failed(
                LINK_ENTRA,
                refusal.reason(),
                TrustCheck.listNextSteps(refusal, cluster, account, exchange.clientId(), assertion));
    }

    private Link readBlob(AccessToken token) {
        if (options.blob() == null) {
            return Link.skipped(
                    BlobTrial.LINK,
                    "not tried: name a container by --blob https://ACCOUNT.blob.core.windows.net/CONTAINER");
        }
        return new BlobTrial(options.blob(), exchange.clientId(), options.tls()).readContainer(token);
    }
}
