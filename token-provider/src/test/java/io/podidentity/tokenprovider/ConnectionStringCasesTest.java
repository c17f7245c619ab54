package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.connection.ConnectionSettings;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringException;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringKey;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringReader;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringReader.Pair;
import io.podidentity.tokenprovider.internal.connection.SignIn;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Connection strings as the original reads them, and stricter where it was silent. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        kinds = {"connection-string.create", "connection-string.quoting"})
class ConnectionStringCasesTest extends ConformanceRunner {

    @Override
    public void run(ConformanceCase row) {
        String text = row.given("connectionString");
        if (text == null) {
            assertThat(row.deviates()).isTrue();
            assertThat(ProcessCaches.of(Map.of(), null)).asString().contains("IMDS");
        } else if (row.kind().endsWith("quoting")) {
            quoting(text, row.expected());
        } else if (row.expected("code") != null) {
            refused(text, row.expected("code"), row.expected("detail"));
        } else if (hasUnknownKey(text)) {
            refused(text, "UNKNOWN_KEY", null);
        } else if (hasStrayWord(text)) {
            refused(text, "MALFORMED", null);
        } else if (forgetsTheApplication(text)) {
            refused(text, "MISSING_OR_EMPTY", "AppId");
        } else {
            accepted(SignIn.of(ConnectionSettings.parse(text)), row);
        }
    }

    private static void quoting(String text, JsonNode expected) {
        if (!expected.has("settings")) {
            refused(text, expected.get("code").asText(), null);
            return;
        }
        Map<String, String> settings = new LinkedHashMap<>();
        for (Pair pair : ConnectionStringReader.read(text)) {
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
        // Of several keys that would do the refusal is about the one that asks for them.
        if (detail != null && !detail.contains("|") && !code.equals("MISSING_STORE_LOCATION")) {
            assertThat(refusal.key()).isEqualToIgnoringCase(detail);
        }
    }

    private static void accepted(SignIn way, ConformanceCase row) {
        switch (row.expected("provider")) {
            case "AzureCli" -> assertThat(way).isEqualTo(new SignIn.Developer("AzureCli"));
            case "ManagedIdentity" ->
                assertThat(way)
                        .isEqualTo(new SignIn.ManagedIdentity(
                                "user-assigned".equals(row.expected("identity")) ? row.expected("clientId") : null,
                                retryLimit(row)));
            case "ClientSecret" ->
                assertThat(((SignIn.ClientSecret) way).secret().reveal()).isEqualTo(row.expected("secret"));
            case "ClientCertificate" -> certificate(way, row);
            default -> throw new AssertionError(row.expected("provider"));
        }
    }

    private static void certificate(SignIn way, ConformanceCase row) {
        if (way instanceof SignIn.KeyVaultCertificate vault) {
            assertThat(row.expected("by")).isEqualTo("KeyVault");
            assertThat(vault.vaultClientId()).isEqualTo(row.expected("keyVaultIdentity"));
            assertThat(vault.retryLimit()).isEqualTo(retryLimit(row));
            return;
        }
        SignIn.StoreCertificate store = (SignIn.StoreCertificate) way;
        assertThat(store.thumbprint() == null ? "SubjectName" : "Thumbprint").isEqualTo(row.expected("by"));
        assertThat(store.thumbprint() == null).isNotEqualTo(store.subject() == null);
    }

    private static Duration retryLimit(ConformanceCase row) {
        String seconds = row.expected("msiRetryTimeoutSeconds");
        return seconds == null ? null : Duration.ofSeconds(Long.parseLong(seconds));
    }

    /** The original passed over keys that it did not know. */
    private static boolean hasUnknownKey(String text) {
        return !hasStrayWord(text)
                && ConnectionStringReader.read(text).stream()
                        .anyMatch(pair -> ConnectionStringKey.of(pair.key()) == null);
    }

    /** The original made a word without a value part of the next key. */
    private static boolean hasStrayWord(String text) {
        boolean quoted = text.contains("'") || text.contains("\"");
        return !quoted && Arrays.stream(text.split(";", -1)).anyMatch(part -> !part.isBlank() && !part.contains("="));
    }

    /** The original took an application without its AppId for the machine's own identity. */
    private static boolean forgetsTheApplication(String text) {
        List<String> keys = ConnectionStringReader.read(text).stream()
                .map(pair -> ConnectionStringKey.of(pair.key()).text)
                .toList();
        return text.toLowerCase(Locale.ROOT).contains("app")
                && !keys.contains("AppId")
                && keys.stream()
                        .anyMatch(key -> !List.of("RunAs", "MsiRetryTimeout", "DeveloperTool")
                                .contains(key));
    }
}
