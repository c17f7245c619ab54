package io.podidentity.emulator.plan;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.directory.AppAssignments.AppRole;
import io.podidentity.emulator.directory.AppAssignments.Membership;
import io.podidentity.emulator.directory.BlobRole;
import io.podidentity.emulator.directory.ClaimsMatchingExpression;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.ServicePrincipal.Kind;
import io.podidentity.emulator.directory.ServicePrincipal.RedirectUri;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.history.History;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.emulator.plan.Places.PortName;
import io.podidentity.emulator.time.EmulatorClock;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The options of an emulator. Each kind of thing (identities, applications, user, blobs, roles) keeps its default until
 * one is given; the default roles make every principal a Storage Blob Data Reader.
 *
 * <p>Not thread-safe. Arguments are not null; GUIDs are compared case-insensitively.
 *
 * @param <B> the builder, which each method returns
 * @since 0.1.0
 */
public abstract class EmulatorOptions<B extends EmulatorOptions<B>> {

    private final TenantPlan plan = new TenantPlan();
    private Places places = Places.onLoopback();
    private @Nullable EntraKeys keys;
    private final List<Function<AddedEndpoint.Azure, AddedEndpoint>> added = new ArrayList<>();
    private Consumer<RecordedRequest> listener = request -> {};
    private Consumer<LogLine> logListener = line -> {};

    protected EmulatorOptions() {}

    /** The tenant's ID, a GUID. */
    public B tenantId(String tenantId) {
        plan.tenantId = requireNonNull(tenantId, "tenantId");
        return self();
    }

    /** Adds other tenants, which have the same applications, but for those {@link #withoutConsent}. */
    public B otherTenant(String... tenantIds) {
        plan.otherTenants.addAll(List.of(tenantIds));
        return self();
    }

    /** Registers where an application's users are sent back to after they signed in; compared letter by letter. */
    public B redirectUri(String clientId, String uri) {
        requireNonNull(uri, "uri");
        return credential(clientId, client -> client.with(new RedirectUri(uri, false)));
    }

    /**
     * Registers the address of a page in a browser, a single-page application. What is sent there is redeemed by the
     * page, with PKCE and without a secret.
     */
    public B pageRedirectUri(String clientId, String uri) {
        requireNonNull(uri, "uri");
        return credential(clientId, client -> client.with(new RedirectUri(uri, true)));
    }

    /**
     * Adds a client that cannot keep a secret, such as a tool on a user's machine: it gets tokens for users, by device
     * code or by code with PKCE.
     */
    public B publicClient(String clientId, String objectId) {
        plan.publicClients.add(ServicePrincipal.of(
                Kind.PUBLIC_CLIENT, requireNonNull(clientId, "clientId"), requireNonNull(objectId, "objectId")));
        return self();
    }

    /**
     * Adds resources of your own, which tokens can be for: the URI or the application ID of an API. Azure's services
     * and the client ID of each application, also as {@code api://CLIENT-ID}, are there without it.
     */
    public B resource(String... names) {
        plan.resources.addAll(List.of(names));
        return self();
    }

    /** Issues tokens for every resource, whatever its name; else an unknown one is refused, as by Entra ID. */
    public B anyResource() {
        plan.anyResource = true;
        return self();
    }

    /**
     * Gives a principal a role of an application. Tokens for that application say it.
     *
     * @param principal the object ID or client ID of an identity or application, or the name or object ID of the user
     * @param resource the application, as tokens are asked for it
     */
    public B appRole(String principal, String resource, String role) {
        plan.appRoles.add(new AppRole(
                requireNonNull(principal, "principal"),
                requireNonNull(resource, "resource"),
                requireNonNull(role, "role")));
        return self();
    }

    /** Puts a principal, as {@link #appRole} names it, into a group. Its tokens say the group's ID. */
    public B group(String principal, String groupId) {
        plan.memberships.add(
                new Membership(requireNonNull(principal, "principal"), requireNonNull(groupId, "groupId")));
        return self();
    }

    /**
     * Keeps an application to its own tenant, since no administrator of another one has consented to it, and lets it
     * act on behalf of nobody.
     */
    public B withoutConsent(String clientId) {
        return credential(clientId, ServicePrincipal::withoutConsent);
    }

    /** Assigns identities to the node; called with none, the node has none. */
    public B identity(ManagedIdentity... identities) {
        plan.addIdentities(List.of(identities));
        return self();
    }

