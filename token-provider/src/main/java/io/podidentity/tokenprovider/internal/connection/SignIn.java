package io.podidentity.tokenprovider.internal.connection;

import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.APP_ID;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.APP_KEY;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.CERTIFICATE_STORE_LOCATION;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.CERTIFICATE_SUBJECT_NAME;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.CERTIFICATE_THUMBPRINT;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.DEVELOPER_TOOL;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.KEY_VAULT_CERTIFICATE;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.KEY_VAULT_IDENTITY;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.MSI_RETRY_TIMEOUT;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.OBJECT_ID;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.RESOURCE_ID;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.RUN_AS;
import static io.podidentity.tokenprovider.internal.connection.ConnectionStringKey.TENANT_ID;

import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringException.Problem;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The ways to sign in that a connection string can describe. */
public sealed interface SignIn {

    /**
     * As the user who is logged in to a tool.
     *
     * @param tool the tool, spelt as in {@code DeveloperTool}
     */
    record Developer(String tool) implements SignIn {}

    /**
     * As a managed identity.
     *
     * @param identity the user-assigned identity; null for the system-assigned identity
     * @param retryLimit how long to retry; null for no limit except the deadline of the request
     */
    record ManagedIdentity(
            @Nullable UserAssignedIdentity identity,
            @Nullable Duration retryLimit) implements SignIn {}

    /**
     * As a Kubernetes workload, with the token that Kubernetes mounts into the pod.
     *
     * @param clientId the application; null for {@code AZURE_CLIENT_ID}
     * @param tenantId its tenant; null for {@code AZURE_TENANT_ID}
     */
    record Workload(@Nullable String clientId, @Nullable String tenantId) implements SignIn {}

    /** As an application, with its client secret. */
    record ClientSecret(String tenantId, String clientId, Secret secret) implements SignIn {}

    /**
     * As an application, with a certificate from a key store.
     *
     * @param thumbprint the SHA-1 hash of the certificate in hex; null to find it by its subject
     * @param subject the subject of the certificate; null to find it by its thumbprint
     * @param location {@code CurrentUser} or {@code LocalMachine}
     */
    record StoreCertificate(
            String tenantId,
            String clientId,
            @Nullable String thumbprint,
            @Nullable String subject,
            String location) implements SignIn {}

    /**
     * As an application, with a certificate from Key Vault.
     *
     * @param tenantId the tenant of the application; null for the tenant of the token for the vault
     * @param secretId the URL of the secret that belongs to the certificate
     * @param vaultClientId the user-assigned identity that reads the vault; null for the system-assigned identity
     * @param retryLimit as for a managed identity
     */
    record KeyVaultCertificate(
            @Nullable String tenantId,
            String clientId,
            String secretId,
            @Nullable String vaultClientId,
            @Nullable Duration retryLimit)
            implements SignIn {}

    /**
     * Reads the way to sign in from a connection string. If several keys are present, the same ones win as in the .NET
     * library. What that library silently ignored is an error here: without its {@code AppId}, an application would
     * sign in as the identity of the machine.
     *
     * @throws ConnectionStringException if it describes no way to sign in
     */
    static SignIn of(ConnectionSettings text) {
        String runAs = text.oneOf(RUN_AS, "CurrentUser", "App", "Developer", "Workload");
        for (ConnectionStringKey key : new ConnectionStringKey[] {OBJECT_ID, RESOURCE_ID}) {
            if (text.has(key) && !runAs.equals("App")) {
                throw conflict(text, RUN_AS, key);
            }
        }
        return switch (runAs) {
            case "Developer" -> developer(text);
            case "Workload" -> new Workload(given(text, APP_ID), given(text, TENANT_ID));
            case "App" -> application(text);
            default ->
                throw text.about(
                        Problem.UNSUPPORTED_PLATFORM,
                        RUN_AS,
                        "has RunAs=CurrentUser, which needs Windows and .NET Framework",
                        "Use RunAs=Developer;DeveloperTool=AzureCli.");
        };
    }

    private static SignIn developer(ConnectionSettings text) {
        String tool = text.oneOf(DEVELOPER_TOOL, "VisualStudio", "AzureCli", "AzureDeveloperCli", "AzurePowerShell");
        if (tool.equals("VisualStudio")) {
            throw text.about(
                    Problem.UNSUPPORTED_PLATFORM,
                    DEVELOPER_TOOL,
                    "has DeveloperTool=VisualStudio, which is for .NET only",
                    "Use AzureCli, AzureDeveloperCli or AzurePowerShell.");
        }
        return new Developer(tool);
    }

