// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.internal.connection.ConnectionSettings;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringKey;
import io.podidentity.tokenprovider.internal.connection.SignIn;
import io.podidentity.tokenprovider.internal.engine.ProcessCaches;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionStringTest {
    private static final String MORE =
            " More: https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting/application.md#connection-string";

    private static final String AGENT =
            " For an agent identity, write RunAs=Agent, AppId, TenantId, AgentId, and at most"
                    + " one proof: ManagedIdentityClientId or a certificate.";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`  `| is empty. For the managed identity, write RunAs=App.",
                "RunAs=App;hunter2| has a part without = (at character 11). If it belongs to the value before it, put that"
                        + " value in quotes.",
                "RunAs=App;=hunter2| has a value without a key (at character 11). Write Key=Value;Key=Value.",
                "`'RunAs=App;AppKey=hunter2'`| begins with a quote (at character 1). Remove the quotes around the whole"
                        + " text.",
                "RunAs=App;AppKey='hunter2| has a quote that is not closed (at character 18). Close it, or double a quote"
                        + " that belongs to the value.",
                "RunAs=App;AppKey='hunt'er2'| has text after a closing quote (at character 24). Double a quote that"
                        + " belongs to the value.",
                "RunAs=App;AppKey=hunter2'| has a value that ends with a quote (at character 25). Put the value in the"
                        + " other kind of quotes.",
                "RunAs=App;AppKey=hunter\u00012| has a control character (at character 24). Put the value in quotes.",
                "RunAs=App;hunter\u00012=a| has a control character (at character 17). Write Key=Value;Key=Value.",
                "RunAs=App;AppKey='hunter\u00002'| has a control character (at character 25). Remove it.",
                "RunAs=App;AppId=a;TenantId=t;AppKey=x;hunter2=y| has an unknown key (at character 39). If it belongs to"
                        + " the value of AppKey, put that value in quotes.",
                "RunAs=App;hunter2=y| has an unknown key (at character 11). Remove it.",
                "RunAs=App;TenatId=hunter2| has an unknown key (at character 11). Did you mean TenantId?",
                "RunAs=App; app_id =hunter2| has an unknown key (at character 12). Did you mean AppId?",
                "RunAs=App;RUNAS=hunter2| has RunAs twice (again at character 11). Remove one of them.",
                "AppKey=hunter2| has no RunAs. Write RunAs= followed by one of Agent, App, Developer, Workload.",
                "RunAs=hunter2| has a value for RunAs that is not allowed (at character 1). Allowed values:"
                        + " Agent, App, Developer, Workload.",
                "RunAs=CurrentUser| has RunAs=CurrentUser, which needs Windows and .NET Framework (at character 1)."
                        + " Use RunAs=Developer;DeveloperTool=AzureCli.",
                "RunAs=Developer| has no DeveloperTool. Write DeveloperTool= followed by one of AzureCli,"
                        + " AzureDeveloperCli, AzurePowerShell.",
                "RunAs=Developer;DeveloperTool=visualstudio| has DeveloperTool=VisualStudio, which is for .NET only (at"
                        + " character 17). Use AzureCli, AzureDeveloperCli or AzurePowerShell.",
                "RunAs=App;TenantId=t;AppKey=hunter2| has TenantId but no AppId. Add AppId=CLIENT_ID.",
                "RunAs=App;AppId=;AppKey=hunter2| has an empty AppId (at character 11). Write AppId=CLIENT_ID.",
                "RunAs=App;AppId=a;AppKey=hunter2| has no TenantId. Add TenantId=TENANT.",
                "RunAs=App;AppId=a;TenantId=t;AppKey=| has an empty AppKey (at character 30). Write AppKey=SECRET.",
                "RunAs=App;AppId=a;CertificateStoreLocation=CurrentUser| has CertificateStoreLocation but no certificate"
                        + " (at character 19). Add CertificateThumbprint or CertificateSubjectName.",
                "RunAs=App;AppId=a;CertificateThumbprint=1| has CertificateThumbprint but no CertificateStoreLocation (at"
                        + " character 19). Add CertificateStoreLocation=CurrentUser or LocalMachine.",
                "RunAs=App;AppId=a;CertificateThumbprint=1;CertificateStoreLocation=1| has a value for"
                        + " CertificateStoreLocation that is not allowed (at character 43)."
                        + " Allowed values: CurrentUser, LocalMachine.",
                "RunAs=App;ObjectId=o;AppId=hunter2| has ObjectId and AppId, which cannot be combined (at character 22)."
                        + " For a managed identity, write RunAs=App and one of AppId, ObjectId, ResourceId.",
                "RunAs=App;ResourceId=/r;AppKey=hunter2| has ResourceId and AppKey, which cannot be combined (at"
                        + " character 25). For a managed identity, write RunAs=App and one of AppId, ObjectId,"
                        + " ResourceId.",
                "RunAs=Workload;ObjectId=o| has RunAs and ObjectId, which cannot be combined (at character 16). For a"
                        + " managed identity, write RunAs=App and one of AppId, ObjectId, ResourceId.",
                "RunAs=App;AppId=a;ManagedIdentityClientId=m| has no TenantId. Add TenantId=TENANT, the tenant of the"
                        + " application.",
                "RunAs=App;ManagedIdentityClientId=m| has ManagedIdentityClientId but no AppId."
                        + " Add AppId=CLIENT_ID.",
                "RunAs=App;AppId=a;TenantId=t;ManagedIdentityClientId=| has an empty ManagedIdentityClientId"
                        + " (at character 30). Write the client ID of a user-assigned managed identity.",
                "RunAs=App;AppId=a;TenantId=t;ManagedIdentityClientId=m;AppKey=hunter2| has ManagedIdentityClientId"
                        + " and AppKey, which cannot be combined (at character 56). For an application that trusts a"
                        + " managed identity, write RunAs=App, AppId, TenantId and ManagedIdentityClientId.",
                "RunAs=App;ObjectId=o;ManagedIdentityClientId=m| has ObjectId and ManagedIdentityClientId, which cannot"
                        + " be combined (at character 22). For an application that trusts a managed identity, write"
                        + " RunAs=App, AppId, TenantId and ManagedIdentityClientId.",
                "RunAs=Workload;ManagedIdentityClientId=m| has RunAs and ManagedIdentityClientId, which cannot be"
                        + " combined (at character 16). For an application that trusts a managed identity, write"
                        + " RunAs=App, AppId, TenantId and ManagedIdentityClientId.",
                "RunAs=App;ResourceId=| has an empty ResourceId (at character 11). Remove it or give it a value.",
                "RunAs=App;MsiRetryTimeout=hunter2| has a value for MsiRetryTimeout that is not allowed (at character 11)."
                        + " Write a whole number of seconds, 0 for no limit.",
                "RunAs=App;MsiRetryTimeout=-1| has a value for MsiRetryTimeout that is not allowed (at character 11)."
                        + " Write a whole number of seconds, 0 for no limit.",
                "RunAs=Workload;AppId= | has an empty AppId (at character 16). Remove it or give it a value.",
                "RunAs=Agent| has no AppId. Write AppId=CLIENT_ID, the client ID of the blueprint.",
                "RunAs=Agent;AppId=a| has no TenantId. Add TenantId=TENANT, the tenant of the agent identities.",
                "RunAs=Agent;AppId=a;TenantId=t;AgentUser=u| has no AgentId. Add AgentId=CLIENT_ID, the agent identity of"
                        + " the user account.",
                "RunAs=Agent;AppId=a;TenantId=t;AgentId=| has an empty AgentId (at character 32). Remove it or give it a"
                        + " value.",
                "RunAs=Agent;AppId=a;TenantId=t;ManagedIdentityClientId=| has an empty ManagedIdentityClientId"
                        + " (at character 32). Write the client ID of a user-assigned managed identity.",
                "RunAs=Agent;AppId=a;TenantId=t;CertificateThumbprint=1| has CertificateThumbprint but no"
                        + " CertificateStoreLocation (at character 32). Add CertificateStoreLocation=CurrentUser or"
                        + " LocalMachine.",
                "RunAs=Agent;AppId=a;TenantId=t;AppKey=hunter2| has RunAs and AppKey, which cannot be combined (at"
                        + " character 32)." + AGENT,
                "RunAs=Agent;AppId=a;TenantId=t;ManagedIdentityClientId=m;CertificateThumbprint=hunter2| has"
                        + " ManagedIdentityClientId and CertificateThumbprint, which cannot be combined (at character"
                        + " 58)." + AGENT,
                "RunAs=Agent;AppId=a;TenantId=t;MsiRetryTimeout=hunter2| has a value for MsiRetryTimeout that is not"
                        + " allowed (at character 32). Write a whole number of seconds, 0 for no limit.",
                "RunAs=App;AgentId=hunter2| has RunAs and AgentId, which cannot be combined (at character 11)." + AGENT,
            })
    void parse_ofAWrongText_namesKeyAndPositionAndNoValue(String text, String problem) {
        assertThatThrownBy(() -> SignIn.of(ConnectionSettings.parse(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The connection string " + problem + MORE);
        assertThat(problem).doesNotContain("hunt");
    }

    @Test
    void parse_ofAWorkload_takesWhatIsGivenAndLeavesTheRestToTheVariables() {
        assertThat(SignIn.of(ConnectionSettings.parse("runas=workload"))).isEqualTo(SignIn.WORKLOAD);
        assertThat(SignIn.of(ConnectionSettings.parse("RunAs=Workload;AppId=a;TenantId=t")))
                .isEqualTo(SignIn.WORKLOAD);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | WORKLOAD",
                "AgentId=g | WORKLOAD",
                "ManagedIdentityClientId=m;MsiRetryTimeout=5 | IDENTITY_ASSERTION",
                "CertificateSubjectName=CN=x;CertificateStoreLocation=CurrentUser | STORE_CERTIFICATE",
                "KeyVaultCertificateSecretIdentifier=https://v.vault.azure.net/secrets/c | VAULT_CERTIFICATE"
            })
    void parse_ofAnAgent_readsTheBlueprintsProof(String proof, SignIn expected) {
        ConnectionSettings settings = ConnectionSettings.parse("runas=agent;AppId=a;TenantId=t;" + proof);

        assertThat(SignIn.of(settings)).isEqualTo(SignIn.AGENT);
        assertThat(SignIn.readBlueprintProof(settings)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        ", , agent identity g",
        "u@contoso.com, , 'agent identity g, user u@contoso.com'",
        ", 22222222-2222-2222-2222-222222222222, 'agent identity g, user 22222222-2222-2222-2222-222222222222'",
    })
    void parse_ofAnAgentsUser_tellsANameFromAnObjectId(String name, String objectId, String text) {
        String user = name == null ? objectId : name;
        String setting = user == null ? "" : ";AgentUser=" + user;

        AgentIdentity agent = SignIn.readAgentIdentity(
                ConnectionSettings.parse("RunAs=Agent;AppId=a;TenantId=t;AgentId=g" + setting));

        assertThat(agent).hasToString(text);
        assertThat(agent.userPrincipalName()).isEqualTo(Optional.ofNullable(name));
        assertThat(agent.userObjectId()).isEqualTo(Optional.ofNullable(objectId));
        assertThat(SignIn.readAgentIdentity(ConnectionSettings.parse("RunAs=Agent;AppId=a;TenantId=t")))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({"AzureCli, AZURE_CLI", "AzureDeveloperCli, AZURE_DEVELOPER_CLI", "AzurePowerShell, AZURE_POWERSHELL"})
    void parse_ofADeveloper_takesEachTool(String tool, SignIn way) {
        assertThat(SignIn.of(
                        ConnectionSettings.parse("RunAs=Developer;DeveloperTool=" + tool.toUpperCase(Locale.ROOT))))
                .isEqualTo(way);
    }

    @Test
    void parse_ofATextWithNulsAtItsEnd_toleratesThem() {
        ConnectionSettings settings = ConnectionSettings.parse("RunAs=App;\u0000\u0000");

        assertThat(SignIn.of(settings)).isEqualTo(SignIn.MANAGED_IDENTITY);
        assertThat(SignIn.readIdentity(settings)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "", "a;b=c", "'a'", "\"", " a ", "a\"b", "a\nb\u0001", "=a==", "it's; \"so\"", "'\""})
    void write_ofAnyValue_isReadAgainAsItWas(String secret) {
        // A value of nothing is an error of its own.
        String value = secret.isBlank() ? "x" : secret;
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("RunAs", "App");
        settings.put("AppId", "a");
        settings.put("TenantId", "t");
        settings.put("AppKey", value);

        ConnectionSettings read = ConnectionSettings.parse(ConnectionString.write(settings));

        assertThat(SignIn.of(read)).isEqualTo(SignIn.CLIENT_SECRET);
        assertThat(read.value(ConnectionStringKey.APP_KEY)).isEqualTo(value);
    }

    @Test
    void write_ofManyRandomValues_isReadAgainAsItWas() {
        Random random = new Random(7);
        String alphabet = "ab;='\" \t\n\u0001\u00e4";
        for (int i = 0; i < 2_000; i++) {
            StringBuilder value = new StringBuilder("x");
            for (int j = random.nextInt(8); j > 0; j--) {
                value.insert(random.nextInt(2) * value.length(), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String written = ConnectionString.write(Map.of("RunAs", "App", "AppId", value.toString()));

            assertThat(SignIn.readIdentity(ConnectionSettings.parse(written)))
                    .isEqualTo(UserAssignedIdentity.ofClientId(value.toString()));
        }
    }

    @Test
    void write_ofPlainValues_putsNothingInQuotes() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("RunAs", "App");
        settings.put("AppId", "a b=c");

        assertThat(ConnectionString.write(settings)).isEqualTo("RunAs=App;AppId=a b=c");
    }

    @ParameterizedTest
    @CsvSource({"RunsAs, App", "RunAs, Nobody", "Run=As, App", "RunAs, 'A\u0000'"})
    void write_ofWhatIsNoWayToSignIn_isRefused(String key, String value) {
        Map<String, String> settings = Map.of(key, value);

        assertThatThrownBy(() -> ConnectionString.write(settings)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "RunAs=App, ' runas = APP ;', true",
        "RunAs=App;AppId=a, AppId='a';RunAs=App, true",
        "RunAs=App;AppId=a, RunAs=App;AppId=A, false",
        "RunAs=App, RunAs=App;AppId=a, false",
        "RunAs=App;AppId=a;TenantId=t;AppKey=x, RunAs=App;AppId=a;TenantId=t;AppKey=y, false",
        "RunAs=App;AppId=a;TenantId=t;AppKey=x, RunAs=App;TenantId=t;AppKey=\"x\";AppId=a, true",
    })
    void fingerprint_ofTwoTexts_isTheSameForEqualSettings(String one, String other, boolean same) {
        assertThat(ConnectionSettings.parse(one)
                        .fingerprint()
                        .equals(ConnectionSettings.parse(other).fingerprint()))
                .isEqualTo(same);
        assertThat(ProcessCaches.forSettings(Map.of(), one, Map.of())
                        == ProcessCaches.forSettings(Map.of(), other, Map.of()))
                .isEqualTo(same);
    }

    @Test
    void texts_ofASecret_doNotShowIt() {
        ConnectionSettings parsed = ConnectionSettings.parse("RunAs=App;AppId=a;TenantId=t;AppKey=hunter2");

        assertThat(parsed.toString()).isEqualTo("ConnectionSettings[RUN_AS, APP_ID, TENANT_ID, APP_KEY]");
        assertThat(parsed.fingerprint())
                .startsWith("RunAs=app;AppId=a;TenantId=t;AppKey=")
                .doesNotContain("hunter");
    }

    @ParameterizedTest
    @CsvSource({
        "AppID1, AppId",
        "RunsAs, RunAs",
        "TenantName, ''",
        "DevelopperTool, DeveloperTool",
        "Thumbprint, ''",
        "CertificateThumb, ''",
        "CertificateThumbPrnt, CertificateThumbprint",
        "x, ''",
        "Key, ''",
        "AppSecret, ''",
        "ClientId, ''",
    })
    void like_ofAnUnknownKey_isTheOneThatWasProbablyMeant(String typed, String meant) {
        ConnectionStringKey like = ConnectionStringKey.findSimilar(typed);

        assertThat(like == null ? "" : like.text).isEqualTo(meant);
    }
}
