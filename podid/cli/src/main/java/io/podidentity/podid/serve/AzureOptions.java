// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What was set up in Azure before the cluster started: roles, federated credentials, identity bindings, agents. */
final class AzureOptions {

    private static final Set<String> ROLE_KEYS = Set.of("principal", "role", "after");
    private static final String CREDENTIAL = "--federated-credential";

    private static final Map<String, WebhookVersion> WEBHOOKS = new TreeMap<>(Map.of(
            "1.0", WebhookVersion.V1_0,
            "1.5.1", WebhookVersion.V1_5_1,
            "1.6.0", WebhookVersion.V1_6_0));

    @Option(
            names = "--role",
            paramLabel = "WHO=ROLE",
            description =
                    "Assign a role on the storage account to a client ID, an object ID or a user. May be given more"
                            + " than once. Default: everyone is a Storage Blob Data Reader.")
    private List<String> roles = new ArrayList<>();

    @Option(
            names = "--roles",
            paramLabel = "FILE",
            description = "A YAML list of {principal, role, after}. There are no other roles then. \"after\" is"
                    + " the time until a role takes effect, such as 10m.")
    private @Nullable Path rolesFile;

    @Option(
            names = CREDENTIAL,
            paramLabel = "CLIENT-ID=SUBJECT",
            description =
                    "Let an identity accept a service account of the cluster, system:serviceaccount:NAMESPACE:NAME."
                            + " Default: each annotated account is accepted by the identity that it names.")
    private List<String> credentials = new ArrayList<>();

    @Option(
            names = "--federated-credentials",
            paramLabel = "FILE",
            description = "A YAML list of {identity, subject, issuer, audience, after}. There are no other"
                    + " federated credentials then. Default of issuer: the cluster's issuer. For the issuers GitHub,"
                    + " GitLab and Terraform Cloud, an item can have \"expression\" in place of \"subject\", such as"
                    + " claims['sub'] matches 'repo:contoso/shop:*'.")
    private @Nullable Path credentialsFile;

    @Option(
            names = "--issuer-keys",
            paramLabel = "ISSUER=FILE",
            description = "A JSON Web Key Set with the public keys of another issuer, by which its tokens are verified."
                    + " The emulator does not download the keys. May be given more than once.")
    private List<String> issuerKeys = new ArrayList<>();

    @Option(
            names = "--app-role",
            paramLabel = "WHO=RESOURCE ROLE",
            description = "Assign a role of an application to a client ID, an object ID or a user, such as"
                    + " \"CLIENT-ID=api://orders Orders.Read\". Tokens for RESOURCE have it in the claim roles. May be"
                    + " given more than once.")
    private List<String> appRoles = new ArrayList<>();

    @Option(
            names = "--group",
            paramLabel = "WHO=GROUP-ID",
            description = "Add a client ID, an object ID or a user to a group. Tokens have the group's ID in the claim"
                    + " groups. May be given more than once.")
    private List<String> groups = new ArrayList<>();

    @Option(
            names = "--identity-binding",
            paramLabel = "CLIENT-ID[=SUBJECT]",
            description = "Bind an identity to the cluster, for pods that are annotated with"
                    + " azure.workload.identity/use-identity-binding. A ClusterRole has to let their service account"
                    + " use it, or SUBJECT names the account, system:serviceaccount:NAMESPACE:NAME. May be given"
                    + " more than once.")
    private List<String> bindings = new ArrayList<>();

    @Option(
            names = "--redirect-uri",
            paramLabel = "CLIENT-ID=URI",
            description = "The address to which an application's users return after they have signed in. May be"
                    + " given more than once.")
    private List<String> redirectUris = new ArrayList<>();

    @Option(
            names = "--page-redirect-uri",
            paramLabel = "CLIENT-ID=URI",
            description = "Register the address of a page in a browser, a single-page application: what is sent there"
                    + " is redeemed with PKCE and without a secret. May be given more than once.")
    private List<String> pageRedirectUris = new ArrayList<>();

    @Option(
            names = "--public-client",
            paramLabel = "CLIENT-ID",
            description = "Add a client without a secret, such as a tool that signs users in by device code. May be"
                    + " given more than once.")
    private List<String> publicClients = new ArrayList<>();

    @Option(
            names = "--resource",
            paramLabel = "URI",
            description = "Issue tokens for a resource of your own: the URI or the application ID of an API. May be"
                    + " given more than once. Azure's services and the applications are known without it.")
    private List<String> resources = new ArrayList<>();

    @Option(
            names = "--any-resource",
            description = "Issue tokens for whatever resource is asked for. Default: an unknown one is refused, as"
                    + " by Entra ID (AADSTS500011).")
    private boolean anyResource;

    @Option(
            names = "--propagation",
            paramLabel = "TIME",
            defaultValue = "0s",
            description = "How long roles and federated credentials without an \"after\" take to have effect, on the"
                    + " cluster's clock, such as 5m. Default: ${DEFAULT-VALUE}.")
    private String propagation = "0s";

    @Option(
            names = "--webhook",
            paramLabel = "VERSION",
            description = "The version of the workload identity webhook: 1.0, 1.5.1 or 1.6.0. Default: 1.6.0.")
    private @Nullable String webhook;