    private static SignIn application(ConnectionSettings text) {
        boolean objectId = text.has(OBJECT_ID);
        if (objectId || text.has(RESOURCE_ID)) {
            return byOtherId(text, objectId);
        }
        if (!text.has(APP_ID)) {
            for (ConnectionStringKey key : new ConnectionStringKey[] {
                TENANT_ID,
                APP_KEY,
                CERTIFICATE_THUMBPRINT,
                CERTIFICATE_SUBJECT_NAME,
                CERTIFICATE_STORE_LOCATION,
                KEY_VAULT_CERTIFICATE,
                KEY_VAULT_IDENTITY
            }) {
                if (text.has(key)) {
                    throw new ConnectionStringException(
                            Problem.MISSING_OR_EMPTY,
                            APP_ID.text,
                            "has " + key.text + " but no AppId",
                            "Add AppId=CLIENT_ID.");
                }
            }
            return new ManagedIdentity(null, retryLimit(text));
        }
        String clientId = text.require(APP_ID, "Write AppId=CLIENT_ID.");
        boolean certificate = text.has(CERTIFICATE_THUMBPRINT) || text.has(CERTIFICATE_SUBJECT_NAME);
        if (certificate || text.has(CERTIFICATE_STORE_LOCATION)) {
            return storeCertificate(text, clientId, certificate);
        }
        if (text.has(KEY_VAULT_CERTIFICATE)) {
            String secretId = text.require(KEY_VAULT_CERTIFICATE, "Write the URL of the certificate's secret.");
            return new KeyVaultCertificate(
                    given(text, TENANT_ID), clientId, secretId, text.get(KEY_VAULT_IDENTITY), retryLimit(text));
        }
        if (text.has(APP_KEY)) {
            Secret secret = new Secret(text.require(APP_KEY, "Write AppKey=SECRET."));
            return new ClientSecret(text.require(TENANT_ID, "Add TenantId=TENANT."), clientId, secret);
        }
        return new ManagedIdentity(UserAssignedIdentity.ofClientId(clientId), retryLimit(text));
    }

    /** A managed identity by another ID than its client ID; one ID is enough, and no application has any other. */
    private static SignIn byOtherId(ConnectionSettings text, boolean objectId) {
        ConnectionStringKey by = objectId ? OBJECT_ID : RESOURCE_ID;
        for (ConnectionStringKey key : ConnectionStringKey.values()) {
            if (key != by && key != RUN_AS && key != MSI_RETRY_TIMEOUT && text.has(key)) {
                throw conflict(text, by, key);
            }
        }
        String id = text.require(by, "Remove it or give it a value.");
        return new ManagedIdentity(
                objectId ? UserAssignedIdentity.ofObjectId(id) : UserAssignedIdentity.ofResourceId(id),
                retryLimit(text));
    }

    private static ConnectionStringException conflict(
            ConnectionSettings text, ConnectionStringKey key, ConnectionStringKey other) {
        return text.about(
                Problem.CONFLICT,
                other,
                "has " + key.text + " and " + other.text + ", which cannot be combined",
                "For a managed identity, write RunAs=App and one of AppId, ObjectId, ResourceId.");
    }

    private static SignIn storeCertificate(ConnectionSettings text, String clientId, boolean certificate) {
        if (!certificate) {
            throw text.about(
                    Problem.NEED_ONE_OF,
                    CERTIFICATE_STORE_LOCATION,
                    "has CertificateStoreLocation but no certificate",
                    "Add CertificateThumbprint or CertificateSubjectName.");
        }
        ConnectionStringKey by = text.has(CERTIFICATE_THUMBPRINT) ? CERTIFICATE_THUMBPRINT : CERTIFICATE_SUBJECT_NAME;
        if (!text.has(CERTIFICATE_STORE_LOCATION)) {
            throw text.about(
                    Problem.MISSING_STORE_LOCATION,
                    by,
                    "has " + by.text + " but no CertificateStoreLocation",
                    "Add CertificateStoreLocation=CurrentUser or LocalMachine.");
        }
        String location = text.oneOf(CERTIFICATE_STORE_LOCATION, "", "CurrentUser", "LocalMachine");
        String tenantId = text.require(TENANT_ID, "Add TenantId=TENANT.");
        String value = text.require(
                by, "Write the certificate's " + (by == CERTIFICATE_THUMBPRINT ? "SHA-1" : "subject") + ".");
        return by == CERTIFICATE_THUMBPRINT
                ? new StoreCertificate(tenantId, clientId, value, null, location)
                : new StoreCertificate(tenantId, clientId, null, value, location);
    }

    /** A value that may be absent, but not empty. */
    private static @Nullable String given(ConnectionSettings text, ConnectionStringKey key) {
        return text.has(key) ? text.require(key, "Remove it or give it a value.") : null;
    }

    private static @Nullable Duration retryLimit(ConnectionSettings text) {
        if (!text.has(MSI_RETRY_TIMEOUT)) {
            return null;
        }
        String value =
                text.require(MSI_RETRY_TIMEOUT, "Write a number of seconds.").strip();
        try {
            int seconds = Integer.parseInt(value);
            if (seconds >= 0) {
                return seconds == 0 ? null : Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            // Reported below, without the value.
        }
        throw text.invalid(MSI_RETRY_TIMEOUT, "Write a whole number of seconds, 0 for no limit.");
    }
}
