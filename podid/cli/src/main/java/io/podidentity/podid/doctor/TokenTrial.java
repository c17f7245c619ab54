// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.file.OwnedFolder;
import io.podidentity.emulator.json.Json;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlException.Kind;
import io.podidentity.podid.kubectl.Part;
import io.podidentity.podid.run.TrustCheck;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenSources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Proves the rest by doing it: makes a token of the pod's service account, exchanges it as the pod would, and reads one
 * container. Both tokens stay in memory, and are in no text. Only a pod can try an identity binding of AKS; of that it
 * asks the API server whether the service account may use the identity, by a SubjectAccessReview, which stores nothing.
 * {@code kubectl auth can-i} does not do: of a resource that the cluster does not know it drops the group.
 *
 * @see <a href="https://learn.microsoft.com/azure/aks/identity-bindings">Identity bindings</a>
 */
final class TokenTrial {

    private static final String REVIEW = """
            {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {
            "user": "system:serviceaccount:%1$s:%2$s",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:%1$s", "system:authenticated"],
            "resourceAttributes": {"group": "cid.wi.aks.azure.com", "resource": %3$s, "verb": "use-managed-identity"}}}
            """;

    /** {@code kubectl create clusterrole} refuses a resource that the cluster does not know. */
    private static final String GRANT =
            "echo '{\"apiVersion\":\"rbac.authorization.k8s.io/v1\",\"kind\":\"ClusterRole\","
                    + "\"metadata\":{\"name\":\"use-%3$s\"},\"rules\":[{\"verbs\":[\"use-managed-identity\"],"
                    + "\"apiGroups\":[\"cid.wi.aks.azure.com\"],\"resources\":[\"%3$s\"]}]}' | kubectl apply -f - && kubectl create"
                    + " clusterrolebinding use-%3$s-%1$s-%2$s --clusterrole=use-%3$s --serviceaccount=%1$s:%2$s";

    private static final String ROLE = "role";
    private static final int LIMIT_MILLIS = 10_000;
    private static final String VERSION = "2023-11-03";
    private static final String STORAGE = "https://storage.azure.com/";
    private static final String PUBLIC_CLOUD = "https://login.microsoftonline.com/";
    /** Whoever may create a pod may write any host into it; the token goes to these, or to one that the user names. */
    private static final Set<String> CLOUDS = Set.of(
            "login.microsoftonline.com",
            "login.microsoftonline.us",
            "login.partner.microsoftonline.cn",
            "login.chinacloudapi.cn",
            "login.windows.net");

    private final Kubectl kubectl;
    private final Wish trial;
    private final Cluster cluster;
    private final ObjectName account;
    private final boolean isBound;
    private final String clientId;
    private final String audience;
    private final String tenant;
    private final String authority;
    private final List<Link> links = new ArrayList<>();

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

    /** @param credential of the containers that it tries in place of */
    TokenTrial(
            Kubectl kubectl,
            Wish trial,
            Cluster cluster,
            ObjectName account,
            boolean isBound,
            ContainerCredential credential) {
        this.kubectl = kubectl;
        this.trial = trial;
        this.cluster = cluster;
        this.account = account;
        this.isBound = isBound;
        this.clientId = credential.clientId();
        this.audience = credential.audience();
        this.tenant = first(trial.tenant(), credential.tenant(), "");
        this.authority = first(trial.authorityHost(), credential.authority(), PUBLIC_CLOUD);
    }

    private static String first(@Nullable String given, String found, String otherwise) {
        return given != null ? given : found.isEmpty() ? otherwise : found;
    }

    /** Ends at the first that fails. */
    List<Link> links() throws InterruptedException {
        if (isBound) {
            return List.of(binding());
        }
        if (!trial.withToken()) {
            return List.of(Link.skipped("token", "not tried: --no-token"));
        }
        Optional<String> assertion = assertion();
        assertion.flatMap(this::exchange).map(this::read).ifPresent(links::add);
        return links;
    }

