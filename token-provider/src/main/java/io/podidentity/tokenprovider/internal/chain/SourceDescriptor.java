package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.azure.DeveloperSignIn;
import io.podidentity.tokenprovider.internal.application.EnvironmentTokenSource;
import io.podidentity.tokenprovider.internal.application.JobTokenSource;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.managed.ArcTokenSource;
import io.podidentity.tokenprovider.internal.managed.EndpointTokenSource;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.managed.ManagedIdentityEndpoint;
import io.podidentity.tokenprovider.internal.managed.ServiceFabricTokenSource;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzureDeveloperCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzurePowerShellTokenSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every source: its name, the name by which {@code AZURE_TOKEN_CREDENTIALS} selects it, the variables that announce it,
 * and how it is created. The sources of the default chain come first, in the order in which they are asked. The default
 * chain, the selection, the warm-up and the sections of docs/troubleshooting are all derived from this list.
 */
public enum SourceDescriptor {
    ENVIRONMENT("Environment", "EnvironmentCredential", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"),
    WORKLOAD_IDENTITY("Workload identity", "WorkloadIdentityCredential", "AZURE_FEDERATED_TOKEN_FILE"),
    /** Announced only together with a client ID and a tenant, because every job may have these; see below. */
    GITHUB_ACTIONS("GitHub Actions", "GitHubActionsCredential", "ACTIONS_ID_TOKEN_REQUEST_URL", "GITHUB_ACTIONS"),
    AZURE_PIPELINES("Azure Pipelines", "AzurePipelinesCredential", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"),
    /** Stands for several endpoints. Each is a source with its own name; see below. */
    MANAGED_IDENTITY_ENDPOINT(
            "Managed identity endpoint",
            "ManagedIdentityCredential",
            "IDENTITY_ENDPOINT",
            "IDENTITY_HEADER",
            "MSI_ENDPOINT",
            "MSI_SECRET"),
    /** Asked at this point if it is announced; if nothing announces it, asked last, after a probe. */
    IMDS("IMDS", "ManagedIdentityCredential", "AZURE_POD_IDENTITY_AUTHORITY_HOST", "KUBERNETES_SERVICE_HOST"),
    AZURE_CLI("Azure CLI", "AzureCliCredential"),
    AZURE_DEVELOPER_CLI("Azure Developer CLI", "AzureDeveloperCliCredential"),
    AZURE_POWERSHELL("Azure PowerShell", "AzurePowerShellCredential"),

    // The sign-ins of azure-identity, which are asked last if a setting says so, or alone if one is named.
    INTELLIJ("IntelliJ", "IntelliJCredential"),
    VISUAL_STUDIO_CODE("Visual Studio Code", "VisualStudioCodeCredential"),
    BROWSER("Browser", "InteractiveBrowserCredential"),

    // The managed identity endpoints.
    SERVICE_FABRIC("Service Fabric", null),
    APP_SERVICE("App Service", null),
    AZURE_ML("Azure ML", null),
    CLOUD_SHELL("Cloud Shell", null),
    AZURE_ARC("Azure Arc", null),

    // Sources that are used only if a connection string or TokenSources names them.
    CLIENT_SECRET("Client secret", null),
    CLIENT_CERTIFICATE("Client certificate", null),
    CLIENT_ASSERTION("Client assertion", null),
    KEY_VAULT_CERTIFICATE("Key Vault certificate", null),
    AZURE_SDK("Azure SDK", null);

    private static final String AUTHORITY_HOST = "AZURE_AUTHORITY_HOST";

    private final String label;
    private final @Nullable String credential;

    @SuppressWarnings("ImmutableEnumChecker") // List.of.
    private final List<String> variables;

    SourceDescriptor(String label, @Nullable String credential, String... variables) {
        this.label = label;
        this.credential = credential;
        this.variables = List.of(variables);
    }

    public String label() {
        return label;
    }

    /** The name that the Azure SDK gives it, or would in its way; null for a source that cannot be selected by it. */
    @Nullable
    String credential() {
        return credential;
    }

    /** The variables that announce it; none for a developer tool, which is always asked. */
    List<String> variables() {
        return variables;
    }

    public String anchor() {
        return label.toLowerCase(Locale.ROOT).replace(' ', '-');
    }

    public static @Nullable SourceDescriptor of(String label) {
        for (SourceDescriptor known : values()) {
            if (known.label.equals(label)) {
                return known;
            }
        }
        return null;
    }

    public boolean isTool() {
        return this == AZURE_CLI || this == AZURE_DEVELOPER_CLI || this == AZURE_POWERSHELL;
    }

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
                return this != GITHUB_ACTIONS || namesApplication(environment);
            }
        }
        return false;
    }

    /** Without it, a GitHub job is not meant to sign in by itself: it may use az after azure/login. */
    private static boolean namesApplication(Environment environment) {
        return environment.get("AZURE_CLIENT_ID") != null && environment.get("AZURE_TENANT_ID") != null;
    }

    boolean isAnnounced(SourceContext context) {
        if (isAnnouncedBy(context.environment())) {
            return true;
        }
        if (this == IMDS) {
            return ManagedIdentityEndpoint.isAzure(context.root());
        }
        return this == MANAGED_IDENTITY_ENDPOINT
                && !IMDS.isAnnouncedBy(context.environment())
                && ManagedIdentityEndpoint.hasArcAgent(context.environment(), context.root());
    }

    /**
     * The managed identity of this machine, for a caller who named it explicitly: through whichever endpoint provides
     * it here, and whatever identity it is.
     */
    public static TokenSource managedIdentity(SourceContext context, @Nullable UserAssignedIdentity identity) {
        TokenSource endpoint = MANAGED_IDENTITY_ENDPOINT.isAnnounced(context) ? endpoint(context, identity) : null;
        return endpoint == null ? new ImdsTokenSource(context, false, identity) : endpoint;
    }

    /**
     * Creates a source of this kind. The switch is by name, because one by the constants would add a class to load
     * before the first token; {@code SourceDescriptorTest} creates each of the default chain.
     */
    TokenSource create(SourceContext context, boolean certain) {
        Environment environment = context.environment();
        return switch (name()) {
            case "ENVIRONMENT" -> new EnvironmentTokenSource(context);
            case "WORKLOAD_IDENTITY" -> new WorkloadIdentityTokenSource(context, false);
            case "GITHUB_ACTIONS" -> JobTokenSource.gitHubActions(context);
            case "AZURE_PIPELINES" -> JobTokenSource.azurePipelines(context);
            case "MANAGED_IDENTITY_ENDPOINT" -> managedIdentityEndpoint(context, certain);
            case "IMDS" -> ImdsTokenSource.ofChain(context, !certain);
            case "AZURE_CLI" -> AzureCliTokenSource.of(environment);
            case "AZURE_DEVELOPER_CLI" -> AzureDeveloperCliTokenSource.of(environment);
            case "AZURE_POWERSHELL" -> AzurePowerShellTokenSource.of(environment);
            case "INTELLIJ" -> DeveloperSignIn.intelliJ().withAuthorityHost(environment.get(AUTHORITY_HOST));
            case "VISUAL_STUDIO_CODE" ->
                DeveloperSignIn.visualStudioCode().withAuthorityHost(environment.get(AUTHORITY_HOST));
            case "BROWSER" -> DeveloperSignIn.browser().withAuthorityHost(environment.get(AUTHORITY_HOST));
            default -> throw new IllegalStateException(label + " cannot be created from the environment only");
        };
    }

    private static TokenSource managedIdentityEndpoint(SourceContext context, boolean certain) {
        TokenSource endpoint = endpoint(context, null);
        return endpoint == null ? IMDS.create(context, certain) : endpoint;
    }

    /**
     * The source for the endpoint that environment variables, or the files of its agent, announce; null if there is
     * none. If only some of the endpoint's variables are set, the source says so, and the next source is asked.
     */
    public static @Nullable TokenSource endpoint(SourceContext context, @Nullable UserAssignedIdentity identity) {
        Environment environment = context.environment();
        ManagedIdentityEndpoint endpoint = ManagedIdentityEndpoint.of(environment, context.root());
        if (endpoint == null) {
            return incomplete(environment);
        }
        if (endpoint == ManagedIdentityEndpoint.SERVICE_FABRIC) {
            return new ServiceFabricTokenSource(context, identity);
        }
        return endpoint == ManagedIdentityEndpoint.AZURE_ARC
                ? new ArcTokenSource(context, identity)
                : new EndpointTokenSource(endpoint, context, identity);
    }

    private static @Nullable TokenSource incomplete(Environment environment) {
        if (environment.get("IDENTITY_ENDPOINT") != null) {
            return incomplete("IDENTITY_ENDPOINT is set, but neither IDENTITY_HEADER nor IMDS_ENDPOINT is");
        }
        if (environment.get("IDENTITY_HEADER") != null) {
            return incomplete("IDENTITY_HEADER is set, but IDENTITY_ENDPOINT is not");
        }
        return environment.get("MSI_SECRET") == null ? null : incomplete("MSI_SECRET is set, but MSI_ENDPOINT is not");
    }

    private static TokenSource incomplete(String reason) {
        TokenSource.Outcome outcome = new TokenSource.Unavailable(
                reason, "If this is App Service, pass on all of its variables; otherwise unset this one.");
        return new TokenSource() {
            @Override
            public Outcome acquire(TokenRequest request) {
                return outcome;
            }

            @Override
            public String name() {
                return "Managed identity endpoint";
            }
        };
    }
}
