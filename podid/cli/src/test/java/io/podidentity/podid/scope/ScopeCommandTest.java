// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.scope;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ScopeCommandTest {

    private static final String ID = "/subscriptions/0a1b/resourceGroups/shop/providers/";

    private final StringWriter out = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new ScopeCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(arguments);
    }

    @ParameterizedTest
    @CsvSource({
        "https://acct.blob.core.windows.net/samples/x.txt, https://storage.azure.com/.default",
        "https://acct.dfs.core.windows.net, https://storage.azure.com/.default",
        "https://shop.vault.azure.net/secrets/x, https://vault.azure.net/.default",
        "shop.servicebus.windows.net, https://eventhubs.azure.net/.default",
        "sb://shop.servicebus.windows.net/orders, https://servicebus.azure.net/.default",
        "jdbc:sqlserver://shop.database.windows.net:1433;database=x, https://database.windows.net/.default",
        "jdbc:postgresql://shop.postgres.database.azure.com/x, https://ossrdbms-aad.database.windows.net/.default",
        "https://shop.documents.azure.com:443/, https://shop.documents.azure.com/.default",
        "https://management.azure.com/, https://management.azure.com/.default",
        "https://graph.microsoft.com/v1.0/users, https://graph.microsoft.com/.default",
        "https://shop.openai.azure.com/, https://cognitiveservices.azure.com/.default",
        "https://shop.services.ai.azure.com/api/projects/p, https://ai.azure.com/.default",
        "rediss://shop.redis.cache.windows.net:6380, https://redis.azure.com/.default",
        "shop.westeurope.redis.azure.net:10000, https://redis.azure.com/.default",
        "https://adb-123456.7.azuredatabricks.net, 2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default",
        "https://shop.webpubsub.azure.com, https://webpubsub.azure.com/.default",
        "https://acct.blob.core.chinacloudapi.cn/samples, https://storage.azure.com/.default",
        "https://shop.vault.azure.cn, https://vault.azure.cn/.default",
        "https://shop.vault.usgovcloudapi.net, https://vault.usgovcloudapi.net/.default",
        "shop.database.usgovcloudapi.net, https://database.usgovcloudapi.net/.default",
        "shop.postgres.database.chinacloudapi.cn, https://ossrdbms-aad.database.chinacloudapi.cn/.default",
        "https://shop.documents.azure.us, https://shop.documents.azure.us/.default",
        "shop.azurecr.us, https://management.usgovcloudapi.net/.default",
        "https://shop.azconfig.azure.cn, https://appconfig.azure.cn/.default",
        "https://shop.azconfig.io, https://azconfig.io/.default",
        "https://shop.openai.azure.us, https://cognitiveservices.azure.us/.default",
        "https://management.chinacloudapi.cn, https://management.chinacloudapi.cn/.default",
        "https://graph.microsoft.us/v1.0, https://graph.microsoft.us/.default"
    })
    void scope_ofAnEndpoint_namesWhatToRequest(String url, String scope) {
        assertThat(run(url)).isZero();
        assertThat(out.toString()).contains("  Scope     " + scope + "\n");
    }

    @Test
    void scope_inAnotherCloud_namesItForAz() {
        run("https://acct.blob.core.usgovcloudapi.net/samples");

        assertThat(out.toString())
                .contains("Blob Storage acct\n  Cloud     AzureUSGovernment, which az is told by: az cloud set --name"
                        + " AzureUSGovernment\n");
    }

    @Test
    void scope_ofAContainer_assignsTheSmallestRoleThere() {
        run("https://acct.blob.core.windows.net/samples/x.txt", "--client-id", "aaaaaaaa-0000-4000-8000-000000000001");

        assertThat(out.toString())
                .contains("PRINCIPAL_ID=$(az ad sp show --id aaaaaaaa-0000-4000-8000-000000000001 --query id -o tsv)\n")
                .contains("--role 'Storage Blob Data Reader' --scope \"$(az resource list --resource-type"
                        + " Microsoft.Storage/storageAccounts --name acct --query '[0].id' -o tsv)\""
                        + "/blobServices/default/containers/samples\n");
    }

    /** The object ID of an agent identity is its client ID, and its blueprint needs no role. */
    @Test
    void scope_ofAnAgentIdentity_assignsTheRoleToIt() {
        assertThat(run("https://acct.blob.core.windows.net", "--agent", "a6000000-0000-4000-8000-000000000001"))
                .isZero();

        assertThat(out.toString())
                .contains("  Assign to the agent identity, with the first role; ")
                .contains("PRINCIPAL_ID=a6000000-0000-4000-8000-000000000001\naz role assignment create"
                        + " --assignee-object-id \"$PRINCIPAL_ID\" --assignee-principal-type ServicePrincipal ")
                .doesNotContain("az ad sp show");
    }

    @Test
    void scope_ofAServiceWithRolesOfItsOwn_saysWhatItsCommandTakesOfTheAgentIdentity() {
        run("https://shop.documents.azure.com", "--agent", "a6000000-0000-4000-8000-000000000001");

        assertThat(out.toString())
                .contains(
                        "--principal-id \"$PRINCIPAL_ID\"\n"
                                + "  Agent     PRINCIPAL_ID=a6000000-0000-4000-8000-000000000001, and its CLIENT_ID is the same");
    }

    @Test
    void scope_ofTwoIdentities_isWrongUse() {
        assertThat(run("https://acct.blob.core.windows.net", "--agent", "a", "--client-id", "b"))
                .isEqualTo(2);
        assertThat(out.toString()).contains("--client-id and --agent name two identities");
    }

    @ParameterizedTest
    @CsvSource({
        ID + "Microsoft.KeyVault/vaults/v, Key Vault Secrets User",
        ID + "Microsoft.Storage/storageAccounts/s, Storage Blob Data Reader",
        ID + "Microsoft.Storage/storageAccounts/s/queueServices/default/queues/q, Storage Queue Data Message Sender",
        ID + "Microsoft.Unknown/things/t, Reader",
        "/subscriptions/0a1b, Reader"
    })
    void scope_ofAPageOfThePortal_assignsOnTheResource(String id, String role) {
        run("https://portal.azure.com/#@example.com/resource" + id + "/overview");

        assertThat(out.toString()).contains(" --role ").contains(role).contains(" --scope " + id + "\n");
    }

    /** What is pasted into a shell does what it says, whatever the address contains. */
    @Test
    void scope_ofAHostileAddress_quotesIt() {
        run("https://acct.blob.core.windows.net/$(touch${IFS}x)';touch x");

        assertThat(out.toString()).contains("/containers/$(touch${IFS}x)'\\''").contains("'/blobServices");
    }

    @Test
    void scope_ofAnUnknownAddress_saysSo() {
        assertThat(run("https://example.com")).isEqualTo(2);
        assertThat(out.toString()).contains("leads to no service that is known here");
    }

    @Test
    void services_always_haveARoleOrANote() {
        var names = new HashSet<String>();
        for (AzureService service : AzureService.ALL) {
            assertThat(names.add(service.name())).as(service.name()).isTrue();
            assertThat(service.resource()).matches("https://.*|[0-9a-f-]{36}");
            assertThat(service.roles().isEmpty())
                    .as(service.name())
                    .isNotEqualTo(service.note().isEmpty());
        }
    }
}
