// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.connection;

import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.AGENT_ID;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.AGENT_USER;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.APP_ID;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.APP_KEY;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.CERTIFICATE_STORE_LOCATION;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.CERTIFICATE_SUBJECT_NAME;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.CERTIFICATE_THUMBPRINT;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.DEVELOPER_TOOL;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.KEY_VAULT_CERTIFICATE;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.KEY_VAULT_IDENTITY;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.MANAGED_IDENTITY_CLIENT_ID;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.MSI_RETRY_TIMEOUT;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.OBJECT_ID;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.RESOURCE_ID;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.RUN_AS;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.TENANT_ID;

import io.podidentity.tokenprovider.AgentIdentity;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringException.Problem;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The ways to sign in that a connection string can describe. {@link ConnectionSettings} has the values. */
public enum SignIn {
    AZURE_CLI,
    AZURE_DEVELOPER_CLI,
    AZURE_POWERSHELL,
    /** As a managed identity, the one that {@link #readIdentity} gives. */
    MANAGED_IDENTITY,
    /** As a Kubernetes workload; application and tenant may be left to the variables. */
    WORKLOAD,
    CLIENT_SECRET,
    /** As an application, with a certificate from a key store, by its thumbprint or else its subject. */
    STORE_CERTIFICATE,
    /** As an application, with a certificate from Key Vault; its tenant may be left to the vault. */
    VAULT_CERTIFICATE,
    /** As an application that trusts a managed identity, whose token is the assertion. */
    IDENTITY_ASSERTION,
    /** As an agent identity, by its blueprint, whose proof {@link #readBlueprintProof} gives. */
    AGENT;

    /**
     * Reads the way to sign in from a connection string. If several keys are present, the same ones win as in the .NET
     * library. What that library silently ignored is an error here: without its {@code AppId}, an application would
     * sign in as the identity of the machine.
     */
    public static SignIn of(ConnectionSettings text) {
        String runAs = text.oneOf(RUN_AS, "CurrentUser", "Agent", "App", "Developer", "Workload");
        if (runAs.equals("Agent")) {
            return readAgent(text);
        }
        requireAbsent(text, AGENT_ID, AGENT_USER);
        if (!runAs.equals("App")) {
            requireAbsent(text, OBJECT_ID, RESOURCE_ID, MANAGED_IDENTITY_CLIENT_ID);
        }
        if (runAs.equals("Developer")) {
            return readDeveloper(text);
        }
        if (runAs.equals("Workload")) {
            return readWorkload(text);
        }
        if (runAs.equals("App")) {
            return readApplication(text);
        }
        throw text.about(
                Problem.UNSUPPORTED_PLATFORM,
                RUN_AS,
                "has RunAs=CurrentUser, which needs Windows and .NET Framework",
                "Use RunAs=Developer;DeveloperTool=AzureCli.");
    }

    private static void requireAbsent(ConnectionSettings text, ConnectionStringKey... keys) {
        for (ConnectionStringKey key : keys) {
            if (text.has(key)) {
                throw conflict(text, RUN_AS, key);
            }
        }
    }

    private static SignIn readDeveloper(ConnectionSettings text) {
        String tool = text.oneOf(DEVELOPER_TOOL, "VisualStudio", "AzureCli", "AzureDeveloperCli", "AzurePowerShell");
        if (tool.equals("AzureCli")) {
            return AZURE_CLI;
        }
        if (tool.equals("AzureDeveloperCli")) {
            return AZURE_DEVELOPER_CLI;
        }
        if (tool.equals("AzurePowerShell")) {
            return AZURE_POWERSHELL;
        }
        throw text.about(
                Problem.UNSUPPORTED_PLATFORM,
                DEVELOPER_TOOL,
                "has DeveloperTool=VisualStudio, which is for .NET only",
                "Use AzureCli, AzureDeveloperCli or AzurePowerShell.");
    }

    private static SignIn readWorkload(ConnectionSettings text) {
        requireGiven(text, APP_ID);
        requireGiven(text, TENANT_ID);
        return WORKLOAD;
    }

    /** The order of the keys decides if several are present. It is that of the .NET library. */
    private static SignIn readApplication(ConnectionSettings text) {
        if (text.has(OBJECT_ID)) {
            return readManagedIdentity(text, OBJECT_ID);
        }
        if (text.has(RESOURCE_ID)) {
            return readManagedIdentity(text, RESOURCE_ID);
        }
        if (!text.has(APP_ID)) {
            requireNothingOfAnApplication(text);
            readRetryLimit(text);
            return MANAGED_IDENTITY;
        }
        text.require(APP_ID, "Write AppId=CLIENT_ID.");
        if (text.has(MANAGED_IDENTITY_CLIENT_ID)) {
            return readIdentityAssertion(text);
        }
        boolean certificate = text.has(CERTIFICATE_THUMBPRINT) || text.has(CERTIFICATE_SUBJECT_NAME);
        if (certificate || text.has(CERTIFICATE_STORE_LOCATION)) {
            return readStoreCertificate(text, certificate);
        }
        if (text.has(KEY_VAULT_CERTIFICATE)) {
            return readVaultCertificate(text);
        }
        if (text.has(APP_KEY)) {
            text.require(APP_KEY, "Write AppKey=SECRET.");
            text.require(TENANT_ID, "Add TenantId=TENANT.");
            return CLIENT_SECRET;
        }
        readRetryLimit(text);
        return MANAGED_IDENTITY;
    }

