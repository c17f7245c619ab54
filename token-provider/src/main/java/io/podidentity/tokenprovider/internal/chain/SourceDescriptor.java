// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.azure.DeveloperSignIn;
import io.podidentity.tokenprovider.internal.Nullable;
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

/**
 * The list of all sources. A constant has the name of its source, the name that {@code AZURE_TOKEN_CREDENTIALS} selects
 * it with, and the variables that announce it. The sources of the default chain come first, in the order in which they
 * are asked. The default chain, the selection, the warm-up and the sections of docs/troubleshooting follow from this
 * list.
 *
 * <p><i>Thread-safety:</i> immutable.
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
    AGENT_IDENTITY("Agent identity", null),
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

    /** The name of the source in the style of the Azure SDK; null for a source that no setting can select. */
    @Nullable
    String credential() {
        return credential;
    }

    /** The variables that announce the source; empty for a developer tool, which is always asked. */
    List<String> variables() {
        return variables;
    }

    /** The anchor of the section on this source in docs/troubleshooting. */
    public String anchor() {
        return label.toLowerCase(Locale.ROOT).replace(' ', '-');
    }

    /** The anchor of the section on the source with this name; empty for a source of the program's own. */
    public static String findAnchor(String label) {
        for (SourceDescriptor known : values()) {
            if (known.label.equals(label)) {
                return known.anchor();
            }
        }
        return "";
    }

    public boolean isTool() {
        return this == AZURE_CLI || this == AZURE_DEVELOPER_CLI || this == AZURE_POWERSHELL;
    }

    /** Whether any variable announces a source. All sources that variables announce send HTTP requests. */
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

    /**
     * Whether the variables name an application. A GitHub job without one is not meant to sign in by itself: it may use
     * az after the action azure/login.
     */
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
     * Creates the managed identity of this machine for a caller who named it explicitly. The source asks whichever
     * endpoint there is here.
     *
     * @param identity the identity to ask for; null for the one that the variables name, else the only one
     */
    public static TokenSource createManagedIdentity(SourceContext context, @Nullable UserAssignedIdentity identity) {
        if (MANAGED_IDENTITY_ENDPOINT.isAnnounced(context)) {
            TokenSource endpoint = createEndpoint(context, identity);
            if (endpoint != null) {
                return endpoint;
            }
        }
        return new ImdsTokenSource(context, false, identity);
    }

    /**
     * Creates a source of this kind from the environment. There is no switch here, because the compiler would make a
     * class for it, which every process would have to load before its first token. {@code SourceDescriptorTest} creates
     * each source of the default chain.
     *
     * @param certain whether the source applies for sure, so that no probe is needed
     */
    TokenSource create(SourceContext context, boolean certain) {
        if (this == ENVIRONMENT) {
            return new EnvironmentTokenSource(context);
        }
        if (this == WORKLOAD_IDENTITY) {
            return new WorkloadIdentityTokenSource(context, false);
        }
        if (this == GITHUB_ACTIONS) {
            return JobTokenSource.gitHubActions(context);
        }
        if (this == AZURE_PIPELINES) {
            return JobTokenSource.azurePipelines(context);
        }
        if (this == MANAGED_IDENTITY_ENDPOINT) {
            TokenSource endpoint = createEndpoint(context, null);
            return endpoint != null ? endpoint : IMDS.create(context, certain);
        }
        if (this == IMDS) {
            return ImdsTokenSource.ofChain(context, !certain);
        }
        if (isTool()) {
            return createTool(context.environment());
        }
        return createSignIn().withAuthorityHost(context.environment().get(AUTHORITY_HOST));
    }

    private TokenSource createTool(Environment environment) {
        if (this == AZURE_CLI) {
            return AzureCliTokenSource.ofMachine(environment);
        }
        if (this == AZURE_DEVELOPER_CLI) {
            return AzureDeveloperCliTokenSource.ofMachine(environment);
        }
        return AzurePowerShellTokenSource.ofMachine(environment);
    }

    private DeveloperSignIn createSignIn() {
        if (this == INTELLIJ) {
            return DeveloperSignIn.intelliJ();
        }
        if (this == VISUAL_STUDIO_CODE) {
            return DeveloperSignIn.visualStudioCode();
        }
        if (this == BROWSER) {
            return DeveloperSignIn.browser();
        }
        throw new IllegalStateException(label + " cannot be created from the environment only");
    }

    /**
     * Creates the source for the endpoint that environment variables, or the files of its agent, announce; null if
     * there is none. If only some of the endpoint's variables are set, the source says so, and the next source is
     * asked.
     */
    public static @Nullable TokenSource createEndpoint(SourceContext context, @Nullable UserAssignedIdentity identity) {
        ManagedIdentityEndpoint endpoint = ManagedIdentityEndpoint.findAnnounced(context.environment(), context.root());
        if (endpoint == null) {
            return createIncomplete(context.environment());
        }
        if (endpoint == ManagedIdentityEndpoint.SERVICE_FABRIC) {
            return new ServiceFabricTokenSource(context, identity);
        }
        if (endpoint == ManagedIdentityEndpoint.AZURE_ARC) {
            return new ArcTokenSource(context, identity);
        }
        return new EndpointTokenSource(endpoint, context, identity);
    }

    private static @Nullable TokenSource createIncomplete(Environment environment) {
        if (environment.get("IDENTITY_ENDPOINT") != null) {
            return unavailable("IDENTITY_ENDPOINT is set, but neither IDENTITY_HEADER nor IMDS_ENDPOINT is");
        }
        if (environment.get("IDENTITY_HEADER") != null) {
            return unavailable("IDENTITY_HEADER is set, but IDENTITY_ENDPOINT is not");
        }
        if (environment.get("MSI_SECRET") != null) {
            return unavailable("MSI_SECRET is set, but MSI_ENDPOINT is not");
        }
        return null;
    }

    private static TokenSource unavailable(String reason) {
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
