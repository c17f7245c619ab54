// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.directory.AgentIdentity;
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
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What there is in an emulator's Azure: the tenant with its identities, applications, agents and user, and the storage
 * account.
 * Each kind of thing (identities, applications, user, blobs, roles) keeps its default until one is given; the default
 * roles make every principal a Storage Blob Data Reader.
 *
 * <p>Not thread-safe. Arguments are not null; GUIDs are compared case-insensitively.
 *
 * @param <B> the builder, which each method returns
 * @since 0.1.0
 */
public abstract class TenantOptions<B extends TenantOptions<B>> {

    final TenantPlan plan = new TenantPlan();

    TenantOptions() {}

    /** The builder itself. */
    protected abstract B self();

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

    /**
     * Adds an agent identity blueprint: an application that acts as the agent identities which it owns. It has the
     * credentials of any application: {@link #federatedCredential}, {@link #certificate} or a secret, added with {@link
     * #application} and the same client ID. One without any accepts the tokens of the node's managed identities.
     */
    public B agentBlueprint(String clientId, String objectId) {
        plan.blueprints.add(ServicePrincipal.of(
                Kind.AGENT_BLUEPRINT, requireNonNull(clientId, "clientId"), requireNonNull(objectId, "objectId")));
        return self();
    }

    /**
     * Adds an agent identity, which has no credential but its blueprint. It is in this tenant alone. Roles are assigned
     * to it as to an application.
     *
     * @param blueprintClientId a blueprint that {@link #agentBlueprint} adds
     * @param objectId in Microsoft Entra ID the same GUID as the client ID
     */
    public B agentIdentity(String blueprintClientId, String clientId, String objectId) {
        plan.agents.add(new AgentIdentity(
                requireNonNull(clientId, "clientId"),
                requireNonNull(objectId, "objectId"),
                requireNonNull(blueprintClientId, "blueprintClientId")));
        return self();
    }

    /**
     * Adds the user account of an agent, as which that agent identity alone can act. An agent identity has at most one.
     *
     * @param agentClientId an agent identity that {@link #agentIdentity} adds
     * @param objectId a GUID
     */
    public B agentUser(String agentClientId, String userPrincipalName, String objectId) {
        plan.agentUsers.add(new TenantPlan.AgentUser(
                requireNonNull(agentClientId, "agentClientId"),
                new User(
                        requireNonNull(userPrincipalName, "userPrincipalName"), requireNonNull(objectId, "objectId"))));
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
        return credential(clientId, principal -> principal.with(expired));
    }

    private B credential(String clientId, UnaryOperator<ServicePrincipal> addition) {
        plan.credentials.add(new TenantPlan.Credential(requireNonNull(clientId, "clientId"), addition));
        return self();
    }

    /** Lets the application or identity authenticate by assertions that the certificate's private key signed. */
    public B certificate(String clientId, X509Certificate certificate) {
        requireNonNull(certificate, "certificate");
        return credential(clientId, principal -> principal.with(certificate));
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
}