    /** Without this check, a forgotten AppId would make an application sign in as the machine. */
    private static void requireNothingOfAnApplication(ConnectionSettings text) {
        for (ConnectionStringKey key : new ConnectionStringKey[] {
            TENANT_ID,
            APP_KEY,
            CERTIFICATE_THUMBPRINT,
            CERTIFICATE_SUBJECT_NAME,
            CERTIFICATE_STORE_LOCATION,
            KEY_VAULT_CERTIFICATE,
            KEY_VAULT_IDENTITY,
            MANAGED_IDENTITY_CLIENT_ID
        }) {
            if (text.has(key)) {
                throw new ConnectionStringException(
                        Problem.MISSING_OR_EMPTY,
                        APP_ID.text,
                        "has " + key.text + " but no AppId",
                        "Add AppId=CLIENT_ID.");
            }
        }
    }

    /** A managed identity by another ID than its client ID. No other key may name an identity or an application too. */
    private static SignIn readManagedIdentity(ConnectionSettings text, ConnectionStringKey id) {
        requireAlone(text, id);
        requireGiven(text, id);
        readRetryLimit(text);
        return MANAGED_IDENTITY;
    }

    private static SignIn readVaultCertificate(ConnectionSettings text) {
        text.require(KEY_VAULT_CERTIFICATE, "Write the URL of the certificate's secret.");
        requireGiven(text, TENANT_ID);
        readRetryLimit(text);
        return VAULT_CERTIFICATE;
    }

    /** The .NET library does not have this form, so there is no order of keys to follow: other keys are an error. */
    private static SignIn readIdentityAssertion(ConnectionSettings text) {
        requireAlone(text, MANAGED_IDENTITY_CLIENT_ID, APP_ID, TENANT_ID);
        text.require(TENANT_ID, "Add TenantId=TENANT, the tenant of the application.");
        text.require(MANAGED_IDENTITY_CLIENT_ID, "Write the client ID of a user-assigned managed identity.");
        readRetryLimit(text);
        return IDENTITY_ASSERTION;
    }

    /** The blueprint's agent identity and its user account may be left to the requests. */
    private static SignIn readAgent(ConnectionSettings text) {
        requireAbsent(text, DEVELOPER_TOOL, OBJECT_ID, RESOURCE_ID, APP_KEY);
        text.require(APP_ID, "Write AppId=CLIENT_ID, the client ID of the blueprint.");
        text.require(TENANT_ID, "Add TenantId=TENANT, the tenant of the agent identities.");
        requireGiven(text, AGENT_ID);
        if (text.has(AGENT_USER)) {
            text.require(AGENT_ID, "Add AgentId=CLIENT_ID, the agent identity of the user account.");
            requireGiven(text, AGENT_USER);
        }
        readBlueprintProof(text);
        return AGENT;
    }

    /**
     * How a blueprint proves its identity: {@link #IDENTITY_ASSERTION}, {@link #STORE_CERTIFICATE}, {@link
     * #VAULT_CERTIFICATE}, or {@link #WORKLOAD} for the token of the pod's service account. Two proofs are an error.
     */
    public static SignIn readBlueprintProof(ConnectionSettings text) {
        readRetryLimit(text);
        if (text.has(MANAGED_IDENTITY_CLIENT_ID)) {
            requireAlone(text, MANAGED_IDENTITY_CLIENT_ID, APP_ID, TENANT_ID, AGENT_ID, AGENT_USER);
            text.require(MANAGED_IDENTITY_CLIENT_ID, "Write the client ID of a user-assigned managed identity.");
            return IDENTITY_ASSERTION;
        }
        boolean hasCertificate = text.has(CERTIFICATE_THUMBPRINT) || text.has(CERTIFICATE_SUBJECT_NAME);
        if (text.has(KEY_VAULT_CERTIFICATE)) {
            requireAlone(text, KEY_VAULT_CERTIFICATE, KEY_VAULT_IDENTITY, APP_ID, TENANT_ID, AGENT_ID, AGENT_USER);
            return readVaultCertificate(text);
        }
        if (hasCertificate || text.has(CERTIFICATE_STORE_LOCATION)) {
            return readStoreCertificate(text, hasCertificate);
        }
        requireAlone(text, AGENT_ID, APP_ID, TENANT_ID, AGENT_USER);
        return WORKLOAD;
    }