    private Link binding() throws InterruptedException {
        String subject = account.namespace() + "/" + account.name();
        String use = "use-managed-identity " + clientId;
        Kubectl.Result result = create(REVIEW.formatted(account.namespace(), account.name(), Json.write(clientId)));
        if (result.failure().isPresent()) {
            KubectlException failure = result.failure().get();
            return Link.unknown(
                    "binding",
                    "whether " + subject + " may " + use + ": " + firstLine(failure),
                    failure.writeGrants("doctor", ""));
        }
        String named = clientId.matches("[0-9A-Za-z-]+") ? clientId : "CLIENT_ID";
        return switch (allowed(result.stdout())) {
            case "true" -> Link.ok("binding", subject + " may " + use + "; only a pod can try it");
            case "false" ->
                Link.unknown(
                        "binding",
                        "no role lets " + subject + " " + use + "; allowedSubjects of the identity binding, which is"
                                + " in Azure, can let it. Let allowedSubjects name system:serviceaccount:"
                                + account.namespace() + ":" + account.name() + ", or give it the role",
                        GRANT.formatted(account.namespace(), account.name(), named));
            default -> Link.unknown("binding", "whether " + subject + " may " + use + ": the API server does not say");
        };
    }

    private static String firstLine(KubectlException failure) {
        return failure.message().lines().findFirst().orElse("");
    }