    /** Adds identities that exist in the tenant and are not assigned to the node: what workload identity needs. */
    public B unassignedIdentity(ManagedIdentity... identities) {
        plan.unassigned.addAll(List.of(identities));
        return self();
    }

    /** Adds an application with a secret; called again with the same client ID, it adds a second valid secret. */
    public B application(String clientId, String objectId, String secret) {
        plan.applications.add(new Application(clientId, objectId, secret));
        return self();
    }

    /** Keeps the default application, but with this secret instead of a new one each time. */
    public B defaultApplication(String secret) {
        plan.applications.add(TenantPlan.defaultApplication(secret));
        return self();
    }

    /** Adds an expired secret to the application. */
    public B expiredSecret(String clientId, String secret) {
        var expired = new RegisteredSecret(requireNonNull(secret, "secret"), true);
        return credential(clientId, one -> one.with(expired));
    }

    private B credential(String clientId, UnaryOperator<ServicePrincipal> addition) {
        plan.credentials.add(new TenantPlan.Credential(requireNonNull(clientId, "clientId"), addition));
        return self();
    }

    /** Lets the application or identity authenticate by assertions that the certificate's private key signed. */
    public B certificate(String clientId, X509Certificate certificate) {
        requireNonNull(certificate, "certificate");
        return credential(clientId, one -> one.with(certificate));
    }

    /**
     * Lets the application or identity authenticate by another issuer's tokens; all three strings must match exactly,
     * including a trailing slash. The issuer {@code https://login.microsoftonline.com/TENANT/v2.0} is this Entra ID
     * itself, which issues the tokens of managed identities: there the subject is an identity's object ID.
     */
    public B federatedCredential(String clientId, String issuer, String subject, String audience) {
        return federatedCredential(clientId, issuer, subject, audience, Duration.ZERO);
    }

    /** The same, but known everywhere only {@code delay} after the start, on the cluster's clock. */
    public B federatedCredential(String clientId, String issuer, String subject, String audience, Duration delay) {
        var credential = new FederatedCredential(
                requireNonNull(issuer, "issuer"),
                requireNonNull(subject, "subject"),
                requireNonNull(audience, "audience"));
        plan.federations.add(new TenantPlan.Federation(
                requireNonNull(clientId, "clientId"), credential, requireNonNull(delay, "delay")));
        return self();
    }

    /**
     * Lets an application authenticate with the tokens of an issuer whose claims an expression accepts, in place of one
     * exact subject: a flexible federated credential.
     *
     * @param issuer GitHub's, GitLab's or Terraform Cloud's, as for Entra ID
     * @param expression such as {@code claims['sub'] matches 'repo:contoso/shop:ref:refs/heads/*'}
     * @throws IllegalArgumentException if the expression cannot be read, or Entra ID takes none for this issuer
     */
    public B flexibleFederatedCredential(String clientId, String issuer, String expression, String audience) {
        return flexibleFederatedCredential(clientId, issuer, expression, audience, Duration.ZERO);
    }

    /**
     * The same, but known everywhere only {@code delay} after the start, on the cluster's clock.
     *
     * @throws IllegalArgumentException if the expression cannot be read, or Entra ID takes none for this issuer
     */
    public B flexibleFederatedCredential(
            String clientId, String issuer, String expression, String audience, Duration delay) {
        var credential = FederatedCredential.flexible(
                requireNonNull(issuer, "issuer"),
                ClaimsMatchingExpression.parse(requireNonNull(expression, "expression")),
                requireNonNull(audience, "audience"));
        plan.federations.add(new TenantPlan.Federation(
                requireNonNull(clientId, "clientId"), credential, requireNonNull(delay, "delay")));
        return self();
    }

    /**
     * Lets an identity authenticate by the tokens of a service account of the emulated cluster. An account that is
     * annotated with a client ID is trusted without this, until {@link #withoutAssumedCredentials}. An identity that
     * was not described before is created.
     *
     * @param subject {@code system:serviceaccount:NAMESPACE:NAME}, compared exactly
     * @param delay how long after the start, on the cluster's clock, it is known everywhere
     */
    public B federatedServiceAccount(String clientId, String subject, Duration delay) {
        return federatedServiceAccount(clientId, subject, WebhookSettings.AUDIENCE, delay);
    }