    private static void requireAlone(ConnectionSettings text, ConnectionStringKey key, ConnectionStringKey... others) {
        Set<ConnectionStringKey> allowed = EnumSet.of(RUN_AS, MSI_RETRY_TIMEOUT, key);
        allowed.addAll(List.of(others));
        for (ConnectionStringKey other : ConnectionStringKey.values()) {
            if (!allowed.contains(other) && text.has(other)) {
                throw conflict(text, key, other);
            }
        }
    }

    private static ConnectionStringException conflict(
            ConnectionSettings text, ConnectionStringKey key, ConnectionStringKey other) {
        boolean isOfAgent = text.has(AGENT_ID) || text.has(AGENT_USER) || "Agent".equalsIgnoreCase(text.get(RUN_AS));
        String remedy = "For a managed identity, write RunAs=App and one of AppId, ObjectId, ResourceId.";
        if (isOfAgent) {
            remedy = "For an agent identity, write RunAs=Agent, AppId, TenantId, AgentId, and at most one proof:"
                    + " ManagedIdentityClientId or a certificate.";
        } else if (key == MANAGED_IDENTITY_CLIENT_ID || other == MANAGED_IDENTITY_CLIENT_ID) {
            remedy = "For an application that trusts a managed identity, write RunAs=App, AppId, TenantId and"
                    + " ManagedIdentityClientId.";
        }
        String problem = "has " + key.text + " and " + other.text + ", which cannot be combined";
        return text.about(Problem.CONFLICT, other, problem, remedy);
    }

    private static SignIn readStoreCertificate(ConnectionSettings text, boolean certificate) {
        if (!certificate) {
            throw text.about(
                    Problem.NEED_ONE_OF,
                    CERTIFICATE_STORE_LOCATION,
                    "has CertificateStoreLocation but no certificate",
                    "Add CertificateThumbprint or CertificateSubjectName.");
        }
        ConnectionStringKey by = CERTIFICATE_SUBJECT_NAME;
        String value = "subject";
        if (text.has(CERTIFICATE_THUMBPRINT)) {
            by = CERTIFICATE_THUMBPRINT;
            value = "SHA-1";
        }
        if (!text.has(CERTIFICATE_STORE_LOCATION)) {
            throw text.about(
                    Problem.MISSING_STORE_LOCATION,
                    by,
                    "has " + by.text + " but no CertificateStoreLocation",
                    "Add CertificateStoreLocation=CurrentUser or LocalMachine.");
        }
        text.oneOf(CERTIFICATE_STORE_LOCATION, "", "CurrentUser", "LocalMachine");
        text.require(TENANT_ID, "Add TenantId=TENANT.");
        text.require(by, "Write the certificate's " + value + ".");
        return STORE_CERTIFICATE;
    }

    private static void requireGiven(ConnectionSettings text, ConnectionStringKey key) {
        if (text.has(key)) {
            text.require(key, "Remove it or give it a value.");
        }
    }

    /** The agent identity that the settings name, with its user account if they name one; null for none. */
    public static @Nullable AgentIdentity readAgentIdentity(ConnectionSettings text) {
        if (!text.has(AGENT_ID)) {
            return null;
        }
        AgentIdentity agent = AgentIdentity.ofClientId(text.value(AGENT_ID));
        String user = text.get(AGENT_USER);
        if (user == null) {
            return agent;
        }
        // Only a sign-in name has an @ in it.
        if (user.contains("@")) {
            return agent.withUserPrincipalName(user);
        }
        return agent.withUserObjectId(user);
    }

    /** The user-assigned identity that the settings name; null for the system-assigned one. */
    public static @Nullable UserAssignedIdentity readIdentity(ConnectionSettings text) {
        if (text.has(OBJECT_ID)) {
            return UserAssignedIdentity.ofObjectId(text.value(OBJECT_ID));
        }
        if (text.has(RESOURCE_ID)) {
            return UserAssignedIdentity.ofResourceId(text.value(RESOURCE_ID));
        }
        if (text.has(APP_ID)) {
            return UserAssignedIdentity.ofClientId(text.value(APP_ID));
        }
        return null;
    }

    /** For how long a managed identity is retried; null for no limit except the deadline of the request. */
    public static @Nullable Duration readRetryLimit(ConnectionSettings text) {
        if (!text.has(MSI_RETRY_TIMEOUT)) {
            return null;
        }
        String value =
                text.require(MSI_RETRY_TIMEOUT, "Write a number of seconds.").strip();
        try {
            int seconds = Integer.parseInt(value);
            if (seconds > 0) {
                return Duration.ofSeconds(seconds);
            }
            if (seconds == 0) {
                return null;
            }
        } catch (NumberFormatException e) {
            // Reported below, without the value.
        }
        throw text.invalid(MSI_RETRY_TIMEOUT, "Write a whole number of seconds, 0 for no limit.");
    }
}
