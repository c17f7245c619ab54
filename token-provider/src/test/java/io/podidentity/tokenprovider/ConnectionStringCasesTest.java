// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.connection.ConnectionSettings;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringException;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringKey;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringReader;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringReader.Pair;
import io.podidentity.tokenprovider.internal.connection.SignIn;
import io.podidentity.tokenprovider.internal.engine.ProcessCaches;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Connection strings as the original reads them, and stricter where it was silent. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        value = {
            @Kind(
                    name = "connection-string.create",
                    given = "{connectionString: 'text?', platform: 'net-framework|netcore'}",
                    expected = """
                        {provider: 'AzureCli|VisualStudio|WindowsIntegrated|ManagedIdentity|ClientSecret|ClientCertificate|Discovery',
                        identity: 'system-assigned|user-assigned', clientId: 'text', appId: 'text',
                        tenantId: 'text', secret: 'text', by: 'Thumbprint|SubjectName|KeyVault',
                        thumbprint: 'text', subject: 'text', storeLocation: 'text', keyVaultIdentity: 'text',
                        msiRetryTimeoutSeconds: 'number', providerConnectionStringEquals: 'text', error: 'failure',
                        code: 'EMPTY|MALFORMED|DUPLICATE_KEY|MISSING_OR_EMPTY|INVALID_VALUE|NEED_ONE_OF|MISSING_STORE_LOCATION|UNSUPPORTED_PLATFORM|NULL_ARGUMENT|UNKNOWN_KEY',
                        detail: 'text', quirk: 'json'}
                        """,
                    notes = {"quirk", "error"}),
            @Kind(
                    name = "connection-string.quoting",
                    given = "{connectionString: 'text?'}",
                    expected = """
                        {settings: {'*': 'text'}, error: 'failure', code: 'MALFORMED|DUPLICATE_KEY|EMPTY',
                        quirk: 'json'}
                        """,
                    notes = {"quirk", "error"})
        })
class ConnectionStringCasesTest extends ConformanceRunner {

    @Override
    public void run(ConformanceCase row) {
        String text = row.given("connectionString");
        if (text == null) {
            assertThat(row.expected("provider"))
                    .as("no connection string is no error")
                    .isEqualTo("Discovery");
            assertThat(ProcessCaches.forSettings(Map.of(), null, Map.of()))
                    .asString()
                    .contains("IMDS");
        } else if (row.kind().endsWith("quoting")) {
            quoting(text, row.expected());
        } else if (row.expected("code") != null) {
            refused(text, row.expected("code"), row.expected("detail"));
        } else if (row.expected().has("providerConnectionStringEquals")) {
            assertThat(ConnectionSettings.parse(text)).hasToString(row.expected("providerConnectionStringEquals"));
        } else {
            accepted(ConnectionSettings.parse(text), row);
        }
    }

    private static void quoting(String text, JsonNode expected) {
        if (!expected.has("settings")) {
            refused(text, expected.get("code").asText(), null);
            return;
        }
        Map<String, String> settings = new LinkedHashMap<>();
        for (Pair pair : ConnectionStringReader.readPairs(text)) {
            settings.put(pair.key(), pair.value().reveal());
        }
        Map<String, String> wanted = new LinkedHashMap<>();
        expected.get("settings")
                .properties()
                .forEach(setting ->
                        wanted.put(setting.getKey(), setting.getValue().asText()));
        assertThat(settings).isEqualTo(wanted);
    }

    private static void refused(String text, String code, String detail) {
        ConnectionStringException refusal =
                catchThrowableOfType(ConnectionStringException.class, () -> SignIn.of(ConnectionSettings.parse(text)));
        assertThat(refusal).as(text).isNotNull();
        assertThat(refusal.problem()).hasToString(code);
        // Of several keys that would do, or of two that need each other, it names the one that is there.
        if (detail != null) {
            boolean other = code.equals("NEED_ONE_OF") || code.equals("MISSING_STORE_LOCATION");
            assertThat(other ? keysBeside(refusal) : List.of(refusal.key().toLowerCase(Locale.ROOT)))
                    .contains(detail.toLowerCase(Locale.ROOT));
        }
    }

    /** The detail that the original gives for this refusal, in lower case. */
    private static List<String> keysBeside(ConnectionStringException refusal) {
        return refusal.key().equals("CertificateStoreLocation")
                ? List.of("certificatesubjectname|certificatethumbprint")
                : List.of("certificatestorelocation");
    }

    private static void accepted(ConnectionSettings text, ConformanceCase row) {
        Map<String, String> parts = parts(text);
        row.expected().properties().forEach(member -> {
            if (!member.getKey().equals("quirk")) {
                assertThat(parts)
                        .containsEntry(member.getKey(), member.getValue().asText());
            }
        });
        // No limit is a limit of its own.
        assertThat(parts.containsKey("msiRetryTimeoutSeconds"))
                .isEqualTo(row.expected().has("msiRetryTimeoutSeconds"));
    }

    /** What a way to sign in consists of, in the words of the cases; without what is not there. */
    private static Map<String, String> parts(ConnectionSettings text) {
        Map<String, String> parts = new LinkedHashMap<>();
        switch (SignIn.of(text)) {
            case AZURE_CLI -> parts.put("provider", "AzureCli");
            case AZURE_DEVELOPER_CLI -> parts.put("provider", "AzureDeveloperCli");
            case AZURE_POWERSHELL -> parts.put("provider", "AzurePowerShell");
            case MANAGED_IDENTITY -> {
                UserAssignedIdentity identity = SignIn.readIdentity(text);
                parts.put("provider", "ManagedIdentity");
                parts.put("identity", identity == null ? "system-assigned" : "user-assigned");
                parts.put("clientId", identity == null ? null : identity.id());
                parts.put("msiRetryTimeoutSeconds", seconds(SignIn.readRetryLimit(text)));
            }
            case CLIENT_SECRET -> {
                application(parts, "ClientSecret", text);
                parts.put("secret", text.get(ConnectionStringKey.APP_KEY));
            }
            case STORE_CERTIFICATE -> {
                application(parts, "ClientCertificate", text);
                String thumbprint = text.get(ConnectionStringKey.CERTIFICATE_THUMBPRINT);
                parts.put("by", thumbprint == null ? "SubjectName" : "Thumbprint");
                parts.put("thumbprint", thumbprint);
                parts.put(
                        "subject", thumbprint == null ? text.get(ConnectionStringKey.CERTIFICATE_SUBJECT_NAME) : null);
                parts.put("storeLocation", text.get(ConnectionStringKey.CERTIFICATE_STORE_LOCATION));
            }
            case VAULT_CERTIFICATE -> {
                application(parts, "ClientCertificate", text);
                parts.put("by", "KeyVault");
                parts.put("keyVaultIdentity", text.get(ConnectionStringKey.KEY_VAULT_IDENTITY));
                parts.put("msiRetryTimeoutSeconds", seconds(SignIn.readRetryLimit(text)));
            }
            default -> throw new AssertionError("the .NET library does not know " + SignIn.of(text));
        }
        parts.values().removeIf(Objects::isNull);
        return parts;
    }

    private static void application(Map<String, String> parts, String provider, ConnectionSettings text) {
        parts.put("provider", provider);
        parts.put("tenantId", text.get(ConnectionStringKey.TENANT_ID));
        parts.put("appId", text.get(ConnectionStringKey.APP_ID));
    }

    private static String seconds(Duration limit) {
        return limit == null ? null : String.valueOf(limit.toSeconds());
    }
}