    @Mixin
    private AgentOptions agents = new AgentOptions();

    /** @throws ManifestException if a file or an option cannot be used; its message says which and why */
    void applyTo(PodIdentityEmulator.Builder builder) {
        applyRoles(builder);
        applyIssuerKeys(builder);
        applyCredentials(builder);
        applyAppRoles(builder);
        forEachPair("--group", groups, builder::group);
        applyBindings(builder);
        agents.applyTo(builder);
        publicClients.forEach(clientId -> builder.publicClient(clientId, ObjectIds.of(clientId)));
        resources.forEach(builder::resource);
        if (anyResource) {
            builder.anyResource();
        }
        forEachPair("--page-redirect-uri", pageRedirectUris, builder::pageRedirectUri);
        forEachPair("--redirect-uri", redirectUris, builder::redirectUri);
        if (webhook != null) {
            builder.webhook(findWebhook(webhook));
        }
    }

    private void applyRoles(PodIdentityEmulator.Builder builder) {
        forEachPair(
                "--role", roles, (principal, role) -> builder.role(principal, role, DurationText.parse(propagation)));
        if (rolesFile != null) {
            builder.withoutRoles();
            YamlList.readFile(rolesFile, ROLE_KEYS).forEach(item -> applyRole(builder, item));
        }
    }

    private void applyRole(PodIdentityEmulator.Builder builder, YamlList.Item item) {
        Duration after = DurationText.parse(item.getOrDefault("after", propagation));
        try {
            builder.role(item.requireValue("principal"), item.requireValue("role"), after);
        } catch (IllegalArgumentException e) {
            throw new ManifestException(item.position(), String.valueOf(e.getMessage()));
        }
    }

    private void applyIssuerKeys(PodIdentityEmulator.Builder builder) {
        forEachPair("--issuer-keys", issuerKeys, (issuer, file) -> addIssuerKeys(builder, issuer, Path.of(file)));
    }

    private static void addIssuerKeys(PodIdentityEmulator.Builder builder, String issuer, Path file) {
        for (PublicKey key : IssuerKeys.read(file)) {
            builder.issuerKey(issuer, key);
        }
    }

    private void applyCredentials(PodIdentityEmulator.Builder builder) {
        if (namesCredentials()) {
            builder.withoutAssumedCredentials();
        }
        forEachPair(
                CREDENTIAL,
                credentials,
                (clientId, subject) -> builder.federatedServiceAccount(
                        clientId, subject, WebhookSettings.AUDIENCE, DurationText.parse(propagation)));
        listedCredentials().forEach(credential -> credential.create(builder, propagation));
    }

    /** Whether credentials are given, which then stand in place of those that the emulator assumes. */
    private boolean namesCredentials() {
        return credentialsFile != null || !credentials.isEmpty();
    }

    private List<ListedCredential> listedCredentials() {
        return credentialsFile == null ? List.of() : ListedCredential.read(credentialsFile);
    }

    private void applyAppRoles(PodIdentityEmulator.Builder builder) {
        for (String appRole : appRoles) {
            NameAndValue pair = NameAndValue.parse("--app-role", appRole);
            // Neither a resource nor the value of a role has a space.
            String[] resourceAndRole = pair.value().split(" +", -1);
            if (resourceAndRole.length != 2) {
                throw new ManifestException("--app-role needs the form WHO=RESOURCE ROLE, not \"" + appRole + "\"");
            }
            builder.appRole(pair.name(), resourceAndRole[0], resourceAndRole[1]);
        }
    }

    private void applyBindings(PodIdentityEmulator.Builder builder) {
        for (String binding : bindings) {
            if (binding.contains("=")) {
                NameAndValue pair = NameAndValue.parse("--identity-binding", binding);
                builder.identityBinding(pair.name(), pair.value());
            } else {
                builder.identityBinding(binding);
            }
        }
    }

    /**
     * Which service accounts of the cluster are trusted in the end; empty if each one is trusted by the identity that
     * it names.
     *
     * @throws ManifestException if a file or an option cannot be used
     */
    Optional<List<Trusted>> trusted() {
        if (!namesCredentials()) {
            return Optional.empty();
        }
        var trusted = new ArrayList<Trusted>();
        forEachPair(
                CREDENTIAL,
                credentials,
                (clientId, subject) -> trusted.add(new Trusted(clientId, subject, WebhookSettings.AUDIENCE)));
        for (ListedCredential credential : listedCredentials()) {
            if (credential.isForCluster()) {
                trusted.add(credential.toTrusted());
            }
        }
        return Optional.of(trusted);
    }

    /** Reads each value of an option that takes NAME=VALUE, and passes its parts on before the next one is read. */
    private static void forEachPair(String option, List<String> texts, BiConsumer<String, String> action) {
        for (String text : texts) {
            NameAndValue pair = NameAndValue.parse(option, text);
            action.accept(pair.name(), pair.value());
        }
    }

    private static WebhookVersion findWebhook(String name) {
        return Optional.ofNullable(WEBHOOKS.get(name))
                .orElseThrow(() -> new ManifestException(
                        "No webhook \"" + name + "\": use one of " + String.join(", ", WEBHOOKS.keySet())));
    }
}