    private Kubectl.Result create(String review) throws InterruptedException {
        try (OwnedFolder folder = OwnedFolder.create("podid-doctor-")) {
            return kubectl.run(
                    "create",
                    "--raw=/apis/authorization.k8s.io/v1/subjectaccessreviews",
                    "--filename=" + folder.write("review.json", review));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String allowed(String answer) {
        try {
            return new Part(Json.object(answer)).text("status", "allowed");
        } catch (ParseException e) {
            return "";
        }
    }

    private <T> Optional<T> end(Link link) {
        links.add(link);
        return Optional.empty();
    }

    private Optional<String> assertion() throws InterruptedException {
        Kubectl.Result made = kubectl.run(
                "create", "token", account.name(), "--namespace=" + account.namespace(), "--audience=" + audience);
        if (made.failure().isPresent()) {
            return end(notMade(made.failure().get()));
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
            return end(Link.failed(
                    "token", "kubectl create token printed " + token.length() + " characters that are no token"));
        }
    }

    private Link notMade(KubectlException failure) {
        return failure.kind() == Kind.FORBIDDEN
                ? Link.unknown(
                        "token",
                        "you may not create serviceaccounts/token in " + account.namespace(),
                        failure.writeGrants("doctor", ""))
                : Link.failed(
                        "token",
                        firstLine(failure),
                        "kubectl get serviceaccount " + account.name() + " -n " + account.namespace());
    }

    private Optional<AccessToken> exchange(String assertion) {
        String asked = tenant.isEmpty() ? tenantOfIssuer(assertion) : tenant;
        if (asked.isEmpty()) {
            return end(Link.unknown("Entra ID", "no pod has AZURE_TENANT_ID", "Give it by --tenant"));
        }
        if (trial.authorityHost() == null && !isOfCloud(authority)) {
            return end(Link.unknown(
                    "Entra ID",
                    "the pod's AZURE_AUTHORITY_HOST is that of no known cloud, so no token is sent there",
                    "If you know it, give it by --authority-host"));
        }
        try {
            var builder = AzureServiceTokenProvider.builder()
                    .authorityHost(authority)
                    .sources(List.of(TokenSources.clientAssertion(asked, clientId, () -> assertion)));
            if (trial.tls() != null) {
                builder.sslContext(trial.tls());
            }
            AccessToken token = builder.build().getAuthenticationResult(STORAGE);
            links.add(Link.ok("Entra ID", "gives client ID " + clientId + " a token for " + STORAGE));
            return Optional.of(token);
        } catch (TokenAcquisitionException e) {
            return end(refused(e, assertion));
        }
    }

    /** The issuer of AKS has the tenant as the first part of its path; of other clusters nothing is known. */
    private static String tenantOfIssuer(String assertion) {
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

    /** In Entra ID's own words, with the credential that it lacks. */
    private Link refused(TokenAcquisitionException refusal, String assertion) {
        if (refusal.code() == Code.SERVICE_UNAVAILABLE || refusal.code() == Code.TIMED_OUT) {
            return Link.unknown(
                    "Entra ID", refusal.reason() + "; that is so from here, the pod may reach it", refusal.remedy());
        }
        return Link.failed(
                "Entra ID", refusal.reason(), TrustCheck.listNextSteps(refusal, cluster, account, clientId, assertion));
    }

    /** Whether the identity has a role on what it is to read: asks for one name of one container. */
    private Link read(AccessToken token) {
        URI blob = trial.blob();
        if (blob == null) {
            return Link.skipped(
                    ROLE, "not tried: name a container by --blob https://ACCOUNT.blob.core.windows.net/CONTAINER");
        }
        try {
            HttpURLConnection asked = ask(blob, token);
            int status = asked.getResponseCode();
            String code = asked.getHeaderField("x-ms-error-code");
            asked.disconnect();
            return role(blob, status, code == null ? "" : code);
        } catch (IOException e) {
            return Link.unknown(
                    ROLE,
                    blob.getHost() + " cannot be asked from here: " + e.getMessage(),
                    "The pod may reach it all the same: a private endpoint answers in its network only.");
        }
    }

    private HttpURLConnection ask(URI blob, AccessToken token) throws IOException {
        boolean container = blob.getPath() != null && blob.getPath().length() > 1;
        String query = container ? "?restype=container&comp=list&maxresults=1" : "?comp=list&maxresults=1";
        var connection = (HttpURLConnection) URI.create(blob.toString().replaceFirst("/$", "") + query)
                .toURL()
                .openConnection();
        if (connection instanceof HttpsURLConnection https && trial.tls() != null) {
            https.setSSLSocketFactory(trial.tls().getSocketFactory());
        }
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(LIMIT_MILLIS);
        connection.setReadTimeout(LIMIT_MILLIS);
        connection.setRequestProperty("Authorization", "Bearer " + token.value());
        connection.setRequestProperty("x-ms-version", VERSION);
        return connection;
    }

    private Link role(URI blob, int status, String code) {
        String answer = "HTTP " + status + (code.isEmpty() ? "" : " " + code);
        return switch (status) {
            case 200 -> Link.ok(ROLE, "the identity may read " + blob);
            case 403 ->
                code.equals("AuthorizationFailure")
                        ? Link.unknown(ROLE, answer + ": the account's firewall does not let this machine in")
                        : Link.failed(
                                ROLE,
                                answer + ": the identity has no data role on " + blob,
                                "az role assignment create --role 'Storage Blob Data Reader' --assignee-object-id \"$(az"
                                        + " ad sp show --id " + clientId
                                        + " --query id -o tsv)\" --assignee-principal-type ServicePrincipal --scope \"$(az"
                                        + " storage account show -n " + account(blob) + " --query id -o tsv)\"",
                                "A role that is minutes old is not known everywhere yet: then wait ten.");
            case 404 ->
                Link.failed(
                        ROLE,
                        answer + ": there is no such container",
                        "az storage container list --auth-mode login" + " --account-name " + account(blob)
                                + " -o table");
            default -> Link.failed(ROLE, answer);
        };
    }

    private static String account(URI blob) {
        String host = String.valueOf(blob.getHost());
        return host.matches("[a-z0-9]{3,24}\\.blob\\.[a-z.]+") ? host.substring(0, host.indexOf('.')) : "ACCOUNT";
    }
}