    /** The same, for tokens of another audience than {@code api://AzureADTokenExchange}. */
    public B federatedServiceAccount(String clientId, String subject, String audience, Duration delay) {
        plan.trusted.add(new Tenant.Trust(
                requireNonNull(clientId, "clientId"),
                requireNonNull(subject, "subject"),
                requireNonNull(audience, "audience"),
                requireNonNull(delay, "delay")));
        return self();
    }

    /**
     * Leaves every service account without a federated credential, unless one is given, and the tenant without the
     * identities that only annotations name.
     */
    public B withoutAssumedCredentials() {
        plan.trustsAnnotated = false;
        return self();
    }

    /**
     * Binds an identity, known or new, to the emulated cluster, as {@code az aks identity-binding create} does. A
     * service account can use it if a ClusterRole of the manifests lets it {@code use-managed-identity}, or if it is
     * one of the subjects.
     *
     * @param allowedSubjects the accounts that need no role, {@code system:serviceaccount:NAMESPACE:NAME}
     */
    public B identityBinding(String clientId, String... allowedSubjects) {
        plan.bound
                .computeIfAbsent(requireNonNull(clientId, "clientId"), id -> new LinkedHashSet<>())
                .addAll(List.of(allowedSubjects));
        return self();
    }

    /** Adds a public key of a token issuer, by which its assertions are verified. */
    public B issuerKey(String issuer, PublicKey key) {
        requireNonNull(key, "key");
        plan.issuerKeys
                .computeIfAbsent(requireNonNull(issuer, "issuer"), first -> new ArrayList<>())
                .add(key);
        return self();
    }

    /** The one user, who signs in by device code. */
    public B user(String userPrincipalName, String objectId) {
        plan.user =
                new User(requireNonNull(userPrincipalName, "userPrincipalName"), requireNonNull(objectId, "objectId"));
        return self();
    }

    /** Puts a blob; the array is copied. */
    public B blob(String container, String name, String contentType, byte[] content) {
        requireNonNull(container, "container");
        requireNonNull(name, "name");
        requireNonNull(contentType, "contentType");
        byte[] copy = content.clone();
        plan.blobs.add(store -> store.put(container, name, contentType, copy));
        return self();
    }

    /**
     * Assigns a role on the storage account.
     *
     * @param principal the object ID or client ID of an identity or application, or the name or object ID of the user
     * @param role {@code Storage Blob Data Reader}, {@code … Contributor} or {@code … Owner}
     * @throws IllegalArgumentException if the role is another
     */
    public B role(String principal, String role) {
        return role(principal, role, Duration.ZERO);
    }

    /**
     * The same, but without effect until {@code delay} after the start, on the cluster's clock; Azure may take ten
     * minutes.
     *
     * @throws IllegalArgumentException if the role is another
     */
    public B role(String principal, String role, Duration delay) {
        plan.roles.add(new TenantPlan.Role(
                requireNonNull(principal, "principal"), BlobRole.named(role), requireNonNull(delay, "delay")));
        return self();
    }

    /** Leaves everyone without a role, unless {@link #role} assigns some. */
    public B withoutRoles() {
        plan.defaultRoles = false;
        return self();
    }

