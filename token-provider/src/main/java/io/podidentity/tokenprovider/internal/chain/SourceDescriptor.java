package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.application.EnvironmentTokenSource;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.managed.MachineEvidence;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzureDeveloperCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzurePowerShellTokenSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Each source there is: its name, the name by which {@code AZURE_TOKEN_CREDENTIALS} selects it, the variables that announce
 * it, and how it is made. Those of the default chain come first, in the order in which they are asked. The default chain,
 * the selection, the warm-up and the sections of docs/troubleshooting.md all follow from this list.
 */
public enum SourceDescriptor {
    ENVIRONMENT("Environment", "EnvironmentCredential", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"),
    WORKLOAD_IDENTITY("Workload identity", "WorkloadIdentityCredential", "AZURE_FEDERATED_TOKEN_FILE"),
    /** Each of these endpoints is a source with a name of its own; see below. */
    MANAGED_IDENTITY_ENDPOINT(
            "Managed identity endpoint",
            "ManagedIdentityCredential",
            "IDENTITY_ENDPOINT",
            "IDENTITY_HEADER",
            "MSI_ENDPOINT",
            "MSI_SECRET"),
    /** In this place where it is announced; where nothing announces it, last, after a probe. */
    IMDS("IMDS", "ManagedIdentityCredential", "AZURE_POD_IDENTITY_AUTHORITY_HOST", "KUBERNETES_SERVICE_HOST"),
    AZURE_CLI("Azure CLI", "AzureCliCredential"),
    AZURE_DEVELOPER_CLI("Azure Developer CLI", "AzureDeveloperCliCredential"),
    AZURE_POWERSHELL("Azure PowerShell", "AzurePowerShellCredential"),

    // What the managed identity endpoint can be.
    SERVICE_FABRIC("Service Fabric", null),
    APP_SERVICE("App Service", null),
    AZURE_ML("Azure ML", null),
    CLOUD_SHELL("Cloud Shell", null),
    AZURE_ARC("Azure Arc", null),

    // Sources that only a connection string or TokenSources names.
    CLIENT_SECRET("Client secret", null),
    CLIENT_CERTIFICATE("Client certificate", null),
    CLIENT_ASSERTION("Client assertion", null),
    KEY_VAULT_CERTIFICATE("Key Vault certificate", null),
    AZURE_SDK("Azure SDK", null);

    private final String label;
    private final @Nullable String credential;

    @SuppressWarnings("ImmutableEnumChecker") // List.of.
    private final List<String> variables;

    SourceDescriptor(String label, @Nullable String credential, String... variables) {
        this.label = label;
        this.credential = credential;
        this.variables = List.of(variables);
    }

    /** The source's own name, for people. */
    public String label() {
        return label;
    }

    /** The Azure SDK's name for it; null for one that the default chain does not know. */
    @Nullable
    String credential() {
        return credential;
    }

    /** The variables that announce it; none for a developer tool, which is always asked. */
    List<String> variables() {
        return variables;
    }

    /** Its section in docs/troubleshooting.md. */
    public String anchor() {
        return label.toLowerCase(Locale.ROOT).replace(' ', '-');
    }

    /** The source of this name; null for one that is not ours. */
    public static @Nullable SourceDescriptor of(String label) {
        for (SourceDescriptor known : values()) {
            if (known.label.equals(label)) {
                return known;
            }
        }
        return null;
    }

    /** Whether it is a tool on a developer's machine. */
    public boolean isTool() {
        return credential != null && variables.isEmpty();
    }

    /** Whether a variable announces that the first source to be asked is one over HTTP. */
    public static boolean announcesHttp(Environment environment) {
        for (SourceDescriptor known : values()) {
            if (known.isAnnouncedBy(environment)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAnnouncedBy(Environment environment) {
        for (String variable : variables) {
            if (environment.get(variable) != null) {
                return true;
            }
        }
        return false;
    }

    /** Whether a variable says that it is here, or what lies on the machine. */
    boolean isAnnounced(SourceContext context) {
        if (isAnnouncedBy(context.environment())) {
            return true;
        }
        if (this == IMDS) {
            return new MachineEvidence(context.root()).saysAzure();
        }
        return this == MANAGED_IDENTITY_ENDPOINT
                && !IMDS.isAnnouncedBy(context.environment())
                && new MachineEvidence(context.root()).hasArcAgent(context.environment());
    }

    /**
     * The managed identity of this machine where somebody named it as such: whatever hands it out here, and whosever it
     * is.
     *
     * @param identity the user-assigned one that is meant; null for the one that the variables name, else the one there is
     */
    static TokenSource managedIdentity(SourceContext context, @Nullable UserAssignedIdentity identity) {
        TokenSource endpoint = MANAGED_IDENTITY_ENDPOINT.isAnnounced(context)
                ? EndpointSources.find(context.environment(), context.root(), context.http(), context.time(), identity)
                : null;
        return endpoint == null
                ? new ImdsTokenSource(context.environment(), context.http(), context.time(), false, identity)
                : endpoint;
    }

    /**
     * A source of this kind. No switch, which would cost a class of its own in each first token.
     *
     * @param certain whether it is known to be here
     * @throws IllegalStateException if it is none of the default chain
     */
    TokenSource create(SourceContext context, boolean certain) {
        if (this == ENVIRONMENT) {
            return new EnvironmentTokenSource(context.environment(), context.http(), context.time());
        }
        if (this == WORKLOAD_IDENTITY) {
            return new WorkloadIdentityTokenSource(context.environment(), context.http(), context.time(), false);
        }
        if (this == MANAGED_IDENTITY_ENDPOINT) {
            TokenSource endpoint =
                    EndpointSources.find(context.environment(), context.root(), context.http(), context.time(), null);
            return endpoint == null ? IMDS.create(context, certain) : endpoint;
        }
        if (this == IMDS) {
            return ImdsTokenSource.ofChain(context.environment(), context.http(), context.time(), !certain);
        }
        if (this == AZURE_CLI) {
            return AzureCliTokenSource.of(context.environment());
        }
        if (this == AZURE_DEVELOPER_CLI) {
            return AzureDeveloperCliTokenSource.of(context.environment());
        }
        if (this == AZURE_POWERSHELL) {
            return AzurePowerShellTokenSource.of(context.environment());
        }
        throw new IllegalStateException(label + " is not made from the environment alone");
    }
}
