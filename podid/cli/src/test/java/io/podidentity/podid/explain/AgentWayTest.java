// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** From a pod to the roles of its agent identity, link by link, up to where the way ends. */
class AgentWayTest {

    private static final Path FIXTURES = Path.of("src/test/resources/explain");
    private static final Path AZURE = FIXTURES.resolve("agent.azure");
    private static final String AGENT = "a6000000-0000-4000-8000-000000000001";
    private static final String BLUEPRINT = "b1000000-0000-4000-8000-000000000001";
    private static final String BOUND = "azure.workload.identity/use-identity-binding";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int explain(String... arguments) {
        return new CommandLine(new ExplainCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private Path agentYaml(String written, String instead) throws IOException {
        String text = Files.readString(FIXTURES.resolve("agent.yaml"));
        assertThat(text).contains(written);
        return Files.writeString(folder.resolve("agent.yaml"), text.replace(written, instead));
    }

    /** The numbered steps, and what else is said in them; without the folder of the files. */
    private Stream<String> steps() {
        return out.toString()
                .lines()
                .dropWhile(line -> !line.startsWith("  1 "))
                .filter(line -> !line.isEmpty())
                .map(line -> line.replaceAll("\\(\\S*?([^/\\s]+\\.yaml)", "($1"));
    }

    @Test
    void explain_withAzure_goesFromThePodToTheRole() {
        int code = explain(FIXTURES.resolve("agent.yaml").toString(), "--azure", AZURE.toString());

        assertThat(code).isZero();
        assertThat(out.toString())
                .contains("  Gets  tokens of agent identity " + AGENT + ", through blueprint " + BLUEPRINT + "\n")
                .doesNotContain("  Do  ");
        assertThat(steps())
                .containsExactly(
                        "  1  label     the pod has the label azure.workload.identity/use: \"true\" (agent.yaml:6:1)",
                        "  2  account   it runs as service account default/orders (agent.yaml:1:1) (agent.yaml:6:1)",
                        "  3  webhook   sets AZURE_FEDERATED_TOKEN_FILE and the token's volume",
                        "  4  kubelet   writes a token: subject system:serviceaccount:default:orders, audience"
                                + " api://AzureADTokenExchange",
                        "  5  blueprint AzureServicesAuthConnectionString names blueprint " + BLUEPRINT
                                + " of tenant 10000000-0000-4000-8000-000000000001 (agent.yaml:26:15)",
                        "               its federated credential orders trusts service account default/orders",
                        "  6  agent     agent identity " + AGENT + " is one of this blueprint (agent.yaml:26:15)",
                        "  7  role      agent identity " + AGENT
                                + " is Storage Blob Data Reader on /subscriptions/0a1b2c3d-0000-4000-8000-000000000001");
    }

    @Test
    void explain_withoutAzure_saysWhatIsNotKnownAndWhatToRun() {
        assertThat(explain(FIXTURES.resolve("agent.yaml").toString())).isZero();

        assertThat(steps())
                .contains(
                        "               whether it trusts service account default/orders is not known: its federated"
                                + " credentials are not known here",
                        "  6  agent     whether agent identity " + AGENT
                                + " is one of this blueprint is not known here (agent.yaml:26:15)",
                        "  7  role      the roles of agent identity " + AGENT + " are not known here");
        assertThat(out.toString())
                .contains(
                        "The blueprint must trust service account default/orders; once,",
                        "/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials\" --body '{\"name\":"
                                + " \"default-orders\", ",
                        "\"subject\": \"system:serviceaccount:default:orders\"",
                        "podid scope URL --agent " + AGENT);
    }

    @Test
    void explain_ofAnAccountThatTheBlueprintDoesNotTrust_endsAtTheBlueprint() throws IOException {
        assertEndsAt(
                agentYaml("orders", "billing"),
                "  5  blueprint blueprint " + BLUEPRINT
                        + " does not trust service account default/billing: no federated"
                        + " credential of it has the subject system:serviceaccount:default:billing; the subjects are"
                        + " system:serviceaccount:default:bills, system:serviceaccount:default:orders",
                "  Do    Run: az rest --method post --url");
    }

    @Test
    void explain_ofAnAgentIdentityOfAnotherBlueprint_endsAtTheAgentIdentity() throws IOException {
        String other = "a6000000-0000-4000-8000-000000000002";
        assertEndsAt(
                agentYaml(AGENT, other),
                "  6  agent     agent identity " + other
                        + " is one of blueprint b2000000-0000-4000-8000-000000000002, and" + " blueprint " + BLUEPRINT
                        + " can act as its own agent identities only",
                "  Do    Write AppId=b2000000-0000-4000-8000-000000000002, or ");
    }

    @Test
    void explain_withAnIdentityBinding_endsAtItsToken() throws IOException {
        assertEndsAt(
                agentYaml("      labels:", "      annotations: {" + BOUND + ": \"true\"}\n      labels:"),
                "  1  kubelet   the token of an identity binding is for AKS's proxy, and proves no blueprint's identity",
                "  Do    Remove the annotation " + BOUND + ", ");
    }

    private void assertEndsAt(Path file, String end, String remedy) {
        assertThat(explain(file.toString(), "--azure", AZURE.toString())).isEqualTo(1);
        assertThat(out.toString())
                .contains("  Gets  no token: ", end + "  <- it ends here", remedy)
                .doesNotContain("  role  ");
    }

    @Test
    void explain_withoutTheLabel_saysThatNothingProvesTheBlueprint() throws IOException {
        explain(agentYaml("azure.workload.identity/use: \"true\"", "tier: back").toString());

        assertThat(out.toString())
                .contains("AZURE_FEDERATED_TOKEN_FILE is not set, so nothing proves the identity of blueprint")
                .doesNotContain("kubelet identity");
    }

    @Test
    void explain_ofAManagedIdentityOfNmi_goesThroughMicAndNmi() {
        assertThat(explain(FIXTURES.resolve("agent-of-nmi.yaml").toString())).isZero();

        assertThat(steps().filter(line -> line.matches("  \\d .*")).map(line -> line.substring(5, 14)))
                .containsExactly(
                        "label    ",
                        "binding  ",
                        "identity ",
                        "MIC      ",
                        "NMI      ",
                        "IMDS     ",
                        "blueprint",
                        "agent    ",
                        "role     ");
        assertThat(out.toString())
                .contains(
                        "whether it trusts managed identity 11111111-2222-3333-4444-555555555555 is not known",
                        "Roles in Azure are given to the agent identity, and not to the managed identity.");
    }

    @Test
    void explain_ofAManagedIdentityThatIsNotBound_endsBeforeTheBlueprint() throws IOException {
        String text =
                Files.readString(FIXTURES.resolve("agent-of-nmi.yaml")).replace("selector: proof", "selector: other");

        assertThat(explain(Files.writeString(folder.resolve("nmi.yaml"), text).toString(), "--profile", "1.8.17"))
                .isEqualTo(1);
        assertThat(out.toString())
                .contains("no AzureIdentityBinding has the selector")
                .doesNotContain("blueprint");
    }

    @Test
    void explain_ofAManagedIdentityWithoutNmi_saysThatItMustBeOnTheNode() throws IOException {
        Path file = agentYaml(";AgentId", ";ManagedIdentityClientId=11111111-2222-3333-4444-555555555555;AgentId");

        assertThat(explain(file.toString())).isZero();

        assertThat(steps().findFirst())
                .hasValue("  1  IMDS      the node's metadata service gives the proof, if managed identity"
                        + " 11111111-2222-3333-4444-555555555555 is on the node, where each pod can use it; that is not"
                        + " known here");
    }

    @Test
    void explain_ofACertificate_doesNotClaimThatTheBlueprintHasIt() throws IOException {
        Path file = agentYaml(";AgentId", ";CertificateThumbprint=0a1b;CertificateStoreLocation=CurrentUser;AgentId");

        assertThat(explain(file.toString())).isZero();

        assertThat(out.toString())
                .contains("a certificate proves its identity; whether the blueprint has it is not known here");
    }

    @Test
    void explain_ofAgentsThatOnlyRequestsName_saysSo() throws IOException {
        assertThat(explain(agentYaml(";AgentId=" + AGENT, "").toString())).isZero();

        assertThat(out.toString())
                .contains(
                        "  Gets  tokens of the agent identity that each request names, through blueprint",
                        "no variable names an agent identity, so the program must name one for each request");
    }

    /** As Spring reads names of variables: with underscores in place of hyphens, or without them. */
    @Test
    void explain_ofTheStartersSettings_namesEachAgentIdentity() throws IOException {
        String text = Files.readString(FIXTURES.resolve("agent.yaml"));
        Path file = Files.writeString(
                folder.resolve("agent.yaml"), text.replaceFirst("(?s)            - name: Azure.*", """
                            - name: TOKENPROVIDER_AGENTBLUEPRINT_CLIENTID
                              value: b1000000-0000-4000-8000-000000000001
                            - name: TOKENPROVIDER_AGENTS_READER_CLIENTID
                              value: a6000000-0000-4000-8000-000000000001
                            - name: TOKEN_PROVIDER_AGENTS_WRITER_CLIENT_ID
                              value: a6000000-0000-4000-8000-000000000003
                """));

        assertThat(explain(file.toString(), "--azure", AZURE.toString()))
                .as(err.toString())
                .isZero();

        assertThat(steps())
                .contains(
                        "  5  blueprint TOKENPROVIDER_AGENTBLUEPRINT_CLIENTID names blueprint " + BLUEPRINT
                                + " of the tenant of AZURE_TENANT_ID (agent.yaml:26:15)",
                        "  6  agent     agent identity " + AGENT + " is one of this blueprint (agent.yaml:28:15)",
                        "               whether agent identity a6000000-0000-4000-8000-000000000003 is one of this"
                                + " blueprint is not known: it is none of the 2 agent identities that are known here"
                                + " (agent.yaml:30:15)");
    }

    /** Without the folder, an application and a managed identity look the same in the annotation. */
    @Test
    void explain_ofAnAccountThatNamesABlueprint_knowsItFromAzure() throws IOException {
        Path file = agentYaml("metadata:\n  name: orders\n---", """
                metadata:
                  name: orders
                  annotations:
                    azure.workload.identity/client-id: b1000000-0000-4000-8000-000000000001
                ---""");
        Files.writeString(file, Files.readString(file).replaceFirst("(?s)          env:.*", ""));

        assertThat(explain(file.toString(), "--azure", AZURE.toString()))
                .as(err.toString())
                .isZero();

        assertThat(steps())
                .contains(
                        "  5  blueprint azure.workload.identity/client-id names blueprint " + BLUEPRINT
                                + " of the tenant of AZURE_TENANT_ID (agent.yaml:6:5)",
                        "               its federated credential orders trusts service account default/orders",
                        "  6  agent     no variable names an agent identity, so the program must name one for each request");
    }

    @Test
    void explain_asJson_hasTheSameFacts() {
        explain(FIXTURES.resolve("agent.yaml").toString(), "--azure", AZURE.toString(), "--format", "json");

        assertThat(out.toString())
                .contains(
                        "\"outcome\":\"identity\"",
                        "its federated credential orders trusts service account default/orders",
                        "is Storage Blob Data Reader on");
    }

    @Test
    void explain_ofAFolderThatIsNoAzure_saysSo() {
        assertThat(explain(FIXTURES.resolve("agent.yaml").toString(), "--azure", "none"))
                .isEqualTo(2);

        assertThat(err.toString()).contains("none");
    }
}
