// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What was set up in Azure before the cluster started: roles, federated credentials, identity bindings. */
final class AzureOptions {

    private static final Set<String> ROLE_KEYS = Set.of("principal", "role", "after");
    private static final Set<String> CREDENTIAL_KEYS =
            Set.of("identity", "subject", "expression", "issuer", "audience", "after");

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
            names = "--federated-credential",
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

    /** @throws ManifestException if a file or an option cannot be used; its message says which and why */
    void applyTo(PodIdentityEmulator.Builder builder) {
        applyRoles(builder);
        applyCredentials(builder);
        applyAssignments(builder);
        for (String binding : bindings) {
            if (binding.contains("=")) {
                Pair pair = Pair.of("--identity-binding", binding);
                builder.identityBinding(pair.left(), pair.right());
            } else {
                builder.identityBinding(binding);
            }
        }
        publicClients.forEach(clientId -> builder.publicClient(clientId, ObjectIds.of(clientId)));
        resources.forEach(builder::resource);
        if (anyResource) {
            builder.anyResource();
        }
        for (String redirectUri : pageRedirectUris) {
            Pair pair = Pair.of("--page-redirect-uri", redirectUri);
            builder.pageRedirectUri(pair.left(), pair.right());
        }
        for (String redirectUri : redirectUris) {
            Pair pair = Pair.of("--redirect-uri", redirectUri);
            builder.redirectUri(pair.left(), pair.right());
        }
        if (webhook != null) {
            builder.webhook(version(webhook));
        }
    }

    private void applyRoles(PodIdentityEmulator.Builder builder) {
        for (String role : roles) {
            Pair pair = Pair.of("--role", role);
            builder.role(pair.left(), pair.right(), duration(propagation));
        }
        if (rolesFile != null) {
            builder.withoutRoles();
            for (YamlList.Item item : YamlList.read(rolesFile, ROLE_KEYS)) {
                Duration after = duration(item.get("after", propagation));
                try {
                    builder.role(item.required("principal"), item.required("role"), after);
                } catch (IllegalArgumentException e) {
                    throw new ManifestException(item.position(), String.valueOf(e.getMessage()));
                }
            }
        }
    }

    private void applyAssignments(PodIdentityEmulator.Builder builder) {
        for (String appRole : appRoles) {
            Pair pair = Pair.of("--app-role", appRole);
            // Neither a resource nor the value of a role has a space.
            String[] resourceAndRole = pair.right().split(" +", -1);
            if (resourceAndRole.length != 2) {
                throw new ManifestException("--app-role needs the form WHO=RESOURCE ROLE, not \"" + appRole + "\"");
            }
            builder.appRole(pair.left(), resourceAndRole[0], resourceAndRole[1]);
        }
        for (String group : groups) {
            Pair pair = Pair.of("--group", group);
            builder.group(pair.left(), pair.right());
        }
    }

    private void applyIssuerKeys(PodIdentityEmulator.Builder builder) {
        for (String option : issuerKeys) {
            Pair pair = Pair.of("--issuer-keys", option);
            IssuerKeys.read(Path.of(pair.right())).forEach(key -> builder.issuerKey(pair.left(), key));
        }
    }

    private void applyCredentials(PodIdentityEmulator.Builder builder) {
        applyIssuerKeys(builder);
        if (credentialsFile != null || !credentials.isEmpty()) {
            builder.withoutAssumedCredentials();
        }
        for (String credential : credentials) {
            Pair pair = Pair.of("--federated-credential", credential);
            builder.federatedServiceAccount(pair.left(), pair.right(), WebhookSettings.AUDIENCE, duration(propagation));
        }
        if (credentialsFile != null) {
            YamlList.read(credentialsFile, CREDENTIAL_KEYS).forEach(item -> create(builder, item));
        }
    }

    /**
     * Which service accounts of the cluster are trusted in the end; empty if each one is trusted by the identity that
     * it names.
     *
     * @throws ManifestException if a file or an option cannot be used
     */
    Optional<List<Trusted>> trusted() {
        if (credentialsFile == null && credentials.isEmpty()) {
            return Optional.empty();
        }
        var trusted = new ArrayList<Trusted>();
        for (String credential : credentials) {
            Pair pair = Pair.of("--federated-credential", credential);
            trusted.add(new Trusted(pair.left(), pair.right(), WebhookSettings.AUDIENCE));
        }
        List<YamlList.Item> listed =
                credentialsFile == null ? List.of() : YamlList.read(credentialsFile, CREDENTIAL_KEYS);
        for (YamlList.Item item : listed) {
            if (item.get("issuer", "").isEmpty()) {
                String audience = item.get("audience", WebhookSettings.AUDIENCE);
                trusted.add(new Trusted(item.required("identity"), item.required("subject"), audience));
            }
        }
        return Optional.of(trusted);
    }

    private void create(PodIdentityEmulator.Builder builder, YamlList.Item item) {
        if (!item.get("expression", "").isEmpty()) {
            createFlexible(builder, item);
            return;
        }
        String identity = item.required("identity");
        String subject = item.required("subject");
        String audience = item.get("audience", WebhookSettings.AUDIENCE);
        Duration after = duration(item.get("after", propagation));
        String issuer = item.get("issuer", "");
        if (issuer.isEmpty()) {
            builder.federatedServiceAccount(identity, subject, audience, after);
        } else {
            builder.federatedCredential(identity, issuer, subject, audience, after);
        }
    }

    private void createFlexible(PodIdentityEmulator.Builder builder, YamlList.Item item) {
        if (!item.get("subject", "").isEmpty()) {
            throw new ManifestException(
                    item.position(), "\"expression\" stands in place of \"subject\": remove one of them");
        }
        Duration after = duration(item.get("after", propagation));
        try {
            builder.flexibleFederatedCredential(
                    item.required("identity"),
                    item.required("issuer"),
                    item.required("expression"),
                    item.get("audience", WebhookSettings.AUDIENCE),
                    after);
        } catch (IllegalArgumentException e) {
            throw new ManifestException(item.position(), String.valueOf(e.getMessage()));
        }
    }

    /** Two words separated by an equals sign. */
    private record Pair(String left, String right) {

        static Pair of(String option, String text) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw new ManifestException(option + " needs the form NAME=VALUE, not \"" + text + "\"");
            }
            return new Pair(
                    text.substring(0, equals).strip(),
                    text.substring(equals + 1).strip());
        }
    }

    private static WebhookVersion version(String name) {
        return switch (name) {
            case "1.0" -> WebhookVersion.V1_0;
            case "1.5.1" -> WebhookVersion.V1_5_1;
            case "1.6.0" -> WebhookVersion.V1_6_0;
            default -> throw new ManifestException("No webhook \"" + name + "\": use one of 1.0, 1.5.1, 1.6.0");
        };
    }

    /** Such as {@code 90s}, {@code 10m} and {@code 1h30m}. */
    static Duration duration(String text) {
        try {
            return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
        } catch (DateTimeParseException e) {
            throw new ManifestException("\"" + text + "\" is not a duration: write it as 90s, 10m or 1h30m");
        }
    }
}