    /**
     * How long access tokens live; by default a day those of managed identities, and an hour all others.
     *
     * @throws IllegalArgumentException if it is shorter than a second
     */
    public B tokenLifetime(Duration lifetime) {
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("A token must live for at least one second, not " + lifetime);
        }
        plan.tokenLifetime = lifetime;
        return self();
    }

    /** The clock by which tokens are issued and checked; the system's by default. */
    public B clock(Clock clock) {
        plan.clock = requireNonNull(clock, "clock");
        return self();
    }

    /** The clock on which the cluster waits and Azure's changes spread; the machine's by default. */
    public B clusterClock(EmulatorClock clock) {
        plan.clusterClock = requireNonNull(clock, "clock");
        return self();
    }

    /**
     * Adds manifests: files, and folders with all that is below them. They are read by {@code start()}, as the profile
     * decodes them, and beside those given to {@link #cluster}. What they refer to in Azure, identities and the secrets
     * of applications, is there unless the tenant has it differently.
     */
    public B manifests(Path... paths) {
        plan.manifests.addAll(List.of(paths));
        return self();
    }

    /**
     * What runs in the cluster; by default 1.5.4 if anything in it asks for pod identity, else workload identity alone.
     */
    public B profile(Profile profile) {
        plan.profile = requireNonNull(profile, "profile");
        return self();
    }

    /** The profile with other than the default flags. */
    public B nmi(NmiSettings settings) {
        plan.nmi = requireNonNull(settings, "settings");
        return self();
    }

    /**
     * Lets the cluster's time pass faster than the machine's: MIC's, NMI's and Azure's waits, not the life of tokens.
     *
     * @param timesFaster 1 or more; at 60 a minute of the cluster passes in a second
     * @throws IllegalArgumentException if it is less than 1 or not a number
     */
    public B timeScale(double timesFaster) {
        return clusterClock(ScaledClock.scaled(timesFaster));
    }

    /** Is told of every line that MIC and NMI log, on the thread that logs it. */
    public B onLog(Consumer<LogLine> listener) {
        this.logListener = requireNonNull(listener, "listener");
        return self();
    }

    /** The same, of manifests that were read before. */
    public B manifests(Manifests manifests) {
        plan.cluster = manifests.cluster();
        return self();
    }

    /** The objects of the cluster, in place of none. */
    public B cluster(Cluster cluster) {
        plan.cluster = requireNonNull(cluster, "cluster");
        return self();
    }

    /**
     * The cluster whose objects {@link #cluster} has at the start. NMI is then asked at its port on the host alone, by
     * connections of the cluster's {@link ActualCluster#nodes nodes}, which say, in the PROXY protocol, which pod's
     * address they come from.
     */
    public B actualCluster(ActualCluster cluster) {
        plan.actual = requireNonNull(cluster, "cluster");
        // Whatever identities there are when it starts.
        plan.tenantId = requireNonNullElse(plan.tenantId, TenantPlan.TENANT_ID);
        return self();
    }

    /** The version of the workload identity webhook, which decides on paths and names; 1.6.0 by default. */
    public B webhook(WebhookVersion version) {
        plan.webhook = requireNonNull(version, "version");
        return self();
    }

    /** The ports on 127.0.0.1; 0, the default, takes any free one. */
    public B ports(int imds, int entra, int storage) {
        places = places.withPorts(imds, entra, storage);
        return self();
    }

    /** Where it listens and how clients reach it, in place of {@link #ports}; by default 127.0.0.1, any free ports. */
    public B places(Places places) {
        this.places = requireNonNull(places, "places");
        return self();
    }

    /** What clients trust, in place of the one authority and the one key of this JVM. */
    public B keys(EntraKeys keys) {
        this.keys = requireNonNull(keys, "keys");
        return self();
    }

    /** Lets clients come to Entra ID by these names alone, at HTTPS's own port; called after {@link #places}. */
    public B entraAs(List<String> hosts) {
        places = places.withEntraAs(hosts);
        return self();
    }

    /** Lets these servers listen on loopback, whatever the address is; called after {@link #places}. */
    public B hiding(Set<PortName> servers) {
        places = places.hiding(servers);
        return self();
    }

    /** Adds a service at Entra ID's address, made once what it stands on is there. */
    public B besideEntra(Function<AddedEndpoint.Azure, AddedEndpoint> endpoint) {
        added.add(requireNonNull(endpoint, "endpoint"));
        return self();
    }

    /** Is told of every request, on the thread that serves it. */
    public B onRequest(Consumer<RecordedRequest> listener) {
        this.listener = requireNonNull(listener, "listener");
        return self();
    }

    /** The builder itself. */
    protected abstract B self();

    /**
     * What the options describe now.
     *
     * @throws IllegalStateException if a credential was given for a client ID that nothing here has
     * @throws io.podidentity.emulator.manifest.ManifestException if a manifest cannot be read
     */
    protected final Tenant tenant() {
        return plan.tenant();
    }

    protected final EntraKeys keys() {
        return keys == null ? EntraKeys.ofThisJvm(places.names()) : keys;
    }

    /** Where the emulator is to listen, as set until now. */
    public final Places places() {
        return places;
    }

    protected final List<Function<AddedEndpoint.Azure, AddedEndpoint>> added() {
        return List.copyOf(added);
    }

    protected final History<RecordedRequest> requests() {
        return new History<>(listener);
    }

    protected final History<LogLine> log() {
        return new History<>(logListener);
    }
}
